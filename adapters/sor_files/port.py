"""What every reader of a snapshot gives: units that are found quickly, and read only when somebody wants to know.

A night's file is mostly last night's. So a unit comes with a fingerprint of all that decides what it says; whoever
has seen that fingerprint before need not read the unit at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from adapters.sor_files.entity import Damaged, SnapshotEntity


class SnapshotFormat(StrEnum):
    """The formats, by the name that a change event's `ce_source` ends with."""

    SOR_XML_1 = "sor-xml-1.0"
    SOR_XML_2 = "sor-xml-2.0"
    SOR2_CSV = "sor2-csv"
    REGISTER_CSV = "register-csv"


@dataclass(frozen=True, slots=True)
class Reading:
    """A unit read: the entity, None where it cannot be taken, and what was found wrong with it."""

    entity: SnapshotEntity | None
    damage: tuple[Damaged, ...] = ()


class FileUnit(Protocol):
    """A unit as it stands in a file."""

    @property
    def sor_id(self) -> str:
        """The SOR-id as the file writes it, ``="…"`` taken off; it may be none."""

    @property
    def fingerprint(self) -> bytes:
        """16 bytes of everything that `read` depends upon: equal fingerprints, equal entities."""

    def read(self) -> Reading:
        """Read it. To be called, if at all, before the next unit is asked for."""


class Snapshot(Protocol):
    """A snapshot opened for reading, once."""

    @property
    def format(self) -> SnapshotFormat:
        """Told by the content, never by a name."""

    @property
    def taken_on(self) -> date | None:
        """The day the file says it was taken (SnapshotDate); None where the format does not say."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """The columns that this file has not, though the format has, and what is decided turns on them."""

    @property
    def size(self) -> int | None:
        """Bytes of the source as stored, None for a pipe; for a progress bar."""

    @property
    def position(self) -> int:
        """Bytes of the source read so far."""

    def units(self) -> Iterator[FileUnit | Damaged]:
        """Yield every unit, parents before children, and `Damaged` for what is none.

        Raises `SnapshotError` where the file breaks off or means harm; what came before is then no snapshot (R30).
        """
