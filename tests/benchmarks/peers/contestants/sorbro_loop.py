"""Sorbro's whole write side: membership, one loop for each partition, logs and metrics; all its rules and guarantees.

In the variant `plain` the plain job takes the place of the rules, so that its engine stands beside the others' engines.

The rest of `sorbro run`, the agent that asks CVR and the pages, is left out: no contestant has anything like it.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from typing import Final

from adapters.clock import Clock, SystemClock
from adapters.collector import spare_what_stays
from adapters.kafka.broadcast_clock import BroadcastClock
from adapters.kafka.connection import Connection
from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import PartitionLog
from adapters.telemetry.logs import configure_logging
from benchmarks.peers.contestants.orders import Orders, orders
from benchmarks.peers.contestants.plain_turn import plain_job
from contracts.tariffs import TariffTable
from workers.app.reporter import LogAndMetrics
from workers.app.stream_service import StreamService
from workers.app.worker import OpenLog

DEMO_CLOCK: Final = "demo-clock"
"""The variant whose time is what was last announced, for days that come when the benchmark wants them to."""
CONFLUENT: Final = "confluent"
PLAIN: Final = "plain"
_FLOOD_LIMIT: Final = 100


def _confluent(connection: Connection, group: str, partition: int) -> PartitionLog:
    from adapters.kafka.confluent.partition_log import ConfluentPartitionLog

    return ConfluentPartitionLog(connection, group, partition)


async def work(given: Orders) -> None:
    """Work until killed."""
    connection = Connection(given.servers)
    clock: Clock = SystemClock()
    following = None
    if DEMO_CLOCK in given.variant:
        clock = announced = BroadcastClock(connection)
        following = asyncio.create_task(announced.follow())
    open_log: OpenLog = _confluent if CONFLUENT in given.variant else KafkaPartitionLog
    service = StreamService(
        connection, given.group, clock, TariffTable.load(), LogAndMetrics(clock), _FLOOD_LIMIT, open_log
    )
    await service.start()
    await service.wait_until_stopped()
    if following is not None:
        following.cancel()


if __name__ == "__main__":
    configure_logging("json", "info")
    spare_what_stays()
    given = orders()
    with plain_job() if PLAIN in given.variant else nullcontext():
        asyncio.run(work(given))
