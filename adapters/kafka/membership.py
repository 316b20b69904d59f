"""Membership in the consumer group: which partitions are ours, and hearing in time when they no longer are.

The member reads nothing itself: its partitions are paused, and each partition loop has a consumer of its own. It
keeps polling, for a member that stops polling is thrown out of the group (notes/engine.md R8).
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from adapters.kafka.admin import administering, members_of
from adapters.kafka.closing import let_go
from adapters.kafka.port import CALL_SECONDS, LogError
from contracts.topics import WORKER_INPUTS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from collections.abc import Set as AbstractSet

    from aiokafka import TopicPartition

    from adapters.kafka.connection import Connection

SESSION_TIMEOUT_MS: Final = 10_000
"""How long a dead worker keeps its partitions."""
_POLL_MS: Final = 1000


class Membership:
    """A member of the worker group, for all input topics together: with the range assignor they go by number."""

    def __init__(
        self,
        connection: Connection,
        group: str,
        on_assigned: Callable[[AbstractSet[int]], Awaitable[None]],
        on_revoked: Callable[[], Awaitable[None]],
    ) -> None:
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked
        self._connection = connection
        self._group = group
        self._name = f"sorbro-{socket.gethostname()}-{os.getpid()}"
        self._consumer: Any = None
        self._error: LogError | None = None

    async def start(self) -> None:
        """Join the group."""
        self._consumer = AIOKafkaConsumer(
            **self._connection.client_options(),
            group_id=self._group,
            client_id=self._name,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=SESSION_TIMEOUT_MS // 5,
            rebalance_timeout_ms=30_000,
        )
        await self._consumer.start()
        self._consumer.subscribe([topic.value for topic in WORKER_INPUTS], listener=_Listener(self))

    async def stop(self) -> None:
        """Leave the group, so that others take over at once; as far as the brokers let us within five seconds."""
        await let_go(self._consumer)

    async def poll_forever(self) -> None:
        """Stay a member until cancelled. Raises `LogError` when the topics do not fit together."""
        while True:
            await self._consumer.getmany(timeout_ms=_POLL_MS)
            if self._error is not None:  # aiokafka would swallow it in the listener
                raise self._error
            await asyncio.sleep(0)

    async def holds(self, partition: int) -> bool:
        """Whether the group, asked now, says that the partition is ours; not, when it does not answer.

        A worker that has lost touch with the group does not hear that its partitions went to another.
        """
        if not self._connection.transactions:
            return True  # nobody can be shut out there, and not every such broker can be asked
        try:
            async with asyncio.timeout(CALL_SECONDS), administering(self._connection) as admin:
                members = await members_of(admin, self._group)
        except Exception:  # noqa: BLE001  # whatever it is, it is no yes
            return False
        return any(tp.partition == partition for each in members if each.client == self._name for tp in each.partitions)

    async def assigned(self, partitions: Iterable[TopicPartition]) -> None:
        """Called by aiokafka after a rebalance."""
        held = list(partitions)
        self._consumer.pause(*held)
        by_topic = {topic.value: {tp.partition for tp in held if tp.topic == topic.value} for topic in WORKER_INPUTS}
        if len({frozenset(partitions) for partitions in by_topic.values()}) > 1:
            self._error = LogError(
                f"the group gave us different partitions of the input topics ({by_topic}): their partition counts "
                "differ, and some partitions would be read by nobody. Give all input topics the same count"
            )
            return
        await self._on_assigned(by_topic[WORKER_INPUTS[0].value])

    async def revoked(self) -> None:
        """Called by aiokafka before a rebalance; the group waits until this returns."""
        await self._on_revoked()


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka publishes no types
    def __init__(self, membership: Membership) -> None:
        self._membership = membership

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002  # aiokafka's name
        await self._membership.revoked()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        await self._membership.assigned(assigned)
