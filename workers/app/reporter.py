"""What the loop tells, as one canonical log event per transaction and as metrics."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

import structlog

from adapters import telemetry
from contracts.topics import Topic

if TYPE_CHECKING:
    from adapters.clock import Clock
    from workers.stream.world import Turn

STUCK_SECONDS: Final = 60.0
"""Far beyond what any step of the loop may take: its calls to the broker have time-outs of their own."""

_log = structlog.get_logger("sorbro.stream")


class LogAndMetrics:
    """The `Reporter` of a real worker; it also remembers which partitions are open, for the health pages."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.open_partitions: set[int] = set()
        self.assigned: frozenset[int] | None = None
        self._last_turn: dict[int, float] = {}

    @property
    def is_ready(self) -> bool:
        """Whether partitions have been assigned and all of them are restored."""
        return self.assigned is not None and self.open_partitions >= self.assigned

    def stuck(self, now: float) -> list[int]:
        """The open partitions whose loop has not come round for `STUCK_SECONDS`; `now` on the event loop's clock."""
        return sorted(each for each in self.open_partitions if now - self._last_turn[each] > STUCK_SECONDS)

    def opened(self, partition: int, restored: int, owners: int, seconds: float) -> None:
        """See `Reporter.opened`."""
        self._last_turn[partition] = asyncio.get_running_loop().time()
        self.open_partitions.add(partition)
        telemetry.RESTORE_SECONDS.labels(partition).set(seconds)
        _log.info("partition open", partition=partition, restored=restored, owners=owners, seconds=round(seconds, 3))

    def committed(self, partition: int, turn: Turn, seconds: float) -> None:
        """See `Reporter.committed`."""
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
        self.open_partitions.discard(partition)
        telemetry.REOPENED.inc()
        _log.warning("partition failed, opening again", partition=partition, error=f"{type(error).__name__}: {error}")

    def closed(self, partition: int) -> None:
        """See `Reporter.closed`."""
        self.open_partitions.discard(partition)

    def turned(self, partition: int) -> None:
        """See `Reporter.turned`."""
        self._last_turn[partition] = asyncio.get_running_loop().time()
        telemetry.LAST_TURN.labels(partition).set(self._clock.now().timestamp())
