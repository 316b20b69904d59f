"""STPS's yearly runs on one partition: which have been started, and how far each has come among the owners (R39).

A run is state like a closure, never a thing that happens once: started and not yet through. It is kept in the
changelog with the progress of the partition, so that whoever opens it goes on exactly where the last turn left off.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from contracts.cloudevents import binary_headers
from contracts.danish_time import COPENHAGEN, danish_date, start_of_day
from contracts.fee_runs import FeeRunStarted
from contracts.identifiers import SorId
from contracts.records import OutputRecord
from contracts.topics import CE_TYPES
from workers.decide import RunMissed
from workers.effects import effect_id
from workers.tree.state import Node, Registered, Withdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from contracts.cloudevents import Headers
    from workers.stream.intake import RunRequested, RunStarted
    from workers.tree.state import OwnerState

_PASSED: Final = "ce_feeruns"
"""The header by which a unit that moves tells which runs have been held where it comes from."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run. Owners are asked in the order of their SOR-ids, and a large one in parts."""

    fee_year: int
    run_on: date
    notice: str
    """The `ce_id` of STPS's message."""
    at: datetime
    """The instant it is held at: every place that is registered then is asked."""
    owner: SorId | None = None
    """The last owner asked."""
    unit: SorId | None = None
    """The unit after which the owner under way is gone on with; None between two owners."""
    through: bool = False
    """Whether every owner has been asked."""
    again: tuple[SorId, ...] = ()
    """Owners to ask once more: a unit that nobody had asked came to them after the run had passed them."""
    traceparent: str | None = None
    """Of STPS's message: what the run decides belongs to the same trace."""

    @property
    def name(self) -> str:
        """The same wherever the run is spoken of."""
        return str(effect_id("fee-run", self.fee_year, self.run_on))

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is still to be asked."""
        return not self.through or bool(self.again)

    def progress(self, owners: Iterable[SorId]) -> str:
        """How far it has come, in words for an operator."""
        known = list(owners)
        asked = sum(1 for owner in known if self.has_passed(owner))
        begins = f"yearly run {self.fee_year}, from {self.at.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"
        more = f"; {len(self.again)} of them once more, for a place that moved there" if self.again else ""
        return f"{begins}: {asked} of {len(known)} owners asked{more}"

    def has_passed(self, owner: SorId) -> bool:
        """Whether the owner has been asked, or is being asked."""
        return self.through or (self.owner is not None and owner <= self.owner)

    def next_owner(self, owners: Sequence[SorId]) -> SorId | None:
        """Whom to ask next among `owners`, which are in order; None when the run is through."""
        if self.through:
            return self.again[0] if self.again else None
        if self.unit is not None:
            return self.owner
        place = bisect_right(owners, self.owner) if self.owner is not None else 0
        return owners[place] if place < len(owners) else None

    def asked(self, owner: SorId, resume: SorId | None) -> Run:
        """The run once `owner` has been asked; up to the unit `resume` when that is given."""
        if not self.through:
            return replace(self, owner=owner, unit=resume)
        return replace(self, unit=resume, again=self.again if resume is not None else self.again[1:])


class FeeRuns:
    """The runs of one partition. Those that are through are kept, for STPS's message may come again."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self._runs = {run.name: run for run in runs}

    def __iter__(self) -> Iterator[Run]:
        return iter(self._runs.values())

    def start(self, accepted: RunStarted, now: datetime) -> bool:
        """Take a run on, to be held when its day begins, or at once. False when it is known already."""
        started = accepted.started
        at = max(now, start_of_day(started.run_on))
        run = Run(started.fee_year, started.run_on, started.notice, at, traceparent=accepted.traceparent)
        if run.name in self._runs:
            return False
        self.put(run)
        return True

    def put(self, run: Run) -> None:
        """Note how far the run has come."""
        self._runs[run.name] = run

    def next(self) -> Run | None:
        """The run that is to be gone on with first, if any."""
        waiting = [run for run in self._runs.values() if run.is_waiting]
        return min(waiting, key=lambda run: (run.at, run.name)) if waiting else None

    def passed(self, owner: SorId) -> Headers:
        """What a unit of `owner` takes along when it moves: the runs it has been asked in, or was not to be."""
        names = ",".join(run.name for run in self if run.has_passed(owner))
        return ((_PASSED, names.encode()),) if names else ()

    def missed_by(
        self, before: OwnerState, after: OwnerState, units: Iterable[SorId], now: datetime
    ) -> Iterator[RunMissed]:
        """Yield for each of the `units` that has become registered the runs that could not ask it, by year.

        One that BSR had lost for a while (R14) is only asked for the year in which it is back.
        """
        passed = sorted((run.fee_year, run.notice) for run in self if run.has_passed(after.owner))
        if not passed:
            return
        for sor_id in sorted(each for each in units if isinstance(after.nodes[each].standing, Registered)):
            known, node = before.nodes.get(sor_id, Node(sor_id)), after.nodes[sor_id]
            has_come = known.moved_here_by != node.moved_here_by  # `welcome` sees to it
            first = danish_date(now).year if isinstance(known.standing, Withdrawn) else 0
            if not isinstance(known.standing, Registered) and not has_come:
                yield from (RunMissed(year, notice, sor_id) for year, notice in passed if year >= first)

    def welcome(self, owner: SorId, headers: Headers) -> None:
        """See to a unit that has moved to `owner`: a run that has passed here but not where it came from asks again.

        Partitions are not equally far, and a place on its way between two of them must not be missed by both.
        """
        elsewhere = dict(headers).get(_PASSED, b"").decode().split(",")
        for run in list(self):
            under_way = 1 if run.unit is not None else 0
            if run.has_passed(owner) and run.name not in elsewhere and owner not in run.again[under_way:]:
                self.put(replace(run, again=(*run.again, owner)))


def for_every_partition(requested: RunRequested, partitions: int, now: datetime) -> Iterator[OutputRecord]:
    """Yield STPS's request as one record for each partition; the same request gives the same records again."""
    year, run_on = requested.request.fee_year, requested.request.run_on
    topic, ce_type = CE_TYPES[FeeRunStarted]
    started = FeeRunStarted(fee_year=year, run_on=run_on, notice=requested.notice)
    for partition in range(partitions):
        headers = binary_headers(
            ce_id=effect_id("fee-run-started", year, run_on, requested.notice, partition),
            ce_type=ce_type,
            time=now,
            subject=f"fee-run-{year}",
            causation=requested.notice,
            traceparent=requested.traceparent,
        )
        key = str(partition).encode()
        yield OutputRecord(topic, key, started.to_json(), headers, now, partition)
