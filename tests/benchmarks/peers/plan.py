"""How much of everything a run measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from benchmarks.peers import roster
from benchmarks.peers.roster import Contestant


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes, repetitions and seconds; an empty or zero one leaves that part out."""

    contestants: Sequence[Contestant]
    units: int
    times: int
    limit: float
    """Seconds a contestant may take."""
    core_units: int
    latency_rate: int
    latency_seconds: float
    burst: int
    """Closures at one midnight, and places in the cascade."""
    sizes: Sequence[int]
    """Units of the registers that memory and time are measured at."""
    workers: Sequence[int]
    """How many share the work: the input of the contest, the steady rate and the midnight."""
    restore_units: Sequence[int]
    """Units of the registers whose state is restored."""


FULL: Final = Plan(
    contestants=roster.ALL,
    units=160_000,
    times=3,
    limit=1200.0,
    core_units=20_000,
    latency_rate=500,
    latency_seconds=30.0,
    burst=10_000,
    sizes=(1_000, 10_000, 100_000, 1_000_000),
    workers=(1, 2, 3, 4),
    restore_units=(1_000, 10_000, 100_000, 1_000_000),
)
QUICK: Final = Plan(
    contestants=(roster.SORBRO, roster.SORBRO_PLAIN, roster.BARE_COPY),
    units=15_000,
    times=3,
    limit=60.0,
    core_units=4_000,
    latency_rate=500,
    latency_seconds=10.0,
    burst=0,
    sizes=(),
    workers=(),
    restore_units=(),
)
TRIAL: Final = Plan(
    contestants=roster.ALL,
    units=1_000,
    times=1,
    limit=90.0,
    core_units=500,
    latency_rate=50,
    latency_seconds=3.0,
    burst=200,
    sizes=(1_000,),
    workers=(1, 2),
    restore_units=(1_000,),
)
"""Everything once and small: its figures say nothing, but that it runs."""


def only(plan: Plan, names: Sequence[str]) -> Plan:
    """The plan with those contestants whose names hold one of the words."""
    wanted = [each for each in roster.ALL if any(name.lower() in each.name.lower() for name in names)]
    return replace(plan, contestants=wanted)
