"""Units that differ, on disk until the whole file has been read and found sound: nothing is sent before."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workers.feed.known import LastVersion


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit that may have changed: the data of its message, its version still to come."""

    change: dict[str, Any]
    dated: bool
    """Whether the file says from when it holds; else the day of the snapshot stands in for it."""
    fingerprint: bytes | None
    """None for a unit with faults: it is read, and its faults are reported, every time."""
    typed: bool = True
    """Whether its type could be read; else the last one stands."""
    marked: bool = True
    """Whether it could be told that it is no behandlingssted; else one that was stays one."""

    def beside(self, before: LastVersion) -> dict[str, Any]:
        """The data of its message, now that it is known what was said last."""
        change = self.change
        if not self.typed:
            change = change | {"entityType": before.entity_type}
        if not self.marked and before.is_place:
            change = change | {"isTreatmentPlace": True}
        if not self.dated and before.first_from_date is not None:
            change = change | {"firstFromDate": before.first_from_date}
        return change


class Spool:
    """A file without a name, a line for each candidate; gone when it is closed, or its process is."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the block this object is used in
        self.sor_ids: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, unit: Candidate) -> None:
        """Append one."""
        fingerprint = unit.fingerprint.hex() if unit.fingerprint is not None else None
        self._file.write(orjson.dumps([unit.change, unit.dated, fingerprint, unit.typed, unit.marked]) + b"\n")
        self.sor_ids.add(unit.change["sorId"])

    def __iter__(self) -> Iterator[Candidate]:
        """Yield them in the order they came."""
        self._file.seek(0)
        for line in self._file:
            change, dated, fingerprint, *known = orjson.loads(line)
            yield Candidate(change, dated, bytes.fromhex(fingerprint) if fingerprint is not None else None, *known)
