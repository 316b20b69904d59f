"""Plain values that are made by the thousand in every turn: what is kept as state, and the messages most often sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[_T]) -> type[_T]:
    """A dataclass that the type checker keeps anyone from changing, and Python does not.

    Python's own ``frozen`` sets field by field through `object.__setattr__`, which takes twice as long as making the
    rest of the object: 5 to 8 % of all that Sorbro decides (docs/benchmarks/decisions.md). A message made so is held to
    its contract when it is read; what our own code puts into it, mypy has checked.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
