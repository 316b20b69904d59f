"""Polling where a record may have a header whose name is no text, which aiokafka raises at.

With the error goes whatever the same poll had taken before it, of other partitions too, whose positions have moved on.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from aiokafka import TopicPartition

from adapters.kafka.gap import UnreadableRecordError, unreadable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_ALONE_MS: Final = 500
"""For one partition alone: all of a worker's together stay well under the longest call."""


async def poll(
    consumer: Any, partitions: Collection[Any], wait_ms: int, max_records: int
) -> Mapping[Any, Sequence[Any]]:
    """Poll these partitions without leaving a hole.

    Raises `UnreadableRecordError` at a record that cannot be read, when all before it have been given.
    """
    before = {tp: await consumer.position(tp) for tp in partitions}
    try:
        polled: Mapping[Any, Sequence[Any]] = await consumer.getmany(
            *partitions, timeout_ms=wait_ms, max_records=max_records
        )
    except UnicodeDecodeError:
        for tp, position in before.items():
            consumer.seek(tp, position)
        polled = await _poll_up_to_unreadable(consumer, partitions, max_records)
    return polled


async def poll_past(
    consumer: Any, partitions: Collection[Any], wait_ms: int, max_records: int
) -> Mapping[Any, Sequence[Any]]:
    """Poll for who only looks: what cannot be read is left out, for the worker that stops at it has said so."""
    while True:
        try:
            return await poll(consumer, partitions, wait_ms, max_records)
        except UnreadableRecordError as error:
            seek_behind(consumer, error)


def seek_behind(consumer: Any, error: UnreadableRecordError) -> None:
    """Go on with the next record."""
    consumer.seek(TopicPartition(error.gap.topic, error.gap.partition), error.gap.held)


async def _poll_up_to_unreadable(
    consumer: Any, partitions: Collection[Any], max_records: int
) -> Mapping[Any, Sequence[Any]]:
    found: defaultdict[Any, list[Any]] = defaultdict(list)
    for tp in partitions:
        while sum(map(len, found.values())) < max_records:
            try:
                polled = await consumer.getmany(tp, timeout_ms=_ALONE_MS, max_records=1)
            except UnicodeDecodeError as error:
                if found:
                    return found
                raise unreadable(tp.topic, tp.partition, await consumer.position(tp)) from error
            if not polled:
                break
            found[tp] += polled[tp]
    return found
