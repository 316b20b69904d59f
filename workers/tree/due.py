"""One thing that is due of a unit, and in which order such things come."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from contracts.identifiers import SorId


class Matter(IntEnum):
    """What is to happen, and of several at one instant in this order."""

    CLOSURE = 0
    DEPARTURE = 1
    SUCCESSION = 2


class Due(NamedTuple):
    """One matter that wants to take effect at an instant: oldest first, also after an outage (R26)."""

    at: datetime
    matter: Matter
    sor_id: SorId
