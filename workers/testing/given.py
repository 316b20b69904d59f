"""What SOR, the places and STPS tell, in the words of the domain; what is not said is filled in and valid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from adapters.cvr.sample import sample_company
from adapters.record_lines import compact
from contracts.danish_time import danish_date, rfc3339
from contracts.identifiers import SorId
from contracts.records import InputRecord
from contracts.topics import Topic
from workers.testing.messages import camel, changed, entity, envelope, self_registration
from workers.testing.names import cvr_of, p_number_of, sor_id_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from contracts.sor_entities import OwnerType, SorType
    from workers.testing.messages import Json
    from workers.testing.world import VirtualWorld

_HOSPITAL: Final = "22232009"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its name, with the SOR-id that the name gives it."""

    name: str
    sor_id: SorId
    owner: SorId
    """The owner it was created under."""

    def __str__(self) -> str:
        return f"“{self.name}” ({self.sor_id})"


class Given:
    """Each call is a message, sent at the present instant. Its further fields go by their names in snake_case."""

    def __init__(self, world: VirtualWorld) -> None:
        self._world = world
        self._versions: dict[SorId, Json] = {}
        self._said: dict[SorId, Json] = {}

    def owner(self, name: str, *, kind: OwnerType = "private", **fields: Any) -> Unit:
        """An institutionsejer (IE), with a CVR number of its own; `cvr=None` for one without."""
        sor_id = sor_id_of(name)
        given = {"cvr": cvr_of(name), "channel": "self-service" if kind == "private" else "sorus"}
        return self._create(Unit(name, sor_id, sor_id), "IE", None, {"owner_type": kind} | given | fields)

    def clinic(self, name: str, *, of: Unit | None = None, closes: str | None = None, **fields: Any) -> Unit:
        """A treatment place (SI) with a P number; of an owner of its own unless `of` is given.

        `closes` is the last day it is open (R9).
        """
        given: Json = {"is_treatment_place": True, "p_number": p_number_of(name), "to_date": closes}
        return self.unit(name, of=of or self.owner(f"{name} ApS"), **given | fields)

    def hospital(self, name: str, *, of: Unit, **fields: Any) -> Unit:
        """A hospital (SI) of `of`; its departments are the places (R18)."""
        return self.unit(name, of=of, **{"entity_type": _HOSPITAL, "p_number": p_number_of(name)} | fields)

    def department(self, name: str, *, of: Unit, **fields: Any) -> Unit:
        """A department (OE) under `of` that is a treatment place."""
        return self.unit(name, of=of, sor_type="OE", **{"is_treatment_place": True} | fields)

    def unit(self, name: str, *, of: Unit, sor_type: SorType = "SI", **fields: Any) -> Unit:
        """Any unit right under `of`."""
        return self._create(Unit(name, sor_id_of(name), of.owner), sor_type, of.sor_id, fields)

    def version(self, unit: Unit, **changes: Any) -> None:
        """SOR's next version of the unit: the last one with these changes."""
        known = self._versions[unit.sor_id]
        changes = {"version": known["version"] + 1, "registered_at": rfc3339(self._world.now)} | changes
        self._send_version(changed(known, changes))

    def closes(self, unit: Unit, last_day: str, **changes: Any) -> None:
        """SOR announces that the unit closes; `last_day` is the last one it is open (R9, R21)."""
        self.version(unit, to_date=last_day, **changes)

    def stays_open(self, unit: Unit) -> None:
        """SOR takes the closing back (R24)."""
        self.version(unit, to_date=None)

    def moves(self, unit: Unit, *, to: Unit) -> None:
        """SOR moves the unit right under another owner: told under the old one, then under the new (R3)."""
        self.version(unit, moved_to_owner_sor_id=to.sor_id)
        self.version(unit, owner_sor_id=to.sor_id, parent_sor_id=to.sor_id, moved_to_owner_sor_id=None)

    def self_registration(self, unit: Unit, **fields: Any) -> None:
        """The place supplies its own half, today; or changes it (R16)."""
        known = self._said.get(unit.sor_id)
        first = {"sor_id": unit.sor_id, "owner_sor_id": self._owner_of(unit), "registered_on": str(self._today())}
        if known is None:
            data = self_registration(**first | fields)
        else:
            data = changed(known, {"version": known["version"] + 1} | fields)
        self._said[unit.sor_id] = data
        self.message(Topic.SELF_REGISTRATIONS, data, ce_type="dk.bsr.self-registration.changed.v1")

    def notice(self, kind: str, unit: Unit | None = None, *, ce_id: str | None = None, **fields: Any) -> None:
        """STPS sends a notice; `kind` is the middle of its ``ce_type``, e.g. "dispensation.granted"."""
        about: Json = {"sorId": unit.sor_id, "ownerSorId": self._owner_of(unit)} if unit is not None else {}
        data = about | {camel(name): value for name, value in fields.items()}
        ce_id = ce_id or f"{kind}-{len(self._world.records)}"
        self.message(Topic.NOTICES, data, ce_type=f"dk.stps.{kind}.v1", ce_id=ce_id)

    def fee_run(self, year: int, *, on: str) -> None:
        """STPS starts the yearly run, to be held on that day (R39)."""
        self.notice("fee-run.requested", fee_year=year, run_on=on)

    def company(self, name: str, *, started: date, ended: date | None = None) -> None:
        """CVR knows the company of the owner with that name; `ended` is its last day. Before anything is told."""
        self.cvr(sample_company(cvr_of(name), name, started=started, ended=ended))

    def cvr(self, *documents: Json) -> None:
        """CVR answers, from these documents as its service gives them. Before anything is told to the worker."""
        self._world.use(documents=documents)

    def tariffs(self, table: Path) -> None:
        """Another fee table. Before anything is told to the worker."""
        self._world.use(tariffs=table)

    def message(
        self,
        topic: str,
        value: Json | bytes,
        *,
        key: str | None = None,
        ce_type: str | None = None,
        ce_id: str | None = None,
    ) -> None:
        """Any message at all; without `key` it goes under the owner that it names, if any."""
        if key is None and isinstance(value, dict):
            key = value.get("ownerSorId")
        raw = compact(value).encode() if isinstance(value, dict) else value
        world = self._world
        headers = envelope(value, ce_type, ce_id, world.now)
        raw_key = key.encode() if key is not None else None
        world.hear(InputRecord(str(topic), 0, len(world.records), raw_key, raw, headers, world.now))

    def _create(self, unit: Unit, sor_type: SorType, parent: SorId | None, fields: Json) -> Unit:
        above = self._versions.get(parent) if parent is not None else None
        first: Json = {
            "sor_id": unit.sor_id,
            "sor_type": sor_type,
            "owner_sor_id": unit.owner,
            "parent_sor_id": parent,
            "registered_at": rfc3339(self._world.now),
            "from_date": str(self._today()),
            "first_from_date": str(self._today()),
            "name": unit.name,
            "channel": above["channel"] if above is not None else "self-service",
        }
        self._send_version(entity(**first | fields))
        return unit

    def _send_version(self, data: Json) -> None:
        self._versions[SorId(data["sorId"])] = data
        self.message(Topic.ENTITY_CHANGES, data, ce_type="dk.sor.entity.changed.v1")

    def _owner_of(self, unit: Unit) -> str:
        known = self._versions.get(unit.sor_id)
        return str(known["ownerSorId"]) if known is not None else unit.owner

    def _today(self) -> date:
        return danish_date(self._world.now)
