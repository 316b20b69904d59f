"""The page that a full run writes: one table of everybody, one of what is wanted, and how it was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from benchmarks.peers import roster
from benchmarks.peers.contest import Trial
from benchmarks.peers.findings import Finding, findings
from benchmarks.peers.run import Results

PICTURE = "benchmarks/peers.svg"
_WORK = {"rules": "all of Sorbro's rules", "plain": "the plain job", "copy": "none: a copy"}
_HOW = """\
Written by `make bench`; the raw figures are in [benchmarks/results.json](benchmarks/results.json), what was decided by them
in [benchmarks/decisions.md](benchmarks/decisions.md).

Every contestant is a process of its own, reads the same topic, which has been written before, and runs until the last
record it owes is seen by a `read_committed` reader; then its whole output is compared with what is due, and one that is
wrong is disqualified. Measured is from the moment a twentieth of the output is committed, so that starting, joining a
group and warming up do not count. They take turns; the medians count. What a contestant has in hand at that moment counts
as done after it: of Sorbro's four loops up to 6,000 records.

By units: a register that has just arrived, an event of one of the same 3,000 places in no order, and the state of as large a
register read back by a worker that starts. By workers: the contest's input, the waiting at 500 events a second, and the
midnight, each with so many of them on the machine's two cores.

*The plain job* is to parse and check a message, look up its unit, and forward it if its content has changed.
*Sorbro's rules* are that and the rest: the whole tree of the owner, what is inherited, the questions to CVR, the
explanation. What is demanded beside a peer is demanded of the same work: Sorbro's loop, with its reading in order of
time, its transactions and its changelog, does the plain job beside the peers at the plain job. Sorbro as it is shipped
stands beside the peers whose engine is given the same rules.
"""


def page(results: Results) -> str:
    """The page as Markdown."""
    return "\n".join([
        "# Benchmarks",
        "",
        (f"{results.day}; {results.machine}; {results.units:,} units, {results.events:,} records of "
        f"{results.bytes_each:.0f} bytes."),
        "",
        f"![Records a second]({PICTURE})",
        "",
        *_contest(results),
        "",
        "| | found | wanted | |",
        "|---|---:|---|---|",
        *(_finding(each) for each in findings(results)),
        "",
        *(f"- {each}" for each in _figures(results)),
        "",
        *_by_units(results),
        *_by_workers(results),
        _HOW,
    ])  # fmt: skip


def _contest(results: Results) -> Iterator[str]:
    yield "| | work | promise | records/s | CPU µs/record | memory |"
    yield "|---|---|---|---:|---:|---:|"
    for each in roster.ALL:
        if each.name in results.absent:
            reason = results.absent[each.name].splitlines()[0]
            yield f"| {each.name} | {_WORK[each.job]} | {each.promise} | did not take part: {reason} | | |"
        elif trials := results.trials.get(each.name):
            wrong = next((trial.wrong for trial in trials if trial.wrong), None)
            figures = f"disqualified: {wrong} | | |" if wrong else _middle(trials, results.events)
            yield f"| {each.name} | {_WORK[each.job]} | {each.promise} | {figures}"


def _middle(trials: list[Trial], events: int) -> str:
    rate = statistics.median(each.rate for each in trials)
    cpu = _processor_time(trials, events)
    peak = statistics.median(each.peak for each in trials) / 1e6
    return f"{rate:,.0f} | {cpu:,.0f} | {peak:,.0f} MB |"


def _processor_time(trials: list[Trial], events: int) -> float:
    """Microseconds a record, of all processes of the contestant."""
    return statistics.median(each.cpu for each in trials) / events * 1e6


def _finding(finding: Finding) -> str:
    verdict = {True: "holds", False: "**does not hold**", None: ""}[finding.holds]
    return f"| {finding.what} | {finding.value:,.3g} {finding.unit} | {finding.wanted} | {verdict} |"


def _figures(results: Results) -> Iterator[str]:
    if (latency := results.latencies.get(1)) is not None:
        yield (
            f"Latency at {latency.rate:,.0f} events/s, default settings: p50 {latency.p50:.0f} ms, "
            f"p95 {latency.p95:.0f} ms, p99 {latency.p99:.0f} ms, worst of {latency.measured:,} {latency.worst:.0f} ms."
        )
    for what, bursts in (("Midnight", results.midnights.get(1)), ("Cascade", results.cascade)):
        if bursts:
            wrong = "".join(f" **Wrong: {each.wrong}**" for each in bursts if each.wrong)
            seconds = ", ".join(f"{each.seconds:.2f}" for each in bursts)
            yield f"{what}: {bursts[0].outputs:,} outputs committed in {seconds} s.{wrong}"
    if (core := results.core) is not None:
        yield (
            f"The core: {core.decided:.0f} µs to parse, decide and write the output, {core.kept:.0f} µs with the state; "
            f"pydantic alone {core.pydantic:.0f} µs."
        )


def _by_units(results: Results) -> Iterator[str]:
    sizes = {each.units: each for each in results.sizes}
    restores = {each.units: each for each in results.restores}
    if not sizes and not restores:
        return
    yield _row(
        "units", "memory for each, the process's own shared", "an event", "restore", "records", "a raw read of them"
    )
    yield _row(*(["---:"] * 6))
    for units in sorted(sizes.keys() | restores.keys()):
        size, done = sizes.get(units), restores.get(units)
        lived = (f"{size.memory:,.0f} bytes", f"{size.event:.0f} µs") if size else ("", "")
        restored = (f"{done.restore:.1f} s", f"{done.records:,}", f"{done.raw_read:.1f} s") if done else ("", "", "")
        yield _row(f"{units:,}", *lived, *restored)
    yield ""


def _by_workers(results: Results) -> Iterator[str]:
    if not results.workers:
        return
    yield _row("workers", "records/s", "processor time a record", "p50", "p99", "midnight")
    yield _row(*(["---:"] * 6))
    for count, trials in results.workers.items():
        rates = ", ".join(f"{each.rate:,.0f}" for each in trials)
        latency = results.latencies.get(count)
        waited = (f"{latency.p50:.0f} ms", f"{latency.p99:.0f} ms") if latency else ("", "")
        seconds = (
            f"{each.seconds:.2f} s" + (f" ({each.wrong})" if each.wrong else "")
            for each in results.midnights.get(count, ())
        )
        yield _row(str(count), rates, f"{_processor_time(trials, results.events):,.0f} µs", *waited, ", ".join(seconds))
    yield ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
