"""The inputs of one partition as librdkafka reads them: all in one go, handed out topic by topic."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from adapters.kafka.consumed import instant_of
from contracts.records import InputRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from contracts.cloudevents import Headers

_MOST_AHEAD: Final = 1000
"""Records of a topic laid by before it is paused: nobody wants them now, and memory is bounded."""


def fetched(reader: Consumer, most: int, seconds: float) -> Iterator[Message]:
    """Yield what there is, up to `most`, waiting for the first; ends of partitions too. Raises `KafkaException`."""
    first = reader.poll(seconds)  # `consume` itself would wait until there are as many as asked for
    for each in () if first is None else (first, *reader.consume(most, 0)):
        error = each.error()
        if error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001  # librdkafka's own name
            raise KafkaException(error)
        yield each


def headers_of(message: Message) -> Headers:
    """The headers in their order, repeated ones included."""
    return tuple(cast("list[tuple[str, bytes]]", message.headers() or []))


@dataclass(slots=True)
class _Input:
    """One topic: what has been fetched of it and not been polled, and how far reading has come."""

    where: TopicPartition
    position: int
    records: deque[InputRecord] = field(default_factory=deque)
    end: int | None = None
    """Where it was last found to end, control records included."""
    is_paused: bool = False

    def take(self, most: int) -> list[InputRecord]:
        taken = [self.records.popleft() for _ in range(min(most, len(self.records)))]
        if taken:
            self.position = taken[-1].offset + 1
        self._pass_over()
        return taken

    def ends_at(self, offset: int) -> None:
        self.end = offset
        self._pass_over()

    def _pass_over(self) -> None:
        """Go past the control records between the last record and the end."""
        if not self.records and self.end is not None:
            self.position = max(self.position, self.end)


class Inputs:
    """What has been assigned to the reader. `positions` are the offsets to begin at."""

    def __init__(self, reader: Consumer, partition: int, positions: Mapping[str, int]) -> None:
        self._reader = reader
        self._by_topic = {topic: _Input(TopicPartition(topic, partition, at), at) for topic, at in positions.items()}
        reader.assign([each.where for each in self._by_topic.values()])

    def poll(self, topics: Sequence[str], most: int, seconds: float) -> list[InputRecord]:
        """Give up to `most` records of these topics; blocks for so long at most when there are none."""
        wanted = [self._by_topic[topic] for topic in topics]
        self._let_flow(wanted)
        at_hand = any(each.records for each in wanted)
        for message in fetched(self._reader, most, 0 if at_hand else seconds):
            source = self._by_topic[message.topic() or ""]
            if message.error() is None:
                source.records.append(_record(message))
            else:
                source.ends_at(message.offset() or 0)
        taken: list[InputRecord] = []
        for each in wanted:
            taken += each.take(most - len(taken))
        return taken

    def drained(self) -> AbstractSet[str]:
        """The topics of which nothing is left that the broker has told of."""
        return {topic for topic, each in self._by_topic.items() if not each.records and self._is_at_end(each)}

    def positions(self) -> Mapping[str, int]:
        """The offset to be polled next, by topic."""
        return {topic: each.position for topic, each in self._by_topic.items()}

    def _is_at_end(self, source: _Input) -> bool:
        """By the last end met, or the last answer of the broker, which comes with the records and so earlier."""
        if source.end is not None and source.position >= source.end:
            return True
        known = self._reader.get_watermark_offsets(source.where, cached=True)
        return known is not None and 0 <= known[1] <= source.position

    def _let_flow(self, wanted: Iterable[_Input]) -> None:
        """Pause what nobody wants when much of it is laid by, and resume it when it is wanted."""
        for each in self._by_topic.values():
            if not each.is_paused and len(each.records) >= _MOST_AHEAD:
                self._reader.pause([each.where])
                each.is_paused = True
        for each in wanted:
            if each.is_paused and len(each.records) < _MOST_AHEAD:
                self._reader.resume([each.where])
                each.is_paused = False


def _record(message: Message) -> InputRecord:
    return InputRecord(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        key=message.key(),
        value=message.value(),
        headers=headers_of(message),
        timestamp=instant_of(message.timestamp()[1]),
    )
