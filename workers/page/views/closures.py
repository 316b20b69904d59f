"""*Closures*: what takes effect on which day, what should have and why it has not, what was done today (R25, R26)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from contracts.danish_time import danish_date
from contracts.wire import CivilDate, Instant, Message, message
from workers.operations.movement import Movement
from workers.operations.outlook import Matter
from workers.page.views.partitions import Partition, partitions_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from workers.operations.flow import Done
    from workers.operations.outlook import Due
    from workers.operations.register import Unit
    from workers.page.follower import Follower

Reason = Literal[
    "nobody-works",
    "not-turning",
    "not-progressing",
    "open-transaction",
    "opening",
    "stands-still",
    "inputs-unread",
    "unknown",
]


@message
class DueThing(Message):
    """One thing that takes effect on one place. `reason`: why it has not, where it should have."""

    sor_id: str
    name: str | None
    at: Instant
    matter: Matter
    partition: int
    reason: Reason | None = None


@message
class CalendarDay(Message):
    """How much takes effect at the beginning of a Danish day."""

    day: CivilDate
    count: int


@message
class DoneThing(Message):
    """A place that has left BSR."""

    sor_id: str
    name: str | None
    at: Instant
    what: str
    why: str
    last_day: CivilDate | None
    days_late: int


@message
class ParkedThing(Message):
    """A fee question that waits: for a tariff, or until `not_after` for CVR (R32, R38)."""

    sor_id: str
    name: str | None
    fee_year: int
    occasion: str
    asked_at: str
    not_after: str | None


@message
class WaitingThing(Message):
    """A unit that waits for something SOR has not told (R13)."""

    sor_id: str
    owner_sor_id: str
    reason: str
    about: str


@message
class Closures(Message):
    """The whole view. Lists are cut at some hundreds; the counts are whole."""

    at: Instant
    overdue_count: int
    overdue: tuple[DueThing, ...]
    calendar: tuple[CalendarDay, ...]
    chosen: CivilDate | None
    """The day whose closures are listed in `due`."""
    due: tuple[DueThing, ...]
    done_count: int
    done: tuple[DoneThing, ...]
    parked_count: int
    parked: tuple[ParkedThing, ...]
    waiting_count: int
    waiting: tuple[WaitingThing, ...]


def closures_of(follower: Follower, chosen: date | None) -> Closures:
    """The view of this moment; with the closures of a `chosen` Danish day, else of the next on which there are any."""
    at, side = follower.clock.now(), follower.side
    calendar = tuple(CalendarDay(day=each.day, count=each.count) for each in side.outlook.calendar(at))
    day = chosen or (calendar[0].day if calendar else None)
    today = danish_date(at)
    late = side.outlook.overdue(at)
    reasons = _reasons(follower, at) if late else {}
    return Closures(
        at=at,
        overdue_count=side.outlook.count_overdue(at),
        overdue=tuple(_due(each, reasons.get(each.partition, "unknown")) for each in late),
        calendar=calendar,
        chosen=day,
        due=tuple(_due(each) for each in side.outlook.due_on(day)) if day is not None else (),
        done_count=side.flow.count_done(today),
        done=tuple(_done(each, side.register.unit(each.sor_id)) for each in side.flow.done_on(today)),
        parked_count=side.outlook.count_parked(),
        parked=tuple(ParkedThing(**asdict(each)) for each in side.outlook.parked()),
        waiting_count=side.outlook.count_waiting(),
        waiting=tuple(WaitingThing(**asdict(each)) for each in side.outlook.waiting()),
    )


def _done(done: Done, unit: Unit | None) -> DoneThing:
    return DoneThing(name=unit.name if unit is not None else None, **asdict(done))


def _due(due: Due, reason: Reason | None = None) -> DueThing:
    return DueThing(
        sor_id=due.sor_id, name=due.name, at=due.at, matter=due.matter, partition=due.partition, reason=reason
    )


def _reasons(follower: Follower, at: datetime) -> dict[int, Reason]:
    """Why what is due on a partition is not done: by partition."""
    if follower.lag is None:
        return {}
    found = {
        each.partition: reason_of(each)
        for each in partitions_of(follower.lag, follower.histories, follower.last_commits, at)
    }
    worker = follower.worker
    if worker is not None:
        found |= dict.fromkeys(set(worker.assigned) - set(worker.open_partitions), "opening")
        found |= {each.partition: each.reason for each in worker.stuck}
    return found


def reason_of(partition: Partition) -> Reason:
    """Why a closure on the partition has not taken effect, as far as one can see from outside.

    A day comes only as far as every input is known to have been read (`workers.stream.horizon`).
    """
    if partition.worker is None:
        return "nobody-works"
    if partition.movement in {Movement.STOP, Movement.REWIND}:
        return "stands-still"
    return "inputs-unread" if partition.records else "unknown"
