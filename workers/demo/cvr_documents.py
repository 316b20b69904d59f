"""What the demo's CVR knows of a register's companies; a few are missing, as in life."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from adapters.cvr.documents import DocumentStore
from adapters.cvr.sample import sample_address, sample_company, sample_production_unit

if TYPE_CHECKING:
    from adapters.samples import Register
    from contracts.addresses import Address

_FOUNDED: Final = date(2010, 5, 1)
_ONE_MISSING_IN: Final = 50


def documents_of(register: Register) -> DocumentStore:
    """Return a document for each company and production unit, but for every fiftieth company."""
    store = DocumentStore()
    for position, company in enumerate(register.companies()):
        if position % _ONE_MISSING_IN == _ONE_MISSING_IN - 1 or not company.cvr.is_valid:
            continue
        numbers = [unit.p_number for unit in company.production_units]
        store.add(
            sample_company(
                company.cvr, company.name, started=_FOUNDED, address=_address(company.address), p_numbers=numbers
            )
        )
        for unit in company.production_units:
            address = _address(unit.address)
            store.add(
                sample_production_unit(unit.p_number, unit.name, cvr=company.cvr, started=_FOUNDED, address=address)
            )
    return store


def _address(address: Address | None) -> dict[str, object] | None:
    if address is None or not (address.postcode or "").isdigit():
        return None
    number = address.number or ""
    return sample_address(
        address.street or "",
        int("".join(filter(str.isdigit, number)) or 1),
        int(address.postcode or 0),
        address.city or "",
        municipality=(int(address.municipality_code or 0), (address.city or "").upper()),
        letter="".join(filter(str.isalpha, number)) or None,
        floor=address.floor,
        door=address.door,
    )
