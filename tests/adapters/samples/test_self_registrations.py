"""Self-registrations of a register's places: R15 items 3 and 12 to 18."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from adapters.samples import generate_register, self_registrations
from adapters.sor_files import read_snapshot
from contracts.code_lists import bsr_unit_types_of
from contracts.identifiers import AuthorisationId, Gln, SorId
from contracts.self_registrations import SelfRegistered

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sor" / "medcom_eer_sor_orgs.csv"
DAY = date(2023, 1, 5)
KEYS = [
    "sorId",
    "ownerSorId",
    "version",
    "registeredOn",
    "treatmentStartedOn",
    "treatmentAtAddress",
    "category",
    "turnoverBand",
    "volunteersOnly",
    "cosmetic",
    "outOfHoursScheme",
    "ownerAuthorisationId",
    "responsiblePhysician",
    "ean",
    "referenceId",
    "invoiceEmail",
]
PUBLIC = {"municipality", "region", "state"}


@pytest.fixture(scope="module")
def register():
    return generate_register(4_000, seed=7)


@pytest.fixture(scope="module")
def said(register):
    """Each place with its owner and what it said."""
    by_id = {entity.sor_id: entity for entity in register.entities}
    return [(by_id[one["sorId"]], by_id[one["ownerSorId"]], one) for one in self_registrations(register.entities, DAY)]


def test_every_place_says_so_once_with_every_key(register, said):
    assert [place.sor_id for place, _, _ in said] == [place.sor_id for place in register.treatment_places]
    for _, _, one in said:
        assert list(one) == KEYS
        assert json.loads(json.dumps(one)) == one
        assert SelfRegistered.from_json(json.dumps(one)).sor_id == one["sorId"]
        assert SorId.parse(one["sorId"])
        assert (one["version"], one["registeredOn"]) == (1, "2023-01-05")


def test_a_place_says_the_same_in_whatever_register_it_stands(register, said):
    whole = {one["sorId"]: one for _, _, one in said}
    owner = register.owners[-1].sor_id
    tree = [entity for entity in register.entities if entity.owner_sor_id == owner]
    assert [whole[one["sorId"]] for one in self_registrations(tree, DAY)] == list(self_registrations(tree, DAY))
    assert list(self_registrations(register.entities, DAY, seed=1)) != list(whole.values())


def test_treatment_started_in_the_year_of_registration_so_that_no_earlier_year_is_owed_r41(said):
    assert {one["treatmentStartedOn"][:4] for _, _, one in said} == {"2023"}
    assert max(one["treatmentStartedOn"] for _, _, one in said) == "2023-01-05"


def test_categories_are_possible_for_the_unit_type_r43(said):
    for place, _, one in said:
        kinds = bsr_unit_types_of(place.entity_type)
        allowed = {category for kind in kinds for category in kind.categories} or {"1"}
        assert one["category"] in allowed
    assert set(Counter(one["category"] for _, _, one in said)) == {"1", "2", "3a", "3b", "4", "5"}


def test_only_private_places_have_less_than_full_turnover_and_below_the_limit_only_cosmetic_ones_r34(said):
    bands = Counter(one["turnoverBand"] for _, _, one in said)
    assert set(bands) == {"full", "half", "below-limit"}
    assert bands["full"] / bands.total() > 0.9
    for _, owner, one in said:
        assert one["turnoverBand"] == "full" or owner.owner_type == "private"
        assert one["turnoverBand"] != "below-limit" or one["cosmetic"]


def test_public_places_have_an_ean_and_places_without_cvr_an_email_r37(said):
    for _, owner, one in said:
        assert (one["ean"] is not None) == (owner.owner_type in PUBLIC)
        assert one["ean"] is None or Gln.parse(one["ean"])
        assert (one["invoiceEmail"] is not None) == (owner.cvr is None)
        assert (one["ownerAuthorisationId"] is not None) == (owner.cvr is None)
    assert any(owner.cvr is None for _, owner, _ in said)


def test_places_with_doctors_or_dentists_name_the_responsible_one(said):
    for _, owner, one in said:
        physician = one["responsiblePhysician"]
        assert (physician is not None) == (one["category"] in {"1", "2", "3a"})
        if physician is not None:
            assert set(physician) == {"authorisationId", "name"}
            assert AuthorisationId.parse(physician["authorisationId"])
        if one["ownerAuthorisationId"] is not None:
            assert AuthorisationId.parse(one["ownerAuthorisationId"])
            assert owner.owner_type == "private"


def test_a_few_are_volunteers_and_the_fixed_sites_of_a_scheme_share_its_name_r35_r42(said):
    assert 0 < sum(one["volunteersOnly"] for _, _, one in said) / len(said) < 0.03
    schemes = Counter(one["outOfHoursScheme"] for _, _, one in said if one["outOfHoursScheme"])
    assert len(schemes) == 1
    assert schemes.total() > 1


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} is not in ../shared/data/sor on this machine")
def test_a_register_read_from_files_serves_as_well():
    units = list(read_snapshot(REAL))
    assert len(list(self_registrations(units, DAY))) == 2269
