"""What the raw figures come to: the ratios that matter, each with what is wanted of it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from benchmarks.peers import roster
from benchmarks.peers.roster import Contestant
from benchmarks.peers.run import Results, median_rate

_LATENCY_MS = 250.0
_UNIT_BYTES = 4096.0
_BURST_MESSAGES = 20_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One ratio or figure. `holds` is None where nothing is demanded."""

    what: str
    value: float
    wanted: str
    holds: bool | None
    unit: str = "×"


def findings(results: Results) -> Iterator[Finding]:
    """Yield what can be said of these results, in the order of the issue."""
    yield from _beside_peers(results)
    if results.core is not None:
        yield _at_most("the core alone, in times of pydantic's parse and dump", results.core.ratio, 3.0)
    yield from _bursts(results)
    if 1 in results.latencies:
        yield _at_most("p99 from input to committed output", results.latencies[1].p99, _LATENCY_MS, "ms")
    yield from _growth(results)
    one, two = (median_rate(results.workers.get(count, [])) for count in (1, 2))
    if one is not None and two is not None:
        yield _at_least("two workers beside one", two / one, 1.6)


def ratio_to_bare_copy(results: Results, ours: Contestant = roster.SORBRO) -> float | None:
    """Our rate as a share of the bare copy loop's; what CI looks at."""
    return _ratio(results, ours, roster.BARE_COPY)


_BESIDE_PEERS: Final = (
    (roster.SORBRO_PLAIN, roster.FAUST, 8.0, "≥ 8, aim 12"),
    (roster.SORBRO_PLAIN, roster.QUIX, 1.5, "≥ 1.5, aim 3"),
    (roster.SORBRO_PLAIN, roster.BARE_COPY, 0.6, "≥ 0.6"),
    (roster.SORBRO_PLAIN, roster.KAFKA_STREAMS, None, "aim 0.5"),
    (roster.SORBRO_PLAIN, roster.SORBRO_PLAIN_CONFLUENT, None, "who is quicker is the default"),
    (roster.SORBRO, roster.FAUST_RULES, None, ""),
    (roster.SORBRO, roster.QUIX_RULES, None, ""),
    (roster.SORBRO, roster.SORBRO_CONFLUENT, None, "who is quicker is the default"),
    (roster.SORBRO, roster.FAUST, None, "all rules beside the plain job"),
    (roster.SORBRO, roster.BARE_COPY, None, "all rules beside none"),
    (roster.SORBRO, roster.LIBRDKAFKA, None, "all rules beside none"),
)
"""Which two, how much is demanded, and what is wanted in words. What is demanded is of the same work on both sides."""


def _beside_peers(results: Results) -> Iterator[Finding]:
    for ours, other, least, words in _BESIDE_PEERS:
        ratio = _ratio(results, ours, other)
        if ratio is not None:
            what = f"{ours.name} beside {other.name}"
            yield Finding(what, ratio, words, None if least is None else ratio >= least)


def _ratio(results: Results, ours: Contestant, other: Contestant) -> float | None:
    rate, theirs = results.rate(ours.name), results.rate(other.name)
    return None if rate is None or theirs is None else rate / theirs


def _bursts(results: Results) -> Iterator[Finding]:
    copying = results.rate(roster.BARE_COPY.name)
    for what, bursts in (("the midnight burst", results.midnights.get(1)), ("the cascade", results.cascade)):
        if bursts and copying is not None and not any(each.wrong for each in bursts):
            seconds = statistics.median(each.seconds for each in bursts)
            copied = min(bursts[0].outputs, _BURST_MESSAGES) / copying
            yield _at_most(f"{what}, in times of the bare copy of as many messages", seconds / copied, 5.0)


def _growth(results: Results) -> Iterator[Finding]:
    for less, more in pairwise(results.sizes):
        grown = more.units * more.memory - less.units * less.memory
        what = f"memory for each unit more, from {less.units:,} to {more.units:,}"
        yield _at_most(what, grown / (more.units - less.units), _UNIT_BYTES, "bytes")
    by_units = {size.units: size.event for size in results.sizes}
    if {10_000, 1_000_000} <= by_units.keys():
        yield _at_most("an event among 1,000,000 units beside 10,000", by_units[1_000_000] / by_units[10_000], 1.25)


def _at_most(what: str, value: float, most: float, unit: str = "×") -> Finding:
    return Finding(what, value, f"≤ {most:g}", value <= most, unit)


def _at_least(what: str, value: float, least: float) -> Finding:
    return Finding(what, value, f"≥ {least:g}", value >= least)
