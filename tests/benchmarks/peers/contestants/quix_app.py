"""The job with Quix Streams: a stateful dataframe on RocksDB, exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from quixstreams import Application
from quixstreams.models.serializers import Serializer

from benchmarks.peers.contestants.orders import Orders, orders
from benchmarks.peers.jobs import Forwarded
from contracts.records import InputRecord
from contracts.topics import Topic

_COMMIT_SECONDS: Final = 0.5
"""As long as a turn of Sorbro's takes at most; Quix's own default, 5 s, is longer than a reader would wait."""


class _State:
    def __init__(self, state: Any) -> None:
        self._state = state

    def get(self, key: str) -> bytes | None:
        return self._state.get_bytes(key)

    def set(self, key: str, value: bytes) -> None:
        self._state.set_bytes(key, value)


class _Value(Serializer):
    def __call__(self, value: Forwarded, *_: Any, **__: Any) -> bytes:
        return value.value


def build(given: Orders) -> Application:
    """The application, its dataframe defined."""
    app = Application(
        given.servers,
        consumer_group=given.group,
        auto_offset_reset="earliest",
        processing_guarantee="exactly-once",
        commit_interval=_COMMIT_SECONDS,
        state_dir=given.folder / given.group,
        auto_create_topics=True,
        loglevel="WARNING",
    )
    changes = app.topic(Topic.ENTITY_CHANGES.value, value_deserializer="bytes", key_deserializer="bytes")
    topics = {
        name: app.topic(name, value_serializer=_Value(), key_serializer="bytes")
        for name in (Topic.REGISTRATIONS.value, Topic.CVR_REQUESTS.value)
    }

    def decide(value: bytes, key: bytes, timestamp: int, headers: Any, state: Any) -> Iterator[Forwarded]:
        at = datetime.fromtimestamp(timestamp / 1000, UTC)
        record = InputRecord(Topic.ENTITY_CHANGES.value, 0, 0, key, value, tuple(headers or ()), at)
        return given.job(record, _State(state))

    frame = app.dataframe(changes).apply(decide, stateful=True, expand=True, metadata=True)
    frame.to_topic(lambda value, *_: topics[value.topic], key=lambda value: value.key)
    return app


if __name__ == "__main__":
    build(orders()).run()
