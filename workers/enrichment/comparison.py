"""Where SOR and CVR say different things of one place: listed for a person, never settled (R19)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.registrations import Discrepancy
from workers.enrichment.likeness import same_address, same_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.addresses import Address
    from contracts.cvr_facts import CompanyFact, ProductionUnitFact
    from contracts.sor_entities import EntityChanged
    from workers.tree.inheritance import Effective


def differences(
    entity: EntityChanged,
    path: Sequence[EntityChanged],
    effective: Effective,
    company: CompanyFact | None,
    unit: ProductionUnitFact | None,
) -> tuple[Discrepancy, ...]:
    """What a person would call different, each side in its own words. What one side leaves out is no difference.

    The place is held against its production unit, its owner against the company.
    """
    owner = path[0] if path else entity
    found = [
        *_belongs_to_another(effective, unit),
        *_ceased(entity, company, unit),
        *_name(owner.name, company.name if company is not None else None),
    ]
    if unit is None:
        found += _address(owner.postal_address, company.address if company is not None else None)
    elif effective.p_number_holder == entity.sor_id:  # a department under it has a name and rooms of its own
        found += _name(entity.name, unit.name)
        found += _address(effective.visiting_address, unit.address)
    return tuple(dict.fromkeys(found))


def _belongs_to_another(effective: Effective, unit: ProductionUnitFact | None) -> Iterator[Discrepancy]:
    if unit is not None and unit.cvr is not None and unit.cvr != effective.cvr:
        yield Discrepancy(field="pNumber", sor=effective.p_number, cvr=unit.cvr)


def _ceased(
    entity: EntityChanged, company: CompanyFact | None, unit: ProductionUnitFact | None
) -> Iterator[Discrepancy]:
    if any(fact is not None and fact.status == "ceased" for fact in (company, unit)):
        yield Discrepancy(field="status", sor=entity.status, cvr="ceased")


def _name(sor: str, cvr: str | None) -> Iterator[Discrepancy]:
    if cvr is not None and not same_name(sor, cvr):
        yield Discrepancy(field="name", sor=sor, cvr=cvr)


def _address(sor: Address | None, cvr: Address | None) -> Iterator[Discrepancy]:
    if sor is not None and cvr is not None and not same_address(sor, cvr):
        yield Discrepancy(field="address", sor=_one_line(sor), cvr=_one_line(cvr))


def _one_line(address: Address) -> str:
    """The address as on an envelope, every part as written: "Østergade 70, 1 tv, 9700 Brønderslev"."""
    parts = (
        (address.street, address.number),
        (address.floor, address.door),
        (address.postcode, address.city),
    )
    lines = (" ".join(text for text in part if text) for part in parts)
    return ", ".join(line for line in lines if line)
