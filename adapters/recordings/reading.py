"""Reading a recording, also one of an older or newer Sorbro: what is not known is passed over."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from adapters.record_lines import LineError, read_lines
from adapters.recordings.about import ABOUT, About, extents_of
from adapters.recordings.files import lines_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from contracts.records import InputRecord


def about_of(path: Path) -> About | None:
    """What the recording says of itself; None for one that says nothing, such as one written by hand.

    Raises `LineError` and `FileError`.
    """
    first = next((line for line in lines_of(path) if line.strip()), b"")
    for record in read_lines([first]):
        fields = json.loads(first)
        said = fields.get("value") if record.topic == ABOUT else fields.get(ABOUT)
        if said is None:
            return None
        try:
            return About.from_json(json.dumps(said))
        except ValidationError as error:
            raise LineError(f"{path}: {ABOUT} on its first line is damaged; remove that to do without") from error
    return None


def survey(path: Path) -> About:
    """What a recording that says nothing of itself turns out to hold, after reading it through.

    Raises `LineError` and `FileError`.
    """
    begins: dict[tuple[str, int], int] = {}
    ends: dict[tuple[str, int], int] = {}
    latest = datetime.fromtimestamp(0, UTC)
    for record in records_of(path):
        place = record.topic, record.partition
        begins[place] = min(begins.get(place, record.offset), record.offset)
        ends[place] = max(ends.get(place, 0), record.offset + 1)
        latest = max(latest, record.timestamp)
    return About(release="unknown", recorded_at=latest, extents=extents_of(begins, ends))


def holds(path: Path, topic: str) -> bool:
    """Whether the topic was recorded; where the recording says nothing of itself, whether any record is of it."""
    said = about_of(path)
    if said is not None:
        return topic in said.topics
    named = re.compile(rf'"topic"\s*:\s*"{re.escape(topic)}"'.encode())
    return any(named.search(line) for line in lines_of(path))


def records_of(path: Path, tell: Callable[[int], None] = lambda _: None) -> Iterator[InputRecord]:
    """Yield the records in file order. `tell` is told now and then how many bytes have been read.

    Raises `LineError` and `FileError`.
    """
    return (record for record in read_lines(lines_of(path, tell)) if record.topic != ABOUT)
