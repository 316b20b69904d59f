"""From input to committed output at a steady rate, as a `read_committed` reader sees it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Final

import orjson

from adapters.samples import generate_register
from adapters.sor_files.entity import SnapshotEntity
from benchmarks.peers.arena import Arena
from benchmarks.peers.contest import started, wait_until_shared
from benchmarks.peers.generated_input import BEGINS, SEED, change
from benchmarks.peers.roster import Contestant
from benchmarks.peers.sender import Sender
from benchmarks.peers.watcher import Watcher

_UNITS: Final = 2000
_WARM_UP: Final = 2.0
_TICK: Final = 0.002
_PATIENCE: Final = 120.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds; `rate` is events a second as they were really sent, `measured` how many counted."""

    rate: float
    measured: int
    p50: float
    p95: float
    p99: float
    worst: float


def measure(arena: Arena, contestant: Contestant, rate: int, seconds: float, processes: int = 1) -> Latency:
    """Change the telephone of one known place after the other, `rate` of them a second, for so many workers together.

    Raises `RuntimeError` when an output does not come.
    """
    register = generate_register(_UNITS, SEED)
    group, sender = arena.next_trial(keep_input=False), Sender(arena.servers)
    with Watcher(arena.servers) as watcher, started(arena, contestant, group, processes):
        wait_until_shared(arena.servers, group, processes)
        sender.send(change(unit, 1, BEGINS) for unit in register.entities)
        due = len(register.treatment_places)
        if len(watcher.watch(lambda count: count >= due, _PATIENCE)[1]) < due:
            raise RuntimeError("the register did not come through")
        parents = {unit.parent_sor_id for unit in register.entities}
        leaves = [unit for unit in register.treatment_places if unit.sor_id not in parents]
        sent_at, seen_at = _exchange(sender, watcher, leaves, rate, seconds)
    if missing := sent_at.keys() - seen_at.keys():
        raise RuntimeError(f"{len(missing)} outputs did not come")
    begun = min(sent_at.values())
    measured = sorted(
        1000 * (seen_at[key] - at) for key, at in sent_at.items() if at - begun >= min(_WARM_UP, seconds / 4)
    )
    cut = statistics.quantiles(measured, n=100)
    real = len(sent_at) / (max(sent_at.values()) - begun)
    return Latency(real, len(measured), cut[49], cut[94], cut[98], measured[-1])


_Version = tuple[str, int]


def _exchange(
    sender: Sender, watcher: Watcher, leaves: list[SnapshotEntity], rate: int, seconds: float
) -> tuple[dict[_Version, float], dict[_Version, float]]:
    """Send at the rate and look all the while: when each version was sent, and when it was seen."""
    changes = _changes(leaves)
    sent_at: dict[_Version, float] = {}
    seen_at: dict[_Version, float] = {}
    begun = time.monotonic()
    while (now := time.monotonic()) < begun + seconds + _PATIENCE and (
        now < begun + seconds or len(seen_at) < len(sent_at)
    ):
        owed = int(rate * min(now - begun, seconds)) - len(sent_at)
        for (unit, version), _ in zip(changes, range(owed), strict=False):
            sent_at[unit.sor_id, version] = time.monotonic()
            sender.send([change(unit, version, datetime.now(UTC), telephone=f"{20_000_000 + version}")])
        for record in watcher.look(_TICK):
            seen = orjson.loads(record.value())
            seen_at[seen["sorId"], seen["sorVersion"]] = time.monotonic()
    sender.flush()
    return sent_at, seen_at


def _changes(leaves: list[SnapshotEntity]) -> Iterator[tuple[SnapshotEntity, int]]:
    """Yield every place in turn, over and over, with its next version."""
    for number, unit in enumerate(cycle(leaves)):
        yield unit, 2 + number // len(leaves)
