"""The plain job in Sorbro's own loop: its reading, its transactions and its changelog, but not its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from unittest.mock import patch
from weakref import WeakKeyDictionary

from benchmarks.peers.jobs import plain
from contracts.records import InputRecord, OutputRecord
from contracts.topics import Topic
from workers.effects import Outcome
from workers.stream import loop, transaction
from workers.stream.changelog import changelog_of
from workers.stream.world import Turn, World

_HEADERS: Final = (("schema", b"1"),)
_remembered: WeakKeyDictionary[World, dict[str, bytes]] = WeakKeyDictionary()


class PlainTurn(Turn):
    """A turn that decides by the plain job; what it remembers becomes the world's when it is committed."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._before = _remembered.setdefault(world, {})
        self.noted: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        """What is remembered, this turn included."""
        return self.noted.get(key) or self._before.get(key)

    def set(self, key: str, value: bytes) -> None:
        """Remember."""
        self.noted[key] = value

    def receive(self, record: InputRecord, now: datetime) -> Outcome:
        """Do the job on one record."""
        self.came_to = self.stream_time = now
        self.outputs += [
            OutputRecord(each.topic, each.key, each.value, each.headers, now) for each in plain(record, self)
        ]
        self.outcomes["applied"] += 1
        self._steps += 1
        return "applied"

    def adopt(self) -> None:
        """Keep it."""
        super().adopt()
        self._before.update(self.noted)


def _changelog(turn: PlainTurn, partition: int, positions: Mapping[str, int]) -> Iterator[OutputRecord]:
    for key, value in turn.noted.items():
        yield OutputRecord(Topic.STATE, f"node/{key}".encode(), value, _HEADERS, turn.stream_time, partition)
    yield from changelog_of(turn, partition, positions)


@contextmanager
def plain_job() -> Iterator[None]:
    """Let every loop of this process do the plain job instead of Sorbro's rules. Fails where there is no such place."""
    with patch.object(loop, "Turn", PlainTurn), patch.object(transaction, "changelog_of", _changelog):
        yield
