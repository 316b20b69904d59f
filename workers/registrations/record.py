"""The register record as SOR and CVR together give it (R8, R15, R19, R20)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from contracts.code_lists import entity_type_label
from contracts.registrations import Affiliation, RegistrationForwarded, TreeStep, UnitType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contracts.registrations import RegistrationState
    from contracts.sor_entities import EntityChanged
    from workers.enrichment.facts import Findings
    from workers.tree.inheritance import Effective
    from workers.tree.state import Closing, Identity

_NO_CONTENT: Final[Mapping[str, Any]] = {
    "sor_version": True,
    "company_facts": {"fetched_at"},
    "explanation": True,
}


def build_record(
    entity: EntityChanged,
    path: Sequence[EntityChanged],
    effective: Effective,
    identity: Identity,
    state: RegistrationState,
    closing: Closing | None,
    findings: Findings,
) -> RegistrationForwarded:
    """Return the SOR half of the record with inheritance resolved, whole each time (R15)."""
    owner = path[0] if path else entity
    return RegistrationForwarded(
        registration_id=identity.registration_id,
        sor_id=entity.sor_id,
        owner_sor_id=entity.owner_sor_id,
        sor_version=entity.version,
        sor_status=entity.status,
        state=state,
        name=entity.name,
        visiting_address=effective.visiting_address,
        activity_address=effective.activity_address,
        telephone=effective.telephone,
        email=effective.email,
        website=effective.website,
        cvr=effective.cvr,
        p_number=effective.p_number,
        unit_type=_unit_type(entity.entity_type) if entity.entity_type is not None else None,
        specialities=entity.specialities,
        affiliation=Affiliation(
            owner_type=effective.owner_type,
            owner=owner.name,
            path=tuple([TreeStep(each.sor_id, each.name, each.sor_type) for each in path]),
        ),
        closes_on=closing.last_day if closing is not None else None,
        company_facts=findings.facts,
        enrichment=findings.enrichment,
        discrepancies=findings.discrepancies,
    )


def digest_of(record: RegistrationForwarded) -> str:
    """A digest of what BSR would read: a new version number or a fresher look-up alone is no change (R17)."""
    return blake2b(record.to_json(without=_NO_CONTENT), digest_size=16).hexdigest()


def rules_of(record: RegistrationForwarded) -> tuple[str, ...]:
    """The rules that made the record what it is (R50)."""
    rules = ["R3", "R8", "R14", "R15", "R16", "R17"]
    if record.sor_status == "requested":
        rules.append("R12")
    if record.closes_on is not None:
        rules.append("R9")
    rules.append("R20" if record.company_facts is None else "R19")
    return tuple(rules)


@lru_cache(1 << 12)
def _unit_type(code: str) -> UnitType:
    return UnitType(code=code, label=entity_type_label(code))
