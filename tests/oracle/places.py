"""The small world of the histories: four owners of every kind that the rules tell apart (R18, R33, R37, R42)."""

from __future__ import annotations

from support.messages import ENTITY_TYPE, Json, address, cvr_number, p_number
from support.trees import Unit, below, owner

OUT_OF_HOURS = "550661000005105"
NURSING_HOME = "550621000005101"


def owners() -> tuple[tuple[Unit, ...], ...]:
    """The trees, parents before children."""
    return _clinic(), _private_hospital(), _municipality(), _region()


def _clinic() -> tuple[Unit, ...]:
    top = owner(1000)
    clinic = below(
        top,
        1001,
        entity_type=ENTITY_TYPE["clinic"],
        is_treatment_place=True,
        p_number=p_number(1),
        specialities=[{"code": "408443003", "kind": "main"}],
    )
    second = below(top, 1002, entity_type=ENTITY_TYPE["clinic"], is_treatment_place=True, telephone="11")
    return top, clinic, below(clinic, 1003, "OE"), second


def _private_hospital() -> tuple[Unit, ...]:
    top = owner(2000, channel="sor-office")
    hospital = below(top, 2001, entity_type=ENTITY_TYPE["hospital"], p_number=p_number(2))
    return top, hospital, *_departments(hospital, 2002, 2003)


def _municipality() -> tuple[Unit, ...]:
    top = owner(3000, "municipality")
    home = below(top, 3001, is_treatment_place=True, entity_type=NURSING_HOME, p_number=p_number(3))
    second = below(top, 3002, is_treatment_place=True, entity_type=NURSING_HOME, p_number=p_number(4))
    return top, home, second, below(home, 3003, "OE", is_treatment_place=True)


def _region() -> tuple[Unit, ...]:
    top = owner(4000, "region")
    hospital = below(top, 4001, entity_type=ENTITY_TYPE["hospital"], p_number=p_number(5))
    watch = below(top, 4005, entity_type=OUT_OF_HOURS, p_number=p_number(6))
    sites = [below(watch, item, "OE", entity_type=OUT_OF_HOURS, is_treatment_place=True) for item in (4006, 4007)]
    return top, hospital, *_departments(hospital, 4002), watch, *sites


def _departments(hospital: Unit, *items: int) -> list[Unit]:
    return [
        below(hospital, item, "OE", entity_type=ENTITY_TYPE["department"], is_treatment_place=True) for item in items
    ]


NEW_CVRS: tuple[str | None, ...] = (cvr_number(71), cvr_number(72), None)
NEW_P_NUMBERS: tuple[str | None, ...] = (p_number(81), p_number(82), None)

EDITS: tuple[Json, ...] = (
    {"name": "Nyt navn"},
    {"name": "Andet navn"},
    {"postalAddress": address("Ågade", "1")},
    {"postalAddress": None},
    {"visitingAddress": address("Torvet", "2")},
    {"visitingAddress": None},
    {"activityAddress": address("Havnen", "3")},
    {"telephone": "22"},
    {"telephone": None},
    {"email": "anden@example.dk"},
    {"website": None},
    {"status": "requested"},
    {"status": "approved"},
    {"specialities": [{"code": "394582007", "kind": "main"}]},
    {"locationNumber": {"gln": "5790002401473", "inherited": False}},
    {"shak": "1234"},
)
"""What SOR may change of any unit; the last two change nothing in BSR (R17, R47)."""

SELF_REGISTRATIONS: tuple[Json, ...] = (
    {},
    {"category": "1"},
    {"category": "2"},
    {"category": "4", "turnoverBand": "half"},
    {"category": "4", "turnoverBand": "below-limit"},
    {"category": "5", "turnoverBand": "below-limit", "cosmetic": True},
    {"volunteersOnly": True},
    {"volunteersOnly": False, "category": "5"},
    {"category": "3a", "outOfHoursScheme": "Lægevagten"},
    {"category": "3b", "outOfHoursScheme": "Lægevagten", "ean": "5790002401473"},
    {"category": "3a", "outOfHoursScheme": "Lægevagten", "treatmentAtAddress": False},
    {"ean": "5790002401473", "referenceId": "R-1"},
    {"invoiceEmail": "faktura@example.dk", "turnoverBand": "full"},
)

NO_FACTS: Json = {"cvr": None, "event": None, "authorisationIds": [], "ownerCvrs": [], "professions": []}
EXEMPTIONS: tuple[Json, ...] = (
    {"kind": "low-turnover", "authorisationIds": ["0BCD1"]},
    {"kind": "volunteer-sole", "authorisationIds": ["0BCD1"]},
    {"kind": "partnership", "cvr": cvr_number(73), "ownerCvrs": [cvr_number(74)], "professions": ["læge"]},
    {"kind": "temporary-event", "event": {"name": "Løb", "address": "Fælleden", "from": None, "to": None}},
)
