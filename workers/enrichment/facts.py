"""What CVR has said of a place's company and production unit (R2, R19, R20)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contracts.cvr_facts import CompanyFact, NotFoundFact, ProductionUnitFact
from contracts.registrations import CompanyFacts, Discrepancy
from workers.enrichment.comparison import differences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from contracts.cvr_facts import CvrAnswer
    from contracts.registrations import Enrichment
    from contracts.sor_entities import EntityChanged
    from workers.tree.draft import Draft
    from workers.tree.inheritance import Effective


class Findings(NamedTuple):
    """CVR's part of a record: added to what SOR says, never over it (R19)."""

    enrichment: Enrichment
    facts: CompanyFacts | None = None
    discrepancies: tuple[Discrepancy, ...] = ()


def findings_for(draft: Draft, entity: EntityChanged, path: Sequence[EntityChanged], effective: Effective) -> Findings:
    """Return what is known now.

    While an answer is still to come the record goes out as ``pending``, without facts, and again when it is there
    (R20). A number that fails its check is flagged as a discrepancy and never looked up (R2); a CVR number that does is
    ``not-found``, for every number CVR has issued passes.
    """
    if effective.cvr is None:
        return Findings("no-cvr", discrepancies=_without_company(draft, entity, path, effective))
    answers: list[CvrAnswer] = []
    for number in _looked_up(effective):
        entry = draft.number(number)
        if entry is None or entry.answer is None:
            return Findings("pending", discrepancies=_flagged(effective))
        answers.append(entry.answer)
    return _complete(answers, entity, path, effective)


def changes_of(draft: Draft, numbers: Iterable[str | None]) -> list[str]:
    """Say of each number that CVR has changed its mind about how often it has (R17)."""
    entries = ((number, draft.number(number)) for number in numbers if number is not None)
    return [f"{number} changed {entry.changes}" for number, entry in entries if entry is not None and entry.changes]


def _looked_up(effective: Effective) -> list[str]:
    return [number for number in (effective.cvr, effective.p_number) if number is not None and number.is_valid]


def _without_company(
    draft: Draft, entity: EntityChanged, path: Sequence[EntityChanged], effective: Effective
) -> tuple[Discrepancy, ...]:
    """What CVR says of the P number of a place whose owner has no CVR number: it is somebody's (R19), or nobody's."""
    entry = draft.number(effective.p_number) if effective.p_number is not None else None
    fact = entry.answer.fact if entry is not None and entry.answer is not None else None
    missing = [fact.number] if isinstance(fact, NotFoundFact) else []
    unit = fact if isinstance(fact, ProductionUnitFact) else None
    return (*_flagged(effective), *_absent(missing, effective), *differences(entity, path, effective, None, unit))


def _complete(
    answers: list[CvrAnswer], entity: EntityChanged, path: Sequence[EntityChanged], effective: Effective
) -> Findings:
    facts = [answer.fact for answer in answers]
    company = next((fact for fact in facts if isinstance(fact, CompanyFact)), None)
    unit = next((fact for fact in facts if isinstance(fact, ProductionUnitFact)), None)
    missing = [fact.number for fact in facts if isinstance(fact, NotFoundFact)]
    found = company is not None or unit is not None
    return Findings(
        enrichment="not-found" if company is None or missing else "complete",
        facts=CompanyFacts(
            company=company, production_unit=unit, fetched_at=min(answer.fetched_at for answer in answers)
        )
        if found
        else None,
        discrepancies=(
            *_flagged(effective),
            *_absent(missing, effective),
            *differences(entity, path, effective, company, unit),
        ),
    )


def _flagged(effective: Effective) -> tuple[Discrepancy, ...]:
    """The numbers that fail their check digit: shown, and CVR has nothing to say of them (R2)."""
    flagged = []
    if effective.cvr is not None and not effective.cvr.is_valid:
        flagged.append(Discrepancy(field="cvr", sor=effective.cvr, cvr=None))
    if effective.p_number is not None and not effective.p_number.is_valid:
        flagged.append(Discrepancy(field="pNumber", sor=effective.p_number, cvr=None))
    return tuple(flagged)


def _absent(missing: list[str], effective: Effective) -> tuple[Discrepancy, ...]:
    named: dict[str | None, str] = {effective.cvr: "cvr", effective.p_number: "pNumber"}
    return tuple(Discrepancy(field=named[number], sor=number, cvr=None) for number in missing if number in named)
