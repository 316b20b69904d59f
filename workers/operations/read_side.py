"""The read side: everything committed on Sorbro's topics, all partitions, kept as what the operations page asks for.

Fed with committed records in order per partition, as `adapters.kafka.tail` reads them. State and outputs come from the
same transactions but through different partitions, so one may be a moment ahead of the other.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import orjson
import structlog

from contracts.topics import WORKER_INPUTS, Topic
from workers.operations.flow import DEAD_LETTER, Flow
from workers.operations.outlook import Outlook
from workers.operations.reconciliation import Reconciliation
from workers.operations.register import Register
from workers.operations.sightings import Sightings
from workers.operations.whereabouts import Place, Whereabouts, about

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.tariffs import TariffTable
    from workers.stream.world import World

_log = structlog.get_logger("sorbro.page")

TOPICS: Final = (
    Topic.STATE,
    *WORKER_INPUTS,
    Topic.REGISTRATIONS,
    Topic.DEREGISTRATIONS,
    Topic.INVOICE_TRIGGERS,
    Topic.DELETION_REQUESTS,
    Topic.DEAD_LETTERS,
    Topic.AUDIT,
)
_STORIES: Final = frozenset(TOPICS) - {Topic.STATE, Topic.TRANSFERS, Topic.FEE_RUNS, Topic.AUDIT}
"""The topics whose records may be part of a unit's story."""
_BREATH_SECONDS: Final = 0.01
"""So long may the page's answers wait for what is being read."""
_FEW: Final = 10
"""Units below an owner that are looked at each by itself; for more of them, or itself, the whole owner is."""


class ReadSide:
    """Takes records; `settle` then looks again at the units that have changed, and those below them."""

    def __init__(self, tariffs: TariffTable) -> None:
        # One connection, one thread: nothing is ever on disk, and nobody waits for a lock.
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        self._tariffs = tariffs
        self._changed: defaultdict[str, set[str]] = defaultdict(set)
        """Units by owner, until it is clear whether anything of theirs is to be looked at."""
        self._unsettled: defaultdict[str, set[str]] = defaultdict(set)
        self.register = Register(self._db)
        self.outlook = Outlook(self._db)
        self.reconciliation = Reconciliation(self._db)
        self.whereabouts = Whereabouts(self._db)
        self.flow = Flow()
        self.sightings = Sightings()

    def take(self, topic: str, partition: int, records: Sequence[Any]) -> None:
        """Take in records of one partition, in order. Each has offset, timestamp (ms), key, value and headers."""
        self._db.execute("BEGIN")
        try:
            for record in records:
                self._take(topic, partition, record)
            if topic in _STORIES:
                self.whereabouts.take((about(topic, each), Place(topic, partition, each.offset)) for each in records)
        finally:
            self._db.execute("COMMIT")

    @property
    def is_settled(self) -> bool:
        """Whether every unit has been looked at since it last changed."""
        return not self._unsettled

    async def settle(self) -> None:
        """Look at the units that have changed, leaving the page room to answer."""
        loop = asyncio.get_running_loop()
        breathed = loop.time()
        while self._unsettled:
            self._settle(next(iter(self._unsettled)))
            if loop.time() - breathed > _BREATH_SECONDS:
                await asyncio.sleep(0)
                breathed = loop.time()

    def _settle(self, owner: str) -> None:
        """Look at an owner's changed units. What is due of a unit depends on itself and those above it (R13, R23)."""
        units = self._unsettled.pop(owner)
        if owner not in units and len(units) <= _FEW:
            for sor_id in units:
                self._look_at(self.register.surroundings(sor_id, self._tariffs))
        elif self.register.wakes(owner) or not self.register.is_whole(owner):
            self._look_at(self.register.owner_as_held(owner, self._tariffs))
        else:
            self.outlook.forget(owner)

    def _look_at(self, world: World) -> None:
        for state in world.owners.values():
            self.outlook.settle(state)

    def _take(self, topic: str, partition: int, record: Any) -> None:
        try:
            if topic == Topic.STATE:
                self._take_state(partition, record)
            else:
                self._take_message(topic, record)
        # Somebody else's record on a topic of ours; the page goes on without it, and the log says where it lies.
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning(
                "a record cannot be read for the page",
                topic=topic,
                partition=partition,
                offset=record.offset,
                error=type(error).__name__,
            )

    def _take_state(self, partition: int, record: Any) -> None:
        kind, _, rest = record.key.decode().partition("/")
        if kind == "progress":
            return
        owner, _, item = rest.partition("/")
        if kind == "node":
            self._take_unit(partition, owner, item, orjson.loads(record.value))
        elif kind == "cvr":
            self.register.take_number(owner, item, orjson.loads(record.value))
        wakes = dict(record.headers).get("wakes")
        if wakes is not None:
            self.register.take_wakes(partition, owner, wakes)
            changed = self._changed.pop(owner, set())
            if changed and (wakes or self.outlook.is_concerned(owner)):
                self._note(owner, changed)

    def _take_unit(self, partition: int, owner: str, sor_id: str, node: dict[str, Any]) -> None:
        unit = self.register.take_unit(partition, owner, sor_id, node)
        self.outlook.take_ledger(unit, owner, sor_id, node["ledger"])
        self.reconciliation.state_says(unit, sor_id, node["standing"])
        self.reconciliation.state_has_triggered(sor_id, node["ledger"])
        self._changed[owner].add(sor_id)
        if not self.register.is_settled(owner, node):
            self._note(owner, {sor_id})

    def _note(self, owner: str, units: Iterable[str]) -> None:
        """Have them looked at. Of more than a few it need not be known which."""
        noted = self._unsettled[owner]
        noted.update(islice(units, max(0, _FEW + 1 - len(noted))))

    def _take_message(self, topic: str, record: Any) -> None:
        headers = dict(record.headers)
        ce_type = (headers.get("ce_type") or b"").decode("utf-8", "replace")
        self.sightings.seen(topic, ce_type, record.timestamp)
        if topic == Topic.DEAD_LETTERS:
            self.sightings.refused(headers, record.timestamp)
        if topic in WORKER_INPUTS or topic == Topic.AUDIT:
            return
        self.flow.sent(DEAD_LETTER if topic == Topic.DEAD_LETTERS else ce_type, record.timestamp)
        if topic in _RECONCILED:
            self._reconcile(ce_type, record.timestamp, orjson.loads(record.value))

    def _reconcile(self, ce_type: str, at: int, data: dict[str, Any]) -> None:
        registration, sor_id = UUID(data["registrationId"]), data["sorId"]
        if ce_type == "dk.bsr.registration.forwarded.v1":
            self.reconciliation.topic_tells(registration, sor_id, "forwarded", at)
        elif ce_type == "dk.bsr.registration.withdrawn.v1":
            self.reconciliation.topic_tells(registration, sor_id, "withdrawn", at)
            self.flow.done(ce_type, at, data)
        elif ce_type == "dk.bsr.deregistration.effective.v1":
            self.reconciliation.topic_ends(registration, sor_id, at)
            self.flow.done(ce_type, at, data)
        elif ce_type == "dk.stps.invoice.triggered.v1":
            self.reconciliation.topic_triggers(registration, sor_id, data["feeYear"])


_RECONCILED: Final = frozenset({Topic.REGISTRATIONS, Topic.DEREGISTRATIONS, Topic.INVOICE_TRIGGERS})
