"""What must have been forwarded, and whether it was: every key's values, in their order; else disqualified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Self

import orjson

from benchmarks.peers.jobs import Job
from contracts.records import OutputRecord
from contracts.topics import Topic


class _Forgetful:
    """Keyed state for a job that is only asked what it would forward."""

    def __init__(self) -> None:
        self._values: dict[str, bytes] = {}

    def get(self, key: str) -> bytes | None:
        return self._values.get(key)

    def set(self, key: str, value: bytes) -> None:
        self._values[key] = value


@dataclass(slots=True)
class Forwards:
    """A digest of the values of each key, in order, and how many there are. JSON counts by what it says."""

    count: int = 0
    digests: dict[bytes, bytes] = field(default_factory=dict)

    def take(self, key: bytes, value: bytes) -> None:
        """Add one record."""
        content = orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS)
        self.digests[key] = blake2b(self.digests.get(key, b"") + content, digest_size=16).digest()
        self.count += 1

    @classmethod
    def of(cls, job: Job, records: Iterable[OutputRecord]) -> Self:
        """What the job forwards to BSR of these records."""
        memory, forwards = _Forgetful(), cls()
        for record in records:
            for each in job(record.as_input(), memory):
                if each.topic == Topic.REGISTRATIONS:
                    forwards.take(each.key, each.value)
        return forwards


def verdict(due: Forwards, found: Forwards) -> str | None:
    """What is wrong with what was found, in words; None when nothing is."""
    if due == found:
        return None
    missing = len(due.digests.keys() - found.digests.keys())
    strange = len(found.digests.keys() - due.digests.keys())
    different = sum(found.digests.get(key, digest) != digest for key, digest in due.digests.items())
    told = Counter({"keys missing": missing, "keys unknown": strange, "keys with other content": different})
    return f"{found.count:,} records of {due.count:,}; " + ", ".join(f"{n:,} {what}" for what, n in told.items() if n)
