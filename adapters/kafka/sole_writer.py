"""The one writer of its kind: whoever opens it ends what a predecessor left half done, and appends in transactions.

For work that looks at a topic and then adds what is missing: nobody else of the same name can add anything between
the look and the addition, a process that was killed or forgotten included.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, ProducerFenced

from adapters.kafka.closing import let_go
from adapters.kafka.port import LogError
from adapters.kafka.publisher import Publisher

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from adapters.kafka.connection import Connection
    from contracts.records import OutputRecord

_TRANSACTION_TIMEOUT_MS: Final = 15_000
_FENCE_SECONDS: Final = 60.0
_COMMIT_SECONDS: Final = 30.0


class SoleWriter:
    """Appends records, all of a batch or none; without transactions on the broker, at least once."""

    def __init__(self, producer: Any, name: str, *, transactions: bool) -> None:
        self._producer = producer
        self._publisher = Publisher(producer)
        self._name = name
        self._transactions = transactions

    async def append(self, records: Sequence[OutputRecord]) -> None:
        """Return when all are committed. Raises `LogError`; the writer is then of no use any more."""
        try:
            async with asyncio.timeout(_COMMIT_SECONDS):
                if self._transactions:
                    await self._producer.begin_transaction()
                await self._publisher.publish(records)
                if self._transactions:
                    await self._producer.commit_transaction()
        except ProducerFenced as error:
            raise LogError(f"another {self._name} has been started and has taken over; let that one finish") from error
        except (KafkaError, TimeoutError) as error:
            raise LogError(
                f"the brokers did not take the records ({type(error).__name__}: {error}). What was committed before "
                "stays; run the same command again, it goes on from there"
            ) from error


@asynccontextmanager
async def sole_writer(connection: Connection, name: str) -> AsyncIterator[SoleWriter]:
    """The writer `name`, a predecessor fenced. Raises `LogError` when the brokers do not answer."""
    options: dict[str, Any] = {"acks": "all", "linger_ms": 5, "max_batch_size": 256 * 1024}
    if connection.transactions:
        options |= {"transactional_id": name, "transaction_timeout_ms": _TRANSACTION_TIMEOUT_MS}
    producer: Any = AIOKafkaProducer(**connection.client_options(), **options)
    try:
        async with asyncio.timeout(_FENCE_SECONDS):
            await producer.start()
        yield SoleWriter(producer, name, transactions=connection.transactions)
    except (KafkaError, TimeoutError) as error:
        raise LogError(f"the brokers do not answer ({type(error).__name__}: {error}); check the address") from error
    finally:
        await let_go(producer)
