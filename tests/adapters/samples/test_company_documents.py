"""What CVR knows of a sample's companies: mostly what SOR says (R3, R4, R19)."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.cvr.reading import number_of, read_company, read_production_unit
from adapters.samples.company_documents import documents
from adapters.samples.life import Change
from contracts.identifiers import CvrNumber
from support.sample_lives import FIRST_DAY, trees_of, units_of

SEED = 7


def of(change, tree, day=FIRST_DAY):
    return list(documents(change, lambda: tuple(tree), day, SEED))


@pytest.fixture(scope="module")
def trees():
    return trees_of(6_000, SEED)


@pytest.fixture(scope="module")
def known(trees):
    """Each document by its number."""
    every = [of(Change(None, unit, "snapshot"), tree) for tree in trees for unit in tree]
    return {number_of(document): document for several in every for document in several}


@pytest.fixture(scope="module")
def clinic(trees, known):
    """A tree whose owner CVR knows and finds in business."""
    return next(
        tree
        for tree in trees
        if tree[0].cvr in known
        and tree[0].to_date is None
        and len(tree) == 3
        and read_company(known[tree[0].cvr], FIRST_DAY).status == "active"
    )


def test_nearly_every_company_and_production_unit_is_known_and_nothing_else(trees, known):
    units = units_of(trees).values()
    numbers = {unit.cvr for unit in units if unit.cvr} | {unit.p_number for unit in units if unit.p_number}
    assert known.keys() < numbers
    assert 0.95 < len(known) / len(numbers) < 1


def test_now_and_then_cvr_says_another_name_or_address_or_that_it_has_ceased_r19(trees, known):
    seen = Counter()
    for unit in units_of(trees).values():
        if unit.cvr in known:
            fact = read_company(known[unit.cvr], FIRST_DAY)
            seen["other name"] += fact.name != unit.name
            seen["other address"] += fact.address.street != unit.postal_address.street
            seen["ceased"] += fact.status == "ceased"
            seen["known"] += 1
    for what in ("other name", "other address", "ceased"):
        assert 0 < seen[what] / seen["known"] < 0.15, what


def test_a_production_unit_belongs_to_its_owner_r3(trees, known):
    for tree in trees:
        for unit in tree:
            if unit.p_number in known:
                assert read_production_unit(known[unit.p_number], FIRST_DAY).cvr == tree[0].cvr


def test_an_owner_s_new_number_is_a_new_company_and_the_old_one_ends_that_day_r4(clinic):
    owner, day = clinic[0], FIRST_DAY + timedelta(days=30)
    renumbered = replace(owner, cvr=CvrNumber("47000006"))
    found = {number_of(each): each for each in of(Change(owner, renumbered, "self-service"), clinic, day)}
    assert read_company(found[owner.cvr], day + timedelta(days=1)).status == "ceased"
    assert read_company(found[owner.cvr], day).status != "ceased"


def test_a_later_document_says_the_same_but_for_what_has_changed(clinic, known):
    owner = clinic[0]
    closing = replace(owner, to_date=FIRST_DAY + timedelta(days=20))
    (later,) = of(Change(owner, closing, "self-service"), clinic, FIRST_DAY + timedelta(days=3))
    first, then = read_company(known[owner.cvr], FIRST_DAY), read_company(later, FIRST_DAY)
    assert (first.name, first.address, first.started_on) == (then.name, then.address, then.started_on)
    assert later["Vrvirksomhed"]["samtId"] > known[owner.cvr]["Vrvirksomhed"]["samtId"]


def test_an_edit_brings_no_document(clinic):
    for unit in clinic:
        assert of(Change(unit, replace(unit, telephone="12345678"), "self-service"), clinic) == []
