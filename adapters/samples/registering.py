"""When places register themselves: most within weeks, some before SOR has told of them, a few never (R16)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import IO, Any, Final

import orjson

from adapters.sor_files.entity import SnapshotEntity

_LATEST_DAYS: Final = 40
_NEVER, _BEFORE_SOR = 0.04, 0.04


def days_until(place: SnapshotEntity, seed: int) -> int | None:
    """Return how many days after SOR's own registration a place registers; -1 for just before it, None for never.

    Every place draws its own chance from its SOR-id.
    """
    rng = random.Random(f"registering:{seed}:{place.sor_id}")  # noqa: S311  no secret, but the same everywhere
    chance = rng.random()
    if chance < _NEVER:
        return None
    return -1 if chance < _NEVER + _BEFORE_SOR else rng.randint(0, _LATEST_DAYS)


class DayPiles:
    """What is to be said on later days, on disk: a register's worth of it would fill the memory."""

    def __init__(self) -> None:
        self._piles: dict[date, IO[bytes]] = {}

    def put(self, day: date, data: dict[str, Any]) -> None:
        """Lay `data` on the pile of a day."""
        if day not in self._piles:
            self._piles[day] = TemporaryFile()  # noqa: SIM115  it is closed when it is taken, or with the process
        self._piles[day].write(orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE))

    def take(self, day: date) -> Iterator[dict[str, Any]]:
        """Yield what lies on the pile of a day, in the order it was laid there; the pile is gone then."""
        pile = self._piles.pop(day, None)
        if pile is None:
            return
        with pile:
            pile.seek(0)
            yield from map(orjson.loads, pile)

    def days(self) -> list[date]:
        """Return the days that have a pile, the earliest first."""
        return sorted(self._piles)
