"""What cannot be taken, and why; SOR-ids that a spreadsheet has ruined among it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from adapters.sor_files.entity import DamageReason
from adapters.sor_files.spreadsheet_damage import what_it_was
from contracts.identifiers import SorId

LONGEST_ID: Final = 40
"""Characters of what stands for a SOR-id and is none that are kept; an id has 18 at most (R1)."""
Fault = tuple[DamageReason, str]
"""What is wrong with a detail, and in which element or column."""


class UnreadableError(Exception):
    """A unit that cannot be taken: `reason`, and the element or column it was found in."""

    def __init__(self, reason: DamageReason, field: str) -> None:
        super().__init__(reason, field)
        self.reason = reason
        self.field = field


def sor_id(text: str, field: str) -> SorId:
    """Return `text`, which stands in `field`, as a SOR-id. Raises `UnreadableError` (R1)."""
    try:
        return SorId.parse(text)
    except ValueError as error:
        was = what_it_was(text)
        if was is None:
            raise UnreadableError("invalid-identifier", field) from error
        named = f": can only be {was}" if was else ": too few digits are left to say which it was"
        raise UnreadableError("ruined-by-spreadsheet", field + named) from error


def readable_ids(texts: Iterable[str], field: str, faults: list[Fault]) -> tuple[SorId, ...]:
    """Return those of the texts that are SOR-ids, of other units; of the others there is a fault each."""
    found = []
    for text in texts:
        try:
            found.append(sor_id(text, field))
        except UnreadableError as error:
            faults.append((error.reason, error.field))
    return tuple(found)


def relative(text: str) -> SorId:
    """Return the SOR-id of a parent or owner. Raises `UnreadableError`: nothing hangs under what has no id."""
    try:
        return SorId.parse(text)
    except ValueError as error:
        raise UnreadableError("parent-damaged", "SOR-id of its parent or owner") from error
