"""Playing records through one world: days come on their own instants, what it tells itself is heard at once."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Final

from adapters.cvr.port import Found
from contracts.cloudevents import traceparent_of
from contracts.cvr_facts import CvrRequest, NotFoundFact, UnavailableFact
from contracts.danish_time import danish_date
from contracts.topics import WORKER_INPUTS, Topic
from workers.enrichment.answers import answer_record
from workers.replay.core_order import progress_of
from workers.stream.world import Turn, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from adapters.cvr.documents import FileRegistry
    from contracts.cvr_facts import Fact
    from contracts.identifiers import CvrNumber, PNumber
    from contracts.records import InputRecord, OutputRecord
    from contracts.tariffs import TariffTable

TO_ITSELF: Final = frozenset({Topic.TRANSFERS.value, Topic.FEE_RUNS.value})
"""What the worker sends and reads itself: never an output, and made anew where a recording holds it."""
AS_RECORDED: Final = TO_ITSELF | {Topic.CVR_FACTS.value}
"""All that comes from Sorbro itself; taken from the recording where it is to be decided as it was then."""
_READ: Final = frozenset(topic.value for topic in WORKER_INPUTS)


class Replay:
    """One run. Feed it records in order; it yields the outputs in the order of their emission.

    `recorded` are topics of Sorbro's own whose records come from the recording. With CVR's answers among them nobody
    is asked, unless a `registry` is given to ask instead; with `TO_ITSELF` what the worker tells itself is an output,
    and heard where the recording holds it.
    """

    def __init__(
        self,
        tariffs: TariffTable,
        registry: FileRegistry | None = None,
        *,
        recorded: AbstractSet[str] = frozenset(),
        partitions: int = 1,
    ) -> None:
        self.world = World(tariffs, partitions=partitions)
        self.outcomes: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        """Records of topics that the worker does not read, or whose records the replay makes itself."""
        self._registry = registry
        makes = TO_ITSELF - recorded
        answers = frozenset({Topic.CVR_FACTS.value}) & recorded
        self._reads = _READ - makes - (answers if registry is not None else frozenset())
        self._hears = makes
        self._is_answered = bool(answers) and registry is None
        self._to_itself: deque[OutputRecord] = deque()

    def play(self, record: InputRecord) -> Iterator[OutputRecord]:
        """Let the days before the record come, decide it at its own timestamp, and finish what it began.

        A progress record says how far in time the worker had come there, and so which days had come.
        """
        if record.topic == Topic.STATE:
            yield from self.advance(progress_of(record).stream_time)
            return
        yield from self.advance(record.timestamp)
        if record.topic not in self._reads:
            self.left_out[record.topic] += 1
            return
        yield from self._receive(record, record.timestamp)
        yield from self.advance(record.timestamp)

    def advance(self, until: datetime) -> Iterator[OutputRecord]:
        """Let every day up to and including `until` come, each on its own instant.

        What the worker tells itself is heard in between, at the instant it was said: questions to CVR, units that move
        to another owner, yearly runs. A long cascade is finished before, as nothing overtakes it in `run`.
        """
        while True:
            instant = self.world.next_instant()
            if self._to_itself and (instant is None or instant > self._to_itself[0].time):
                yield from self._hear(self._to_itself.popleft())
            elif instant is not None and instant <= until:
                turn = Turn(self.world)
                turn.let_days_come(instant)
                yield from self._conclude(turn)
            else:
                return

    def _receive(self, record: InputRecord, now: datetime, *, counts: bool = True) -> Iterator[OutputRecord]:
        """Decide one record; one that only says there is nobody to ask does not count as input."""
        turn = Turn(self.world)
        turn.receive(record, now)
        if not counts:
            turn.outcomes.clear()
        yield from self._conclude(turn)

    def _conclude(self, turn: Turn) -> Iterator[OutputRecord]:
        turn.adopt()
        self.outcomes += turn.outcomes
        for record in turn.outputs:
            if record.topic == Topic.CVR_REQUESTS:
                if not self._is_answered:
                    self._to_itself.append(record)
            elif record.topic in self._hears:
                self._to_itself.append(record)
            else:
                yield record

    def _hear(self, record: OutputRecord) -> Iterator[OutputRecord]:
        if record.topic in TO_ITSELF:
            yield from self._receive(record.as_input(), record.time)
        else:
            request = CvrRequest.from_json(record.value or b"")
            for number in request.numbers:
                fact, changes_on = self._look_up(number, record.time)
                answer = answer_record(
                    request.owner_sor_id,
                    number,
                    fact,
                    record.time,
                    changes_on=changes_on,
                    traceparent=traceparent_of(record.headers),
                )
                yield from self._receive(answer.as_input(), record.time, counts=self._registry is not None)

    def _look_up(self, number: CvrNumber | PNumber, now: datetime) -> tuple[Fact, date | None]:
        """What the file says on that day, and the day on which it will say something else."""
        if self._registry is None:
            return UnavailableFact(number=number), None  # nobody to ask: every enrichment stays pending
        outcome = self._registry.find(number, danish_date(now))
        if isinstance(outcome, Found):
            return outcome.fact, outcome.changes_on
        # Only numbers whose check holds are asked for (R2), so what was not found is truly absent from the file.
        return NotFoundFact(number=number), None
