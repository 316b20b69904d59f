"""Which partition a key belongs to."""

from __future__ import annotations

from functools import lru_cache

from aiokafka.partitioner import murmur2


@lru_cache(maxsize=100_000)
def partition_of(key: bytes, count: int) -> int:
    """Where Kafka's own clients put a key, among `count` partitions.

    Remembered: the hash is Python, and takes longer than all the rest that is done to send a record.
    """
    place: int = (murmur2(key) & 0x7FFFFFFF) % count
    return place
