"""CVR is asked once for each number of an owner, and an answer reaches whom it concerns (R2, R20)."""

from __future__ import annotations

import json

import pytest

from support.messages import cvr_number, p_number
from support.trees import below, owner_without_cvr, private_clinic, private_hospital
from workers.effects import effect_id
from workers.enrichment.questions import unanswered

CLINIC = private_clinic()
OWNER, CVR, P_NUMBER = CLINIC.owner.sor_id, CLINIC.owner.first["cvr"], CLINIC.place.first["pNumber"]


@pytest.fixture
def asked(world, monkeypatch):
    """Every question put to CVR so far."""
    questions = []
    hear = world._replay._hear
    monkeypatch.setattr(world._replay, "_hear", lambda record: questions.append(record) or hear(record))
    return questions


def words(question) -> tuple[str, str | None, list[str], str]:
    """Owner, CVR number, P numbers, and what caused it."""
    value, headers = json.loads(question.value), dict(question.headers)
    return value["ownerSorId"], value["cvr"], value["pNumbers"], headers["ce_causationid"].decode()


def test_one_question_carries_all_that_an_event_brought_r20(world, asked):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place)
    (question,) = asked
    assert words(question) == (OWNER, CVR, [P_NUMBER], f"dk.sor.entity-{CLINIC.place.sor_id}-v1")
    assert question.key.decode() == OWNER
    headers = dict(question.headers)
    assert headers["ce_id"].decode() == str(effect_id("cvr-request", OWNER, CVR, P_NUMBER))
    assert headers["ce_subject"].decode() == OWNER


def test_a_number_is_asked_for_once_r20(world, asked):
    world.sor(CLINIC)
    world.sor(CLINIC.place, name="Nyt navn")
    world.sor(below(CLINIC.owner, 1100, is_treatment_place=True, p_number=P_NUMBER))
    assert len(asked) == 1


def test_a_new_p_number_is_asked_for_alone_r20(world, asked):
    world.sor(CLINIC)
    world.sor(CLINIC.place, p_number=p_number(77))
    assert words(asked[-1])[1:3] == (None, [p_number(77)])


def test_departments_ask_for_their_institution_s_number_once_r3_r20(world, asked):
    tree = private_hospital()
    world.sor(tree)
    assert [words(each)[2] for each in asked] == [[tree.institution.first["pNumber"]]]


def test_numbers_that_fail_their_check_are_not_asked_for_r2(world, asked):
    world.sor(CLINIC.owner, cvr="12345678")
    world.sor(CLINIC.place, p_number="1023456780")
    assert asked == []


def test_without_numbers_there_is_nothing_to_ask_r20(world, asked):
    world.sor(owner_without_cvr())
    assert asked == []


def test_after_a_restart_whatever_is_open_is_asked_again_r20(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place)
    (state,) = world.restart().world.owners.values()
    company, unit = unanswered(state)
    assert (company.message.cvr, company.message.p_numbers) == (CVR, ())
    assert (unit.message.cvr, unit.message.p_numbers) == (None, (P_NUMBER,))
    for question, parts in ((company, (OWNER, CVR)), (unit, (OWNER, None, P_NUMBER))):
        assert question.id == effect_id("cvr-request", *parts)
        assert (question.key, question.subject, question.message.owner_sor_id) == (OWNER, OWNER, OWNER)
        assert question.causation == ""


def test_only_a_company_that_is_open_is_asked_for_alone_r20(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number=None)
    (state,) = world.restart().world.owners.values()
    assert [each.message.cvr for each in unanswered(state)] == [CVR]


def test_what_has_been_answered_is_not_asked_again_r20(new_world):
    world = new_world(cvr=[])
    world.sor(CLINIC)
    (state,) = world.restart().world.owners.values()
    assert unanswered(state) == []


def answer(world, about, fetched_at, **fact):
    value = {"ownerSorId": OWNER, "fetchedAt": fetched_at, "fact": fact}
    return world.send("sorbro.cvr-facts.v1", value, key=f"{OWNER}/{about}", ce_type="dk.sorbro.cvr.answered.v1")


def company(name):
    return {"kind": "company", "cvr": CVR, "name": name, "status": "active"}


@pytest.mark.parametrize(("fetched_at", "name"), [("2023-01-01T00:00:00Z", "Før"), ("2023-01-03T00:00:00Z", "Efter")])
def test_of_two_answers_the_later_counts_whichever_comes_first_r20(world, fetched_at, name):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number=None)
    answer(world, CVR, "2023-01-02T00:00:00Z", **company("Nu"))
    answer(world, CVR, fetched_at, **company(name))
    latest = "Efter" if name == "Efter" else "Nu"
    assert world.forwards().last["companyFacts"]["company"]["name"] == latest


def test_an_answer_of_the_same_age_changes_nothing_r20(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number=None)
    answer(world, CVR, "2023-01-02T00:00:00Z", **company("Nu"))
    assert answer(world, CVR, "2023-01-02T00:00:00Z", **company("Igen")) == []


def test_an_answer_nobody_asked_for_is_stale_r20(world):
    world.sor(CLINIC)
    assert answer(world, cvr_number(77), "2023-01-02T00:00:00Z", kind="not-found", number=cvr_number(77)) == []
    assert world.outcomes["stale"] == 1


def test_an_answer_reaches_every_unit_that_carries_the_number_r20(world):
    world.sor(CLINIC)
    twin = below(CLINIC.owner, 1100, is_treatment_place=True, p_number=P_NUMBER)
    world.sor(twin)
    answer(world, CVR, "2023-01-02T00:00:00Z", **company("Ejer 1000"))
    unit = {"kind": "production-unit", "pNumber": P_NUMBER, "cvr": CVR, "name": None, "status": "active"}
    sent = answer(world, P_NUMBER, "2023-01-02T00:00:00Z", **unit)
    assert [each.key for each in sent.forwards()] == [CLINIC.place.sor_id, twin.sor_id]
