"""What the demo's CVR knows of a register's companies; a few are missing, as in life."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from adapters.cvr.documents import DocumentStore
from adapters.cvr.sample import sample_company, sample_production_unit
from adapters.samples.company_documents import document_address

if TYPE_CHECKING:
    from adapters.samples import Register

_FOUNDED: Final = date(2010, 5, 1)
_ONE_MISSING_IN: Final = 50


def documents_of(register: Register) -> DocumentStore:
    """Return a document for each company and production unit, but for every fiftieth company."""
    store = DocumentStore()
    for position, company in enumerate(register.companies()):
        if position % _ONE_MISSING_IN == _ONE_MISSING_IN - 1 or not company.cvr.is_valid:
            continue
        numbers = [unit.p_number for unit in company.production_units]
        seat = document_address(company.address)
        store.add(sample_company(company.cvr, company.name, started=_FOUNDED, address=seat, p_numbers=numbers))
        for unit in company.production_units:
            address = document_address(unit.address)
            store.add(
                sample_production_unit(unit.p_number, unit.name, cvr=company.cvr, started=_FOUNDED, address=address)
            )
    return store
