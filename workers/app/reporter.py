"""What the loop tells: one canonical log event per transaction and per decision that matters, and metrics."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from adapters.telemetry import write_side as metrics
from adapters.telemetry.catalogue import forget_partition
from contracts.topics import Topic
from workers.app.decision_log import told_of
from workers.app.failures import in_words
from workers.app.turn_metrics import count
from workers.app.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.clock import Clock
    from adapters.kafka.gap import Gap
    from workers.stream.reporter import Took
    from workers.stream.world import Turn

_log = structlog.get_logger("sorbro.stream")


class LogAndMetrics:
    """The `Reporter` of a real worker; it also remembers which partitions are open, for the health pages."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.open_partitions: set[int] = set()
        self.assigned: frozenset[int] | None = None
        self.has_started = False
        """Whether all partitions assigned have been open together once."""
        self.watch = Watch()
        metrics.CLOCK.set_function(lambda: clock.now().timestamp())

    @property
    def is_ready(self) -> bool:
        """Whether partitions have been assigned, all of them are restored, and no topic is missing."""
        return self._are_open and not self.watch.missing_topics

    @property
    def _are_open(self) -> bool:
        return self.assigned is not None and self.open_partitions >= self.assigned

    def assign(self, partitions: Iterable[int]) -> None:
        """From now on these partitions are ours."""
        before, self.assigned = self.assigned or frozenset(), frozenset(partitions)
        for partition in before - self.assigned:
            forget_partition(partition)
        self.watch.assigned(self.assigned, _now())
        metrics.REBALANCES.inc()
        self._count_partitions()

    def restoring(self, partition: int) -> None:
        """See `Reporter.restoring`."""
        self.watch.restoring(partition, _now())

    def opened(self, partition: int, restored: int, owners: int, seconds: float) -> None:
        """See `Reporter.opened`."""
        self.watch.turned(partition, _now())
        self.open_partitions.add(partition)
        self._count_partitions()
        metrics.RESTORES.labels(partition).inc()
        metrics.RESTORE_SECONDS.labels(partition).set(seconds)
        metrics.RESTORE_RECORDS.labels(partition).set(restored)
        _log.info("partition open", partition=partition, restored=restored, owners=owners, seconds=round(seconds, 3))

    def passed_over(self, partition: int, gap: Gap) -> None:
        """See `Reporter.passed_over`."""
        _log.warning("records passed over", partition=partition, gap=str(gap))

    def committed(self, partition: int, turn: Turn, took: Took) -> None:
        """See `Reporter.committed`."""
        self.watch.progressed(partition, _now())
        try:
            self._tell(partition, turn, took)
        except Exception as error:  # noqa: BLE001  what is committed is; it must not be given up for a word about it
            _log.error("a turn could not be told of", partition=partition, error=in_words(error))

    def _tell(self, partition: int, turn: Turn, took: Took) -> None:
        now = self._clock.now()
        metrics.LAST_COMMIT.labels(partition).set(now.timestamp())
        count(turn, took, now)
        if not _log.is_enabled_for(logging.WARNING):
            return
        log = _log.bind(partition=partition)
        for told in told_of(turn.journal, now):
            if told.is_late:
                log.warning(told.event, late=True, **told.fields)
            else:
                log.info(told.event, **told.fields)
        sent = Counter(record.topic for record in turn.outputs)
        log.info(
            "turn committed",
            **{outcome: events for outcome, events in turn.outcomes.items() if events},
            sent={str(Topic(topic)): records for topic, records in sent.items()},
            dead_letters=dict(Counter(each.refusal.reason for each in turn.journal.buried)) or None,
            at=turn.stream_time.isoformat(),
            deciding=round(took.deciding, 3),
            committing=round(took.committing, 3),
        )

    def aborted(self, partition: int) -> None:
        """See `Reporter.aborted`; the log has the error with the failure that follows."""
        metrics.TRANSACTION_ABORTS.labels(partition).inc()

    def failed(self, partition: int, error: BaseException) -> None:
        """See `Reporter.failed`."""
        self.watch.failed(partition, _now())
        self.open_partitions.discard(partition)
        self._count_partitions()
        metrics.FAILURES.labels(partition, type(error).__name__).inc()
        _log.warning("partition failed, opening again", partition=partition, error=in_words(error))

    def closed(self, partition: int) -> None:
        """See `Reporter.closed`."""
        self.open_partitions.discard(partition)
        self._count_partitions()

    def turned(self, partition: int) -> None:
        """See `Reporter.turned`."""
        self.watch.turned(partition, _now())
        metrics.LAST_TURN.labels(partition).set(self._clock.now().timestamp())

    def caught_up(self, partition: int) -> None:
        """See `Reporter.caught_up`."""
        self.watch.progressed(partition, _now())

    def _count_partitions(self) -> None:
        self.has_started |= self._are_open
        metrics.PARTITIONS.labels("assigned").set(len(self.assigned or ()))
        metrics.PARTITIONS.labels("open").set(len(self.open_partitions))


def _now() -> float:
    return asyncio.get_running_loop().time()
