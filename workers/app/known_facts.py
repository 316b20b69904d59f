"""What CVR has said before, to any worker: read from ``sorbro.cvr-facts.v1``, so that nobody asks for it again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

import mode
import structlog
from pydantic import ValidationError

from adapters.kafka.whole_topic import whole_topic
from contracts.cvr_facts import CvrAnswer
from contracts.topics import Topic

if TYPE_CHECKING:
    from adapters.kafka.connection import Connection

_log = structlog.get_logger("sorbro.enrichment")

_PATIENCE_SECONDS: Final = 30.0
"""So long questions wait for what is known already; after that CVR is asked, which costs it work and harms nobody."""
_AGAIN_SECONDS: Final = 5.0


class Learner(Protocol):
    """Whoever remembers what CVR said."""

    def learn(self, answer: CvrAnswer) -> None:
        """Take note of an answer, unless a later one is known."""
        ...


class KnownFacts(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """Tells a registry what was answered before it started, and what other workers hear meanwhile."""

    def __init__(self, connection: Connection, learner: Learner, **options: Any) -> None:
        super().__init__(**options)
        self._connection = connection
        self._learner = learner
        self._is_complete = asyncio.Event()

    async def on_start(self) -> None:
        """Begin to read."""
        self.add_future(self._read_on())

    async def complete(self) -> None:
        """Wait until all is learnt that was there at the start, or it takes too long."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._is_complete.wait()
        except TimeoutError:
            _log.warning("what CVR said before is not read yet; it may be asked for once more")

    async def _read_on(self) -> None:
        while not self.should_stop:
            try:
                async for records, is_complete in whole_topic(self._connection, Topic.CVR_FACTS.value):
                    self._learn(records)
                    if is_complete:
                        self._is_complete.set()
            # Nothing depends on this but CVR's peace: whatever it was, start again.
            except Exception as error:  # noqa: BLE001
                _log.warning("what CVR said to other workers cannot be read", error=type(error).__name__)
                await self.sleep(_AGAIN_SECONDS)

    def _learn(self, records: list[Any]) -> None:
        for record in records:
            if record.value is not None:
                try:
                    self._learner.learn(CvrAnswer.model_validate_json(record.value))
                except ValidationError:
                    continue  # the loop makes a dead letter of it
