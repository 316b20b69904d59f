"""One line for each partition: who works on it, how far behind it is, and whether it moves."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from contracts.wire import Instant, Message, message
from workers.operations.movement import Movement, waiting_since

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workers.operations.lag import Lag, PartitionLag
    from workers.operations.movement import History

_WORST_FIRST: Final = (
    Movement.REWIND,
    Movement.STOP,
    Movement.STALL,
    Movement.WARN,
    Movement.UNKNOWN,
    Movement.OK,
    Movement.NONE,
)


@message
class TopicLag(Message):
    """How far behind one partition is on one topic; `records` is None while nothing has been committed on it."""

    topic: str
    records: int | None
    is_exact: bool
    lost: int
    movement: Movement


@message
class Partition(Message):
    """One partition over all its input topics. `seconds`: how long the oldest unread record has waited."""

    partition: int
    worker: str | None
    """The host that works on it, by the consumer group; None for nobody."""
    records: int
    is_exact: bool
    seconds: float
    lost: int
    """Records that retention took before they were read."""
    is_made_anew: bool
    """Whether a position lies beyond the end: a topic was made anew under the worker."""
    movement: Movement
    """The worst of its topics', as Burrow has it."""
    last_commit: Instant | None
    topics: tuple[TopicLag, ...]


def partitions_of(
    lag: Lag, histories: Mapping[tuple[str, int], History], last_commits: Mapping[int, datetime], now: datetime
) -> tuple[Partition, ...]:
    """Every partition, by number."""
    by_number: defaultdict[int, list[PartitionLag]] = defaultdict(list)
    for each in lag.partitions:
        by_number[each.partition].append(each)
    return tuple(
        _partition(number, by_number[number], lag, histories, last_commits.get(number), now)
        for number in sorted(by_number)
    )


def _partition(
    number: int,
    lags: list[PartitionLag],
    lag: Lag,
    histories: Mapping[tuple[str, int], History],
    last_commit: datetime | None,
    now: datetime,
) -> Partition:
    topics = tuple(
        TopicLag(
            topic=each.topic,
            records=each.records,
            is_exact=each.is_exact,
            lost=each.lost,
            movement=histories[each.topic, each.partition].movement(now),
        )
        for each in lags
    )
    since = (waiting_since(histories[each.topic, each.partition].looks, each.oldest_at) for each in lags)
    oldest = min((at for at in since if at is not None), default=None)
    return Partition(
        partition=number,
        worker=lag.hosts.get(number),
        records=sum(each.records if each.records is not None else each.end - each.start for each in lags),
        is_exact=all(each.is_exact and each.records is not None for each in lags if each.end > each.start),
        seconds=max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0,
        lost=sum(each.lost for each in lags),
        is_made_anew=any(each.is_beyond_end for each in lags),
        movement=min((each.movement for each in topics), key=_WORST_FIRST.index),
        last_commit=last_commit,
        topics=topics,
    )
