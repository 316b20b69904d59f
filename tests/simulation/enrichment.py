"""The stand-in of the enrichment agent: each of the worker's questions is answered once, by a CVR that is down."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.kafka.memory.broker import MemoryBroker
from contracts.cvr_facts import CvrRequest, UnavailableFact
from contracts.records import InputRecord, OutputRecord
from contracts.topics import Topic
from workers.enrichment.answers import answer_record

_AT_ONCE = 100


class Enrichment:
    """Reads what is committed, and answers on the partition that the question came from."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._at = dict.fromkeys(range(broker.counts[Topic.CVR_REQUESTS]), 0)
        self._answered: set[bytes] = set()

    def answer(self) -> bool:
        """Answer what has been asked by now; whether there was anything."""
        answers = [answer for partition in self._at for answer in self._answers(partition)]
        if answers:
            self._broker.publish(*answers)
        return bool(answers)

    def _answers(self, partition: int) -> Iterator[OutputRecord]:
        log = self._broker.log(Topic.CVR_REQUESTS, partition)
        questions, self._at[partition] = log.read(self._at[partition], _AT_ONCE)
        for question in questions:
            if (ce_id := dict(question.headers)["ce_id"]) not in self._answered:  # a new worker asks again
                self._answered.add(ce_id)
                yield from (each._replace(partition=partition) for each in _unavailable(question))


def _unavailable(question: InputRecord) -> Iterator[OutputRecord]:
    request = CvrRequest.from_json(question.value or b"")
    for number in request.numbers:
        yield answer_record(request.owner_sor_id, number, UnavailableFact(number=number), question.timestamp)
