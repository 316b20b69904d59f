"""The job as anybody would write it with Faust: an agent and a table, at least once."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any

import faust

from benchmarks.peers.arena import PARTITIONS
from benchmarks.peers.contestants.orders import Orders, orders
from contracts.records import InputRecord
from contracts.topics import Topic


class _Table:
    def __init__(self, table: Any) -> None:
        self._table = table

    def get(self, key: str) -> bytes | None:
        value: str | None = self._table.get(key)
        return value.encode() if value is not None else None

    def set(self, key: str, value: bytes) -> None:
        self._table[key] = value.decode()


def build(given: Orders) -> Any:
    """The Faust app; its settings are Faust's own but for what has to do with where it runs."""
    app = faust.App(
        given.group,
        broker=[f"kafka://{server}" for server in given.servers.split(",")],
        store="memory://",
        datadir=str(given.folder),
        consumer_auto_offset_reset="earliest",
        topic_partitions=PARTITIONS,
        topic_replication_factor=1,
        topic_disable_leader=True,
        timezone=UTC,
        web_enabled=False,
    )
    raw = {"key_serializer": "raw", "value_serializer": "raw"}
    changes = app.topic(Topic.ENTITY_CHANGES.value, **raw)
    topics = {name: app.topic(name, **raw) for name in (Topic.REGISTRATIONS.value, Topic.CVR_REQUESTS.value)}
    memory = _Table(app.Table("remembered", partitions=PARTITIONS, key_type=str, value_type=str))

    @app.agent(changes)
    async def forward(stream: Any) -> None:
        async for event in stream.events():
            for each in given.job(_record(event), memory):
                await topics[each.topic].send(key=each.key, value=each.value, headers=dict(each.headers))

    return app


def _record(event: Any) -> InputRecord:
    message = event.message
    return InputRecord(
        message.topic,
        message.partition,
        message.offset,
        event.key,
        event.value,
        tuple(dict(event.headers).items()),
        datetime.fromtimestamp(message.timestamp, UTC),
    )


if __name__ == "__main__":
    logging.getLogger("faust").setLevel(logging.WARNING)  # it builds a debug record for every event even if unread
    app = build(orders())
    sys.argv = [sys.argv[0], "worker", "--loglevel=warn"]
    app.main()
