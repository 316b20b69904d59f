"""What the loop tells, as one canonical log event per transaction and as metrics."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from adapters import telemetry
from contracts.topics import Topic
from workers.app.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.clock import Clock
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

    @property
    def is_ready(self) -> bool:
        """Whether partitions have been assigned, all of them are restored, and no topic is missing."""
        return self._are_open and not self.watch.missing_topics

    @property
    def _are_open(self) -> bool:
        return self.assigned is not None and self.open_partitions >= self.assigned

    def assign(self, partitions: Iterable[int]) -> None:
        """From now on these partitions are ours."""
        self.assigned = frozenset(partitions)
        self.watch.assigned(self.assigned, _now())
        self.has_started |= self._are_open

    def restoring(self, partition: int) -> None:
        """See `Reporter.restoring`."""
        self.watch.restoring(partition, _now())

    def opened(self, partition: int, restored: int, owners: int, seconds: float) -> None:
        """See `Reporter.opened`."""
        self.watch.turned(partition, _now())
        self.open_partitions.add(partition)
        self.has_started |= self._are_open
        telemetry.RESTORE_SECONDS.labels(partition).set(seconds)
        _log.info("partition open", partition=partition, restored=restored, owners=owners, seconds=round(seconds, 3))

    def committed(self, partition: int, turn: Turn, seconds: float) -> None:
        """See `Reporter.committed`."""
        self.watch.progressed(partition, _now())
        sent = Counter(record.topic for record in turn.outputs)
        for outcome, count in turn.outcomes.items():
            telemetry.RECORDS.labels(outcome).inc(count)
        for topic, count in sent.items():
            telemetry.OUTPUTS.labels(topic).inc(count)
        for reason, count in turn.dead_letters.items():
            telemetry.DEAD_LETTERS.labels(reason).inc(count)
        telemetry.TRANSACTION_SECONDS.observe(seconds)
        _log.info(
            "turn committed",
            partition=partition,
            **{outcome: count for outcome, count in turn.outcomes.items() if count},
            sent={str(Topic(topic)): count for topic, count in sent.items()},
            dead_letters=dict(turn.dead_letters) or None,
            at=turn.stream_time.isoformat(),
            seconds=round(seconds, 3),
        )

    def failed(self, partition: int, error: BaseException) -> None:
        """See `Reporter.failed`."""
        self.watch.failed(partition, _now())
        self.open_partitions.discard(partition)
        telemetry.REOPENED.inc()
        _log.warning("partition failed, opening again", partition=partition, error=f"{type(error).__name__}: {error}")

    def closed(self, partition: int) -> None:
        """See `Reporter.closed`."""
        self.open_partitions.discard(partition)

    def turned(self, partition: int) -> None:
        """See `Reporter.turned`."""
        self.watch.turned(partition, _now())
        telemetry.LAST_TURN.labels(partition).set(self._clock.now().timestamp())

    def caught_up(self, partition: int) -> None:
        """See `Reporter.caught_up`."""
        self.watch.progressed(partition, _now())


def _now() -> float:
    return asyncio.get_running_loop().time()
