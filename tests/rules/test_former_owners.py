"""The fee of a registration that came with a unit is judged and sent as under its old owner (R4, R36–R38, R44)."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.cvr.sample import sample_company
from contracts.identifiers import CvrNumber
from contracts.topics import Topic
from support.trees import owner, private_clinic, private_hospital

OLD = private_clinic()
PLACE = OLD.place
NEW = owner(6000)


def moves(world, place=PLACE, to=NEW):
    left = world.sor(place, moved_to_owner_sor_id=to.sor_id)
    there = {"owner_sor_id": to.sor_id, "parent_sor_id": to.sor_id, "moved_to_owner_sor_id": None}
    return left + world.sor(place, **there)


def partnership(world, of, on="2023-01-15"):
    about = {"cvr": of.first["cvr"], "owner_cvrs": [OLD.owner.first["cvr"]], "professions": ["sygeplejerske"]}
    world.notice("exemption.notified", of, kind="partnership", notified_on=on, **about)


@pytest.mark.parametrize(
    ("notifies", "decided"),
    [(OLD.owner, ["exempt-notified", None]), (NEW, [None, "exempt-notified"])],
    ids=["the old owner", "the new one"],
)
def test_each_registration_is_freed_by_what_its_own_owner_has_notified_r44_r4(world, notifies, decided):
    world.at("2022-02-01 10:00").registered(OLD)
    world.sor(NEW)
    partnership(world.at("2023-02-01 10:00"), notifies)
    sent = moves(world.at("2023-05-10 10:00"))
    assert [each.value.get("reason") for each in sent.fee_decisions()] == decided


def test_a_fee_that_waits_for_its_table_is_judged_so_too_r32_r44(world, fee_table):
    """The question travels, and is answered where the unit has gone to, which is a place that owes nothing."""
    world.at("2026-02-01 10:00").registered(OLD)
    world.sor(NEW)
    partnership(world, NEW, "2026-03-01")
    moves(world.at("2026-05-10 10:00"))
    sent = world.restart(tariffs=fee_table(2026)).until("2026-06-01")
    assert sent.triggers().values("registrationId") == [world.forwards()[0]["registrationId"]]


def test_the_trigger_says_that_the_old_company_has_ceased_and_by_which_answer_r38_r50(new_world):
    ceased = sample_company(CvrNumber(OLD.owner.first["cvr"]), "A", started=date(2010, 1, 1), ended=date(2023, 5, 9))
    lives = sample_company(CvrNumber(NEW.first["cvr"]), "B", started=date(2010, 1, 1), ended=None)
    world = new_world(cvr=[ceased, lives])
    world.at("2022-02-01 10:00").registered(OLD)
    world.sor(NEW)
    sent = moves(world.at("2023-05-20 10:00"))
    assert [each["routeStatus"] for each in sent.triggers()] == ["company-ceased", "ok"]
    facts = [[fact["number"] for fact in each.explanation["cvr"]] for each in sent.triggers()]
    assert facts == [[OLD.owner.first["cvr"]], [NEW.first["cvr"]]]


def test_a_department_s_old_fee_goes_to_the_hospital_it_was_in_r37(world):
    hospital = private_hospital()
    world.at("2022-02-01 10:00").registered(hospital, hospital.departments[0])
    world.sor(NEW)
    sent = moves(world.at("2023-05-10 10:00"), hospital.departments[0])
    billed = [each["recipient"]["billedSorId"] for each in sent.triggers()]
    assert billed == [hospital.institution.sor_id, hospital.departments[0].sor_id]


def test_who_comes_back_is_judged_by_its_own_owner_again_r44(world):
    world.at("2022-02-01 10:00").registered(OLD)
    world.sor(NEW)
    moves(world.at("2023-05-10 10:00"))
    moves(world.at("2023-08-10 10:00"), to=OLD.owner)
    partnership(world.at("2024-02-01 10:00"), OLD.owner)
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").not_due().one["reason"] == "exempt-notified"


def test_a_dossier_heard_a_second_time_says_nothing_r10_r39(world, monkeypatch):
    """As a broker without transactions may deliver it: what has come about since stands."""
    heard, hear = [], world._replay._hear
    monkeypatch.setattr(world._replay, "_hear", lambda record: heard.append(record) or hear(record))
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    moves(world.at("2023-05-10 10:00"))
    world.at("2023-06-01 10:00").sor(PLACE, telephone="99")
    before = world.world.owners[NEW.sor_id]
    world._replay._to_itself.extend(each for each in heard if each.topic == Topic.TRANSFERS)
    assert world.until("2023-06-02") == []
    assert (world.world.owners[NEW.sor_id], world.outcomes["repeated"]) == (before, 1)
