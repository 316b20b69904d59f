"""A record that aiokafka's consumer raises at: a header has a name that is no text."""

from __future__ import annotations

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy


class _NoText(str):
    """A header's name as only senders of other languages can write one."""

    __slots__ = ()

    def encode(self, *_: str) -> bytes:
        return b"x-\xff"


async def send_unreadable(producer: AIOKafkaProducer, topic: str, partition: int) -> None:
    """Send one."""
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 16384)
    batch.append(key=b"1", value=b"{", timestamp=1, headers=[(_NoText("x"), b"")])
    batch.close()
    await (await producer.send_batch(batch, topic, partition=partition))
