"""One run: everything the plan asks for, one after the other, on one broker."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from benchmarks.peers.arena import PARTITIONS, Arena, open_arena
from benchmarks.peers.contest import Trial, run_trial
from benchmarks.peers.generated_input import register_with_history
from benchmarks.peers.jobs import JOBS
from benchmarks.peers.judge import Forwards
from benchmarks.peers.measurements import bursts, core_alone, growth, latency
from benchmarks.peers.measurements.bursts import Burst
from benchmarks.peers.measurements.core_alone import CoreAlone
from benchmarks.peers.measurements.growth import Size
from benchmarks.peers.measurements.latency import Latency
from benchmarks.peers.plan import Plan
from benchmarks.peers.roster import SORBRO, SORBRO_AT_MIDNIGHT, Contestant, NotBuiltError
from benchmarks.restore import Restored
from benchmarks.restore import measure as measure_restore

Tell = Callable[[str], None]


@dataclass(slots=True)
class Results:
    """All that was measured, raw; what was left out is empty."""

    day: str
    machine: str
    units: int
    events: int = 0
    bytes_each: float = 0.0
    trials: dict[str, list[Trial]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    """Contestants that could not take part, and why."""
    workers: dict[int, list[Trial]] = field(default_factory=dict)
    """Sorbro's, by how many of them share the work."""
    core: CoreAlone | None = None
    latencies: dict[int, Latency] = field(default_factory=dict)
    """By how many workers share the work, as the midnights."""
    midnights: dict[int, list[Burst]] = field(default_factory=dict)
    cascade: list[Burst] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    restores: list[Restored] = field(default_factory=list)

    def rate(self, name: str) -> float | None:
        """The median rate of a contestant whose output was right each time; None for another."""
        return median_rate(self.trials.get(name, []))


def median_rate(trials: Sequence[Trial]) -> float | None:
    """Records a second; None when there is no trial, or one whose output was wrong."""
    if not trials or any(each.wrong for each in trials):
        return None
    return statistics.median(each.rate for each in trials) or None


def blank(plan: Plan) -> Results:
    """Of today, on this machine; nothing has been measured yet."""
    return Results(date.today().isoformat(), _machine(), plan.units)  # noqa: DTZ011  # of the reader's calendar


def run(plan: Plan, results: Results, tell: Tell) -> None:
    """Measure, into `results` one thing after the other; `tell` is told what has just been found."""
    if plan.core_units:
        results.core = core_alone.measure(plan.core_units, plan.times)
        tell(f"core alone: {results.core}")
    with open_arena() as arena:
        _contest(arena, plan, results, tell)
        if plan.latency_rate:
            _keep_pace(arena, plan, results, tell)
        if plan.burst:
            _let_days_come(arena, plan, results, tell)
        if plan.sizes:
            results.sizes = growth.measure(plan.sizes, arena.folder)
            tell(f"growth: {results.sizes}")
    for units in plan.restore_units:
        results.restores.append(measure_restore(units, plan.times))
        tell(f"restore: {results.restores[-1]}")


def _keep_pace(arena: Arena, plan: Plan, results: Results, tell: Tell) -> None:
    for count in plan.workers or (1,):
        results.latencies[count] = latency.measure(arena, SORBRO, plan.latency_rate, plan.latency_seconds, count)
        tell(f"{count} workers: {results.latencies[count]}")


def _let_days_come(arena: Arena, plan: Plan, results: Results, tell: Tell) -> None:
    for _ in range(plan.times):
        for count in plan.workers or (1,):
            midnight = bursts.measure(arena, SORBRO_AT_MIDNIGHT, bursts.midnight(plan.burst), count)
            results.midnights.setdefault(count, []).append(midnight)
            tell(f"midnight, {count} workers: {midnight}")
        results.cascade.append(bursts.measure(arena, SORBRO_AT_MIDNIGHT, bursts.cascade(plan.burst)))
        tell(f"cascade: {results.cascade[-1]}")


def _contest(arena: Arena, plan: Plan, results: Results, tell: Tell) -> None:
    """Let the contestants take turns on the same input, then Sorbro with more and more workers."""
    records = list(register_with_history(plan.units))
    results.events = arena.write_input(records)
    results.bytes_each = sum(len(each.value or b"") for each in records) / len(records)
    jobs = {each.job for each in plan.contestants} | {SORBRO.job}
    due = {job: Forwards.of(JOBS[job](), records) for job in sorted(jobs)}
    records.clear()
    tell(f"{results.events:,} records of {results.bytes_each:.0f} bytes are on the topic")
    for _ in range(plan.times):
        for each in plan.contestants:
            if each.name not in results.absent:
                _take_turn(arena, each, due[each.job], plan, results)
                tell(f"{each.name}: {results.absent.get(each.name) or results.trials[each.name][-1]}")
    for _ in range(plan.times):
        for count in plan.workers:
            trial = run_trial(arena, SORBRO, due[SORBRO.job], results.events, plan.limit, count, calm=True)
            results.workers.setdefault(count, []).append(trial)
            tell(f"{count} workers: {trial}")


def _take_turn(arena: Arena, contestant: Contestant, due: Forwards, plan: Plan, results: Results) -> None:
    try:
        trial = run_trial(arena, contestant, due, results.events, plan.limit)
    except (NotBuiltError, RuntimeError) as error:
        results.absent[contestant.name] = str(error)
    else:
        results.trials.setdefault(contestant.name, []).append(trial)


def _machine() -> str:
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {PARTITIONS} partitions, one broker beside them"
    )
