"""Telling a story to the worker: the very core of production under a virtual Danish clock, without a broker.

    world = Scenario()
    world.at("2023-05-01 10:00").sor(clinic)
    world.self_registers(clinic.place, category="5")
    world.sor(clinic.place, to_date="2023-05-20")
    assert world.until("2023-05-21").deregistrations(clinic.place).one["lastDay"] == "2023-05-20"

Whatever makes time pass or sends a message returns the outputs that this caused; `world.outputs` has them all.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from adapters.cvr.documents import DocumentStore, FileRegistry
from adapters.record_lines import compact
from contracts.cvr_facts import CvrRequest
from contracts.danish_time import danish_date, rfc3339
from contracts.records import InputRecord
from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.messages import Json, camel, self_registration
from support.outputs import Output, Outputs
from support.trees import Tree, Unit
from workers.replay.replay import Replay
from workers.stream.changelog import Restoring, changelog_of
from workers.testing.messages import envelope, instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from contracts.records import OutputRecord
    from workers.stream.world import Turn, World

ENTITY_CHANGED = "dk.sor.entity.changed.v1"
SELF_REGISTERED = "dk.bsr.self-registration.changed.v1"


class Scenario:
    """One story. Units are told by their changes; the driver keeps their last version and counts up."""

    def __init__(self, *, cvr: Iterable[Json] | None = None, tariffs: TariffTable | None = None) -> None:
        self._documents = DocumentStore(cvr or ())
        self._registry = FileRegistry(self._documents) if cvr is not None else None
        self._replay = _Recording(tariffs or TariffTable.load(), self._registry)
        self._last: dict[tuple[str, str], Json] = {}
        self._offset = 0
        self.now = instant("2023-01-02 09:00")
        self.records: list[InputRecord] = []
        self.outputs = Outputs()

    @property
    def world(self) -> World:
        """What the worker holds in memory."""
        return self._replay.world

    @property
    def changelog(self) -> list[OutputRecord]:
        """Every record the changelog would have been sent so far."""
        return self._replay.changelog

    @property
    def outcomes(self) -> dict[str, int]:
        """How many inputs were applied, repeated, stale or refused, and how many days settled."""
        return dict(self._replay.outcomes)

    def at(self, time: str | datetime) -> Self:
        """Set the clock for what follows; days come before the next record does, as in `replay`."""
        self.now = instant(time)
        return self

    def until(self, time: str | datetime) -> Outputs:
        """Let time pass up to and including `time` (a bare date is 00:00 in Denmark)."""
        self.now = instant(time)
        return self._collect(self._replay.advance(self.now))

    def sor(self, what: Tree | Unit, *, version: int | None = None, **changes: Any) -> Outputs:
        """SOR sends a tree (parents first), or the next version of one unit with `changes` to its last one."""
        if isinstance(what, Tree):
            return Outputs(output for unit in what.units for output in self.sor(unit, **changes))
        data = self._next("sor", what, what.first, version, {"registered_at": rfc3339(self.now)} | changes)
        return self.send(Topic.ENTITY_CHANGES, data, ce_type=ENTITY_CHANGED)

    def self_registers(self, unit: Unit, *, version: int | None = None, **changes: Any) -> Outputs:
        """The place supplies its half, or changes it (R16)."""
        first = self_registration(
            sor_id=unit.sor_id, owner_sor_id=unit.owner, registered_on=danish_date(self.now).isoformat()
        )
        data = self._next("self", unit, first, version, changes)
        return self.send(Topic.SELF_REGISTRATIONS, data, ce_type=SELF_REGISTERED)

    def moves(self, unit: Unit, to: Unit, **changes: Any) -> Outputs:
        """SOR moves a unit right under another owner: the last word under the old one, then a version under the new."""
        outputs = self.sor(unit, moved_to_owner_sor_id=to.sor_id, **changes)
        under_new = {"owner_sor_id": to.sor_id, "parent_sor_id": to.sor_id, "moved_to_owner_sor_id": None}
        return outputs + self.sor(unit, **under_new)

    def cvr_changes(self, *documents: Json) -> Self:
        """From now on CVR says this; nobody is told."""
        for document in documents:
            self._documents.add(document)
        return self

    @property
    def questions(self) -> list[CvrRequest]:
        """Every request to CVR so far."""
        return self._replay.questions

    def notice(self, kind: str, unit: Unit | None, /, **data: Any) -> Outputs:
        """STPS sends a notice: its `kind` is the middle of its ``ce_type``, e.g. "dispensation.granted".

        About `unit`; or about nobody in particular, then with what `data` says of an owner, and else with no key.
        """
        about: Json = {"sorId": unit.sor_id, "ownerSorId": unit.owner} if unit is not None else {}
        value = about | {camel(name): each for name, each in data.items()}
        key = value.get("ownerSorId")
        return self.send(Topic.NOTICES, value, key=key, ce_type=f"dk.stps.{kind}.v1", ce_id=f"{kind}-{self._offset}")

    def fee_run(self, year: int, run_on: str) -> Outputs:
        """STPS starts the yearly run (R39)."""
        return self.notice("fee-run.requested", None, fee_year=year, run_on=run_on)

    def registered(self, tree: Tree, *places: Unit, **changes: Any) -> Outputs:
        """Shorthand: the tree in SOR, and its place (or `places`) self-registered."""
        outputs = self.sor(tree)
        for place in places or (tree.place,):
            outputs += self.self_registers(place, **changes)
        return outputs

    def send(
        self,
        topic: str,
        value: Json | bytes | None,
        *,
        key: str | bytes | None = "owner",
        ce_type: str | None = None,
        ce_id: str | None = None,
        headers: Iterable[tuple[str, bytes]] | None = None,
    ) -> Outputs:
        """Send any record at all. By default the key is the value's owner and the envelope is whole."""
        if key == "owner":
            key = str(value["ownerSorId"]) if isinstance(value, dict) else None
        given = tuple(headers) if headers is not None else envelope(value, ce_type, ce_id, self.now)
        raw = compact(value).encode() if isinstance(value, dict) else value
        raw_key = key.encode() if isinstance(key, str) else key
        record = InputRecord(str(topic), 0, self._offset, raw_key, raw, given, self.now)
        self._offset += 1
        return self.play(record)

    def play(self, record: InputRecord) -> Outputs:
        """Hand a ready record over at its own timestamp."""
        self.records.append(record)
        return self._collect(self._replay.play(record))

    def restart(self, *, tariffs: TariffTable | None = None) -> Self:
        """Stop the worker and start it again: all it knows then is what the changelog held (R32, R39)."""
        replay = _Recording(tariffs or self.world.tariffs, self._registry)
        replay.world = restored(self.changelog, replay.world.tariffs)
        replay.changelog = self.changelog
        replay.outcomes = self._replay.outcomes
        replay.questions = self._replay.questions
        self._replay = replay
        return self

    def forwards(self, unit: Unit | None = None) -> Outputs:
        return self.outputs.forwards(unit)

    def withdrawals(self, unit: Unit | None = None) -> Outputs:
        return self.outputs.withdrawals(unit)

    def deregistrations(self, unit: Unit | None = None) -> Outputs:
        return self.outputs.deregistrations(unit)

    def triggers(self, unit: Unit | None = None) -> Outputs:
        return self.outputs.triggers(unit)

    def not_due(self, unit: Unit | None = None) -> Outputs:
        return self.outputs.not_due(unit)

    def dead_letters(self) -> Outputs:
        return self.outputs.dead_letters()

    def _next(self, half: str, unit: Unit, first: Json, version: int | None, changes: Json) -> Json:
        known = self._last.get((half, unit.sor_id))
        number = (known["version"] + 1 if known else first["version"]) if version is None else version
        data = (known or first) | {camel(name): value for name, value in changes.items()} | {"version": number}
        if known is None or number > known["version"]:
            self._last[half, unit.sor_id] = data
        return data

    def _collect(self, records: Iterator[OutputRecord]) -> Outputs:
        fresh = Outputs(Output(record) for record in records)
        assert all(each.holds_its_contract for each in fresh), fresh
        self.outputs += fresh
        return fresh


class _Recording(Replay):
    """A replay that also keeps what the worker would have written to its changelog."""

    def __init__(self, tariffs: TariffTable, registry: FileRegistry | None) -> None:
        super().__init__(tariffs, registry)
        self.changelog: list[OutputRecord] = []
        self.questions: list[CvrRequest] = []

    def _conclude(self, turn: Turn) -> Iterator[OutputRecord]:
        self.changelog += changelog_of(turn, 0, {})
        asked = (each.value for each in turn.outputs if each.topic == Topic.CVR_REQUESTS)
        self.questions += (CvrRequest.from_json(value or b"") for value in asked)
        yield from super()._conclude(turn)


def restored(changelog: Iterable[OutputRecord], tariffs: TariffTable) -> World:
    """The world that a worker opens from these changelog records."""
    restoring = Restoring()
    for record in changelog:
        restoring.take(record.key or b"", record.value, record.headers)
    return restoring.world(tariffs)
