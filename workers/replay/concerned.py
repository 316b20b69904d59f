"""The owners whose records decide what becomes of some units: their own, and those that units moved between (R4)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contracts.cloudevents import fields_told
from contracts.topics import Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contracts.records import InputRecord, OutputRecord


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whose records are to be played, and which outputs were asked for."""

    owners: frozenset[bytes]
    keys: frozenset[bytes]
    """Of the outputs: the units asked for, or those of the owners asked for, and the owners themselves."""

    def plays(self, record: InputRecord) -> bool:
        """Whether the record can change anything for them; one without an owner concerns everybody."""
        if not record.key or record.topic == Topic.STATE:
            return True
        return record.key.partition(b"/")[0] in self.owners

    def shows(self, output: OutputRecord) -> bool:
        """Whether the output was asked for."""
        return output.key in self.keys


def concerned(records: Iterable[InputRecord], owners: Iterable[str], units: Iterable[str]) -> Concerned:
    """Read a recording through for what concerns these owners and units."""
    asked, asked_units = {each.encode() for each in owners}, {each.encode() for each in units}
    owners_of: defaultdict[bytes, set[bytes]] = defaultdict(set)
    units_of: defaultdict[bytes, set[bytes]] = defaultdict(set)
    moves: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for record in records:
        if record.topic != Topic.ENTITY_CHANGES or not record.key:
            continue
        told = fields_told(record.headers, record.value)
        unit = str(told.get("sorId")).encode()
        if unit in asked_units:
            owners_of[unit].add(record.key)
        if record.key in asked:
            units_of[record.key].add(unit)
        if (moved_to := told.get("movedToOwnerSorId")) is not None:
            moves[record.key].add(str(moved_to).encode())
            moves[str(moved_to).encode()].add(record.key)
    theirs = asked.union(*owners_of.values())
    keys = asked.union(asked_units, *owners_of.values(), *units_of.values())
    return Concerned(frozenset(_reached(theirs, moves)), frozenset(keys))


def _reached(owners: set[bytes], moves: Mapping[bytes, set[bytes]]) -> set[bytes]:
    """The owners, and all that units have moved to or from, however often."""
    reached, ahead = set(owners), list(owners)
    while ahead:
        for neighbour in moves.get(ahead.pop(), set()) - reached:
            reached.add(neighbour)
            ahead.append(neighbour)
    return reached
