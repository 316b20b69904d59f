"""Keeps the CVR registry: it learns what CVR has said before, the canary sings, and it is closed at the end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import mode
import structlog
from pydantic import ValidationError

from adapters.kafka.whole_topic import whole_topic
from contracts.cvr_facts import CvrAnswer
from contracts.identifiers import cvr_or_p_number
from contracts.topics import Topic
from workers.enrichment.questions import number_of

if TYPE_CHECKING:
    import httpx

    from adapters.cvr.registry.lookup import ServiceRegistry
    from adapters.kafka.connection import Connection

_log = structlog.get_logger("sorbro.enrichment")

_PATIENCE_SECONDS: Final = 30.0
"""So long questions wait for what is known already; after that CVR is asked, which costs it work and harms nobody."""
_AGAIN_SECONDS: Final = 5.0


class RegistryKeeper(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """Lives as long as the worker. What any worker was told, ``sorbro.cvr-facts.v1``, nobody asks for again."""

    def __init__(
        self, registry: ServiceRegistry, client: httpx.AsyncClient, connection: Connection, **options: Any
    ) -> None:
        super().__init__(**options)
        self._registry = registry
        self._client = client
        self._connection = connection
        self._is_complete = asyncio.Event()

    async def on_start(self) -> None:
        """Begin to learn and to watch."""
        self.add_future(self._learn_on())
        self.add_future(self._registry.run())

    async def on_stop(self) -> None:
        """Give up what is under way."""
        await self._registry.close()
        await self._client.aclose()

    async def has_learnt(self) -> None:
        """Wait until all is learnt that was there at the start, or it takes too long."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._is_complete.wait()
        except TimeoutError:
            _log.warning("what CVR said before is not read yet; it may be asked for once more")

    async def _learn_on(self) -> None:
        while not self.should_stop:
            try:
                async for records, is_complete in whole_topic(self._connection, Topic.CVR_FACTS.value):
                    for record in records:
                        self._learn(record.value)
                    if is_complete:
                        self._is_complete.set()
            # Nothing depends on this but CVR's peace: whatever it was, start again.
            except Exception as error:  # noqa: BLE001
                _log.warning("what CVR said to other workers cannot be read", error=type(error).__name__)
                await self.sleep(_AGAIN_SECONDS)

    def _learn(self, value: bytes | None) -> None:
        try:
            answer = CvrAnswer.from_json(value or b"")
        except ValidationError:
            return  # the loop makes a dead letter of it
        number = cvr_or_p_number(number_of(answer.fact))
        if number is not None:
            self._registry.learn(number, answer.fact, answer.fetched_at, answer.changes_on)
