"""Records that are gone before they were read, or that cannot be read, and the one way past them: to name just these.

Going on over a gap loses closures and fees for good, so the worker never does it by itself, and what somebody allows
for one gap holds for no other, nor for the same one when it has grown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.kafka.port import LogError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

VARIABLE: Final = "SORBRO_PASS_OVER"
_FORM: Final = re.compile(
    r"(?P<topic>[a-zA-Z0-9._-]{1,249})\[(?P<partition>\d{1,9})\]:(?P<wanted>\d{1,18})-(?P<held>\d{1,18})"
)


class Gap(NamedTuple):
    """Where reading cannot go on: the offset that would be read next, and the first one that the broker holds.

    The second is the smaller one where a topic was made anew.
    """

    topic: str
    partition: int
    wanted: int
    held: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]:{self.wanted}-{self.held}"

    @classmethod
    def parse(cls, text: str) -> Gap:
        """Read what `str` gives. Raises `ValueError`."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} names no gap; write one as {cls('sor.entity-changes.v1', 3, 1200, 5312)}")
        return cls(found["topic"], int(found["partition"]), int(found["wanted"]), int(found["held"]))


class UnreadableRecordError(RuntimeError):
    """The client cannot read a record, so it cannot even become a dead letter; the message says how to go on."""

    def __init__(self, gap: Gap, message: str) -> None:
        super().__init__(message)
        self.gap = gap


def unreadable(topic: str, partition: int, offset: int) -> UnreadableRecordError:
    """The record at or right after this offset has a header whose name is no text; aiokafka gives up on it."""
    gap = Gap(topic, partition, offset, offset + 1)
    return UnreadableRecordError(
        gap,
        f"{topic}[{partition}]: the record at offset {offset} has a header whose name is not UTF-8: it cannot be read. "
        "Read it with another client and have it sent again without that header; then start the workers once with "
        f"{VARIABLE}={gap}",
    )


def parse_gaps(text: str) -> frozenset[Gap]:
    """Read gaps divided by commas; none in an empty text. Raises `ValueError`."""
    return frozenset(Gap.parse(each) for each in text.split(",") if each.strip())


def passed_over(gaps: Collection[Gap], partition: int, positions: Mapping[str, int]) -> list[Gap]:
    """Which of these lie before a partition that is to read on from these positions."""
    return [each for each in gaps if each.partition == partition and positions.get(each.topic) == each.wanted]


def refuse_gaps(partition: int, positions: Mapping[str, int], held: Mapping[str, tuple[int, int]]) -> None:
    """Hold what is to be read next against what the broker holds, from the first offset to the end, by topic.

    Raises `LogError`, which names all gaps of the partition, in the form that the setting takes.
    """
    gaps = [
        Gap(topic, partition, positions[topic], first)
        for topic, (first, end) in held.items()
        if not first <= positions[topic] <= end
    ]
    if gaps:
        named = ",".join(map(str, gaps))
        raise LogError(
            f"partition {partition} cannot go on: records that it has not read are gone ({named}: the next offset to "
            "read, and the first there is). They were deleted, or the topic was made anew. Restore the topic; or, when "
            'all that was in them has been sent again (docs/runbook.md, "Records lost"), start the workers once with '
            f"{VARIABLE}={named}. `sorbro status` names the gaps of all partitions"
        )
