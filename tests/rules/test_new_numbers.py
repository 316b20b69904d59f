"""A new CVR number, or a public place's new P number, is a new behandlingssted (R4–R6)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number, p_number
from support.trees import below, municipality, owner_without_cvr, private_clinic, private_hospital, region

CLINIC = private_clinic()
TOWN = municipality()
OTHER_CVR = cvr_number(77)
OTHER_P = p_number(77)


def kinds(outputs):
    return [each.type.removeprefix("dk.").removesuffix(".v1") for each in outputs]


def test_a_new_cvr_ends_the_old_registration_and_begins_the_new_in_that_order_r4(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    old = world.forwards().last["registrationId"]
    sent = world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR, from_date="2023-05-10")
    assert kinds(sent) == [
        "bsr.deregistration.effective",
        "stps.invoice.not-due",
        "bsr.registration.forwarded",
        "stps.invoice.triggered",
    ]
    ended, old_fee, begun, new_fee = sent
    assert ended.value == {
        "registrationId": old,
        "sorId": CLINIC.place.sor_id,
        "ownerSorId": CLINIC.owner.sor_id,
        "lastDay": "2023-05-09",
        "effectiveAt": "2023-05-09T22:00:00Z",
        "cause": "new-cvr",
        "causedBySorId": CLINIC.owner.sor_id,
        "backdated": False,
        "daysLate": 0,
        "successorRegistrationId": begun["registrationId"],
    }
    assert begun["registrationId"] != old
    assert (begun["cvr"], begun["state"]) == (OTHER_CVR, "registered")
    assert (old_fee["registrationId"], old_fee["reason"], old_fee["occasion"]) == (old, "already-triggered", "new-cvr")
    assert (new_fee["registrationId"], new_fee["occasion"]) == (begun["registrationId"], "new-cvr")


def test_both_owe_the_fee_of_the_year_of_the_change_r4_r31(world):
    world.at("2022-12-01 10:00").registered(CLINIC)
    sent = world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR)
    assert [(each["feeYear"], each["amount"]) for each in sent.triggers()] == [(2023, "1726.00")] * 2
    assert len(set(sent.triggers().values("registrationId"))) == 2


def test_a_change_dated_in_the_future_waits_for_its_day_r4_r25(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    assert world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR, from_date="2023-06-01") == []
    renamed = world.at("2023-05-20 10:00").sor(CLINIC.place, name="Nyt navn")
    assert renamed.one["cvr"] == CLINIC.owner.first["cvr"]
    assert world.until("2023-05-31 23:59") == []
    sent = world.until("2023-06-01")
    assert (sent.deregistrations().one["lastDay"], sent.forwards().one["cvr"]) == ("2023-05-31", OTHER_CVR)
    assert world.until("2024-01-01") == []


def test_a_change_dated_back_counts_from_its_day_and_owes_every_year_since_r4_r41(world):
    world.at("2022-02-01 10:00").registered(CLINIC, treatment_started_on="2022-02-01", category="5")
    sent = world.at("2023-01-20 10:00").sor(CLINIC.owner, cvr=OTHER_CVR, from_date="2023-01-03")
    assert sent.deregistrations().one["lastDay"] == "2023-01-02"
    assert sent.deregistrations().one["backdated"] is True
    later = world.at("2024-02-20 10:00").sor(CLINIC.owner, cvr=cvr_number(78), from_date="2023-12-01")
    ended = later.deregistrations().one
    assert (ended["lastDay"], ended["daysLate"]) == ("2023-11-30", 82 - 14)
    new = later.forwards().one["registrationId"]
    assert [each["feeYear"] for each in later.triggers() if each["registrationId"] == new] == [2023, 2024]


def test_a_version_whose_from_date_stands_still_changes_the_number_on_the_day_it_is_known_r4(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    sent = world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR)
    assert sent.deregistrations().one["lastDay"] == "2023-05-09"


def test_a_place_that_never_registered_is_superseded_r4_r16(world):
    world.at("2023-02-01 10:00").sor(CLINIC)
    old = world.forwards().one["registrationId"]
    sent = world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR)
    assert kinds(sent) == ["bsr.registration.withdrawn", "bsr.registration.forwarded"]
    assert (sent[0]["registrationId"], sent[0]["reason"]) == (old, "superseded")
    assert sent[1]["state"] == "awaiting-self-registration"
    assert world.self_registers(CLINIC.place).triggers().one["occasion"] == "registration"


def test_a_person_who_gets_a_cvr_number_is_a_new_place_r4(world):
    tree = owner_without_cvr()
    world.at("2023-02-01 10:00").registered(tree)
    assert world.at("2023-05-10 10:00").sor(tree.owner, cvr=OTHER_CVR).deregistrations().one["cause"] == "new-cvr"


def test_a_new_cvr_reaches_every_place_of_the_owner_r3_r4(world):
    tree = private_hospital()
    world.at("2023-02-01 10:00").registered(tree, *tree.places)
    sent = world.at("2023-05-10 10:00").sor(tree.owner, cvr=OTHER_CVR)
    assert sorted(sent.deregistrations().values("sorId")) == sorted(place.sor_id for place in tree.places)


def test_each_registration_that_ends_has_its_fee_decision_however_short_it_was_r40_r4(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=OTHER_CVR)
    world.at("2023-08-10 10:00").sor(CLINIC.owner, cvr=cvr_number(78))
    ended = world.deregistrations().values("registrationId")
    assert world.not_due().values("registrationId") == ended
    assert world.not_due().values("reason") == ["already-triggered"] * 2


def test_back_to_the_old_number_on_the_same_day_gives_each_its_own_deregistration_r4(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    for cvr in (OTHER_CVR, CLINIC.owner.first["cvr"], OTHER_CVR, CLINIC.owner.first["cvr"]):
        world.at("2023-05-10 10:00").sor(CLINIC.owner, cvr=cvr)
    ids = [each.headers["ce_id"] for each in world.outputs]
    assert len(ids) == len(set(ids))
    assert len(world.deregistrations()) == 4
    assert len(world.triggers()) == 2


@pytest.mark.parametrize("tree", [municipality(), region()], ids=["municipality", "region"])
def test_a_public_place_with_a_new_p_number_is_a_new_place_r5(world, tree):
    world.at("2023-02-01 10:00").registered(tree, category="4")
    sent = world.at("2023-05-10 10:00").sor(tree.institution, p_number=OTHER_P)
    ended, begun = sent.deregistrations(tree.place).one, sent.forwards(tree.place).one
    assert (ended["cause"], ended["causedBySorId"]) == ("new-p-number", tree.institution.sor_id)
    assert ended["successorRegistrationId"] == begun["registrationId"]
    assert sent.triggers(tree.place).one["occasion"] == "new-p-number"


def test_a_private_place_with_a_new_p_number_is_merely_updated_r5(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    sent = world.at("2023-05-10 10:00").sor(CLINIC.place, p_number=OTHER_P)
    assert kinds(sent) == ["bsr.registration.forwarded"]
    assert sent.one["registrationId"] == world.forwards()[0]["registrationId"]


def test_a_public_place_with_both_numbers_new_names_the_cvr_r4_r5(world):
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    world.at("2023-05-10 10:00").sor(TOWN.owner, cvr=OTHER_CVR, from_date="2023-06-01")
    world.sor(TOWN.place, p_number=OTHER_P, from_date="2023-06-01")
    assert world.until("2023-06-02").deregistrations().one["cause"] == "new-cvr"


def test_a_public_place_keeps_its_p_number_until_the_day_of_the_new_one_r5(world):
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    world.at("2023-05-10 10:00").sor(TOWN.place, p_number=OTHER_P, from_date="2023-06-01", name="Nyt navn")
    assert world.forwards().last["pNumber"] == TOWN.place.first["pNumber"]
    assert world.until("2023-06-01").forwards().one["pNumber"] == OTHER_P


def test_a_department_moved_below_an_institution_with_another_p_number_is_a_new_place_r5(world):
    tree = region()
    other = below(tree.owner, 4100, p_number=OTHER_P)
    world.at("2023-02-01 10:00").registered(tree, category="1")
    world.sor(other)
    sent = world.at("2023-05-10 10:00").sor(tree.place, parent_sor_id=other.sor_id, from_date="2023-05-10")
    assert sent.deregistrations().one["causedBySorId"] == tree.place.sor_id


def test_the_identity_is_sor_id_cvr_and_for_public_owners_the_p_number_r6(new_world):
    def registration_of(tree):
        world = new_world()
        world.sor(tree)
        return world.forwards(tree.place).one["registrationId"]

    assert registration_of(private_clinic()) == registration_of(private_clinic())
    assert registration_of(private_clinic()) != registration_of(private_clinic(cvr=OTHER_CVR))


def test_a_closure_at_the_same_instant_comes_first_and_leaves_nothing_to_succeed_r4_r25(world):
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.at("2023-05-10 10:00").sor(CLINIC.place, to_date="2023-05-31")
    world.sor(CLINIC.owner, cvr=OTHER_CVR, from_date="2023-06-01")
    assert world.until("2023-06-02").deregistrations().one["cause"] == "closure"
    assert world.forwards().values("cvr").count(OTHER_CVR) == 0


def test_a_closed_place_names_the_one_that_replaces_it_r7(world):
    heir = below(CLINIC.owner, 1100, is_treatment_place=True, replaces=[CLINIC.place.sor_id])
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.sor(heir)
    world.sor(CLINIC.place, to_date="2023-05-31")
    ended = world.until("2023-06-02").deregistrations().one
    assert ended["successorRegistrationId"] == world.forwards(heir).one["registrationId"]


def test_replaced_by_on_the_closing_version_names_the_successor_too_r7(world):
    heir = below(CLINIC.owner, 1100, is_treatment_place=True)
    world.at("2023-02-01 10:00").registered(CLINIC)
    world.sor(heir)
    world.sor(CLINIC.place, to_date="2023-05-31", replaced_by=[heir.sor_id])
    ended = world.until("2023-06-02").deregistrations().one
    assert ended["successorRegistrationId"] == world.forwards(heir).one["registrationId"]


def test_a_fee_that_becomes_due_on_an_answered_occasion_waits_for_cvr_and_comes_r38_r40(new_world):
    """A number that was left with nothing due is taken up again by a place that pays: CVR is asked, then it is charged."""
    world = new_world()
    world.at("2023-02-01 10:00").registered(CLINIC, volunteers_only=True)
    world.at("2023-03-01 10:00").sor(CLINIC.owner, cvr=OTHER_CVR)
    world.at("2023-04-01 10:00").self_registers(CLINIC.place, volunteers_only=False)
    sent = world.at("2023-05-01 10:00").sor(CLINIC.owner, cvr=CLINIC.owner.first["cvr"])
    assert [each["occasion"] for each in sent.triggers()] == ["new-cvr", "new-cvr"]


def test_another_kind_of_owner_ahead_holds_up_no_new_cvr_number_r4(world):
    """Without a P number the kind alone makes no other place."""
    clinic = private_clinic()
    world.at("2023-02-01 10:00").registered(clinic)
    world.sor(clinic.place, p_number=None)
    world.at("2023-05-10 10:00").sor(clinic.owner, owner_type="municipality", from_date="2023-06-01")
    assert world.sor(clinic.owner, cvr=cvr_number(77)).deregistrations().one["lastDay"] == "2023-05-09"
