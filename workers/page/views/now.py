"""*Now*: is anything late, is anything lost, and what is to be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from contracts.danish_time import danish_date
from contracts.topics import Topic
from contracts.wire import Instant, Message, message
from workers.operations.movement import Movement
from workers.page.views.partitions import Partition, partitions_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workers.page.follower import Follower

Severity = Literal["well", "watch", "bad", "unknown"]
Kind = Literal[
    "brokers-away",
    "records-lost",
    "state-differs",
    "closures-overdue",
    "made-anew",
    "nobody-works",
    "stands-still",
    "goes-back",
    "falls-behind",
    "worker-stuck",
    "fees-parked",
    "dead-letters",
    "cvr-away",
    "cvr-not-believed",
    "register-being-read",
]
_SEVERITY: Final[dict[Kind, Severity]] = {
    "falls-behind": "watch",
    "fees-parked": "watch",
    "dead-letters": "watch",
    "cvr-away": "watch",
    "cvr-not-believed": "watch",
    "register-being-read": "unknown",
}
"""What is not named here is bad: something is late or lost, or will be."""
_CHAPTER: Final[dict[Kind, str]] = {
    "records-lost": "records-lost",
    "made-anew": "records-lost",
    "closures-overdue": "closure-overdue",
    "nobody-works": "workers-down",
    "stands-still": "partition-stopped",
    "falls-behind": "records-wait-too-long",
    "worker-stuck": "partition-stuck",
    "fees-parked": "triggers-parked",
    "dead-letters": "dead-letters",
    "cvr-away": "cvr-away",
    "cvr-not-believed": "cvr-canary-dead",
}
"""The runbook's chapter on each, as the alerts name it (docs/runbook.md)."""
_PATIENCE_SECONDS: Final = 20.0
"""So long may the brokers be silent, as in an election, before the page calls them away."""


@message
class Trouble(Message):
    """One thing that is not as it should be; `n` says how much of it there is, `about` where."""

    kind: Kind
    severity: Severity
    n: int = 1
    about: str = ""
    chapter: str | None = None
    """Of the runbook."""


@message
class Now(Message):
    """The whole view. Figures of the register are as of what has been read: see `left`."""

    at: Instant
    severity: Severity
    troubles: tuple[Trouble, ...]
    left: int | None
    partitions: tuple[Partition, ...]
    units: int
    places: int
    registered: int
    overdue: int
    due: int
    next_due_at: Instant | None
    done_today: int
    parked: int
    waiting_for_sor: int
    waiting_for_cvr: int
    dead_letters: int
    differences: int
    newest_sor_at: Instant | None
    """When SOR's newest change was written."""
    version: str | None
    """Of the worker, and so of the rules it decides by."""
    tariffs: str
    """The version of the fee table (R32, R50)."""
    tariffs_until: int | None
    """The last year it knows; None for a table without a row."""


def trouble(kind: Kind, n: int = 1, about: str = "") -> Trouble:
    """A trouble with the severity of its kind, and its chapter."""
    return Trouble(kind=kind, severity=_SEVERITY.get(kind, "bad"), n=n, about=about, chapter=_CHAPTER.get(kind))


def now_of(follower: Follower) -> Now:
    """The view of this moment."""
    at, side = follower.clock.now(), follower.side
    figures = side.register.figures()
    lag = follower.lag
    partitions = partitions_of(lag, follower.histories, follower.last_commits, at) if lag is not None else ()
    troubles = sorted(
        [*_of_reading(follower), *_of_partitions(partitions), *_of_state(follower), *_of_worker(follower)],
        key=lambda each: ("bad", "unknown", "watch").index(each.severity),
    )
    return Now(
        at=at,
        severity=troubles[0].severity if troubles else "well",
        troubles=tuple(troubles),
        left=follower.left,
        partitions=partitions,
        units=figures.units,
        places=figures.places,
        registered=figures.by_standing.get("registered", 0),
        overdue=side.outlook.count_overdue(at),
        due=side.outlook.count_due(),
        next_due_at=side.outlook.next_at(at),
        done_today=side.flow.count_done(danish_date(at)),
        parked=side.outlook.count_parked(),
        waiting_for_sor=side.outlook.count_waiting(),
        waiting_for_cvr=figures.open_numbers,
        dead_letters=follower.groups.waiting,
        differences=len(follower.differences),
        newest_sor_at=side.sightings.last(Topic.ENTITY_CHANGES),
        version=follower.worker.version if follower.worker is not None else None,
        tariffs=follower.tariffs.version,
        tariffs_until=max(follower.tariffs.years, default=None),
    )


def _of_reading(follower: Follower) -> Iterator[Trouble]:
    failed_at, at = follower.lag_failed_at, follower.clock.now()
    if failed_at is not None and (at - failed_at).total_seconds() > _PATIENCE_SECONDS:
        yield trouble("brokers-away")
    if not follower.is_complete:
        yield trouble("register-being-read", follower.left or 0)


def _of_partitions(partitions: tuple[Partition, ...]) -> Iterator[Trouble]:
    lost = sum(each.lost for each in partitions)
    if lost:
        yield trouble("records-lost", lost, _numbers(each for each in partitions if each.lost))
    anew = [each for each in partitions if each.is_made_anew]
    if anew:
        yield trouble("made-anew", len(anew), _numbers(anew))
    without = [each for each in partitions if each.worker is None]
    if without:
        yield trouble("nobody-works", len(without), _numbers(without))
    movements: tuple[tuple[Kind, set[Movement]], ...] = (
        # A stall is no trouble: older records of other topics go first.
        ("stands-still", {Movement.STOP}),
        ("goes-back", {Movement.REWIND}),
        ("falls-behind", {Movement.WARN}),
    )
    for kind, states in movements:
        concerned = [each for each in partitions if each.movement in states]
        if concerned:
            yield trouble(kind, len(concerned), _numbers(concerned))


def _of_state(follower: Follower) -> Iterator[Trouble]:
    outlook = follower.side.outlook
    overdue = outlook.count_overdue(follower.clock.now()) if follower.is_complete else 0
    if overdue:
        yield trouble("closures-overdue", overdue)
    if follower.differences:
        yield trouble("state-differs", len(follower.differences))
    parked = outlook.count_parked()
    if parked:
        yield trouble("fees-parked", parked)
    if follower.groups.waiting:
        yield trouble("dead-letters", follower.groups.waiting)


def _of_worker(follower: Follower) -> Iterator[Trouble]:
    worker = follower.worker
    if worker is None:
        return
    for stuck in worker.stuck:
        yield trouble("worker-stuck", int(stuck.seconds), f"{stuck.reason}:{stuck.partition}")
    if worker.cvr is not None and worker.cvr.breaker != "closed":
        yield trouble("cvr-away", worker.cvr.waiting)
    if worker.cvr is not None and not worker.cvr.is_trusted:
        yield trouble("cvr-not-believed", about=worker.cvr.canary)


def _numbers(partitions: Iterable[Partition]) -> str:
    return ", ".join(str(each.partition) for each in partitions)
