"""One trial of one contestant: from an early part of its output to the last committed record, and what it cost."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from adapters.broker.guarded_process import GuardedProcess
from benchmarks.peers.arena import Arena
from benchmarks.peers.judge import Forwards, verdict
from benchmarks.peers.roster import Contestant
from benchmarks.peers.watcher import Watcher

_WARM_UP: Final = 0.05
"""The share of the output that is not measured: starting, joining the group, and what a compiler learns at first."""
_PATIENCE: Final = 60.0
_PAUSE: Final = 0.2
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it. `rate` is input records a second; `cpu` seconds of all its processes; `peak` their bytes."""

    rate: float
    seconds: float
    cpu: float
    peak: int
    wrong: str | None = None


def run_trial(
    arena: Arena,
    contestant: Contestant,
    due: Forwards,
    events: int,
    limit: float,
    processes: int = 1,
    *,
    calm: bool = False,
) -> Trial:
    """Start the contestant on the input, watch its committed output until it is all there, and judge it.

    The input has been written before. What is measured begins when a twentieth of the output is committed.
    Raises `NotBuiltError`, and `RuntimeError` when it ends by itself.
    """
    group = arena.next_trial()
    found = Forwards()
    with Watcher(arena.servers, calm=calm) as watcher, started(arena, contestant, group, processes) as running:
        seen, records = watcher.watch(lambda count: count >= due.count, limit)
        if dead := [each for each in running if not each.is_running]:
            raise RuntimeError(f"{contestant.name} ended by itself; {dead[0].last_words()}")
        cpu, peak = (sum(figures) for figures in zip(*(_cost(each.pid) for each in running), strict=True))
        records += watcher.look()  # nothing may come after the last
        for record in records:
            found.take(record.key(), record.value())
        wrong = verdict(due, found)
    begun = next((each for each in seen if each[1] >= _WARM_UP * due.count), seen[0])
    seconds = seen[-1][0] - begun[0]
    share = (seen[-1][1] - begun[1]) / due.count
    return Trial(share * events / seconds if seconds else 0.0, seconds, cpu, int(peak), wrong)


@contextmanager
def started(arena: Arena, contestant: Contestant, group: str, processes: int = 1) -> Iterator[Sequence[GuardedProcess]]:
    """The contestant's processes for as long as the block lasts."""
    running: list[GuardedProcess] = []
    try:
        for number in range(processes):
            folder = Path(arena.folder, f"{group}-{number}")
            folder.mkdir()
            command = contestant.command(arena.servers, group, folder)
            running.append(GuardedProcess(command, folder / "log"))
        yield running
    finally:
        for each in running:
            each.kill()


def wait_until_shared(servers: str, group: str, processes: int) -> None:
    """Wait until so many workers have shared the partitions out among them, which takes a few seconds of standstill.

    Raises `RuntimeError` when they do not.
    """
    admin, deadline = AdminClient({"bootstrap.servers": servers}), time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with suppress(KafkaException):  # on a young broker nobody coordinates groups yet
            found = admin.describe_consumer_groups([group], request_timeout=1.0)[group].result()
            if found.state == ConsumerGroupState.STABLE and len(found.members) == processes:
                return
        time.sleep(_PAUSE)
    raise RuntimeError(f"{processes} workers have not shared the work out within {_PATIENCE:.0f} s")


def _cost(pid: int) -> tuple[float, int]:
    """Seconds of CPU, and the most bytes in memory, of a process that still runs."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    peak = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / _TICKS, int(peak) * 1024
