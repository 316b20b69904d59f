"""SOR snapshot files: readers that stream plain entities and report what is damaged."""

from __future__ import annotations

from adapters.sor_files.entity import (
    Damaged,
    DamageReason,
    LocationNumber,
    SnapshotEntity,
    Speciality,
)
from adapters.sor_files.errors import SnapshotError
from adapters.sor_files.port import FileUnit, Reading, Snapshot, SnapshotFormat
from adapters.sor_files.snapshot import OpenSnapshot, open_snapshot, read_snapshot

__all__ = [
    "DamageReason",
    "Damaged",
    "FileUnit",
    "LocationNumber",
    "OpenSnapshot",
    "Reading",
    "Snapshot",
    "SnapshotEntity",
    "SnapshotError",
    "SnapshotFormat",
    "Speciality",
    "open_snapshot",
    "read_snapshot",
]
