"""An id is made of what an effect *is*, so another release yields the same one, and never a second fee (R39)."""

from __future__ import annotations

from uuid import UUID, uuid5

from support.messages import cvr_number
from support.trees import private_clinic, region

CLINIC = private_clinic()
PLACE, CVR = CLINIC.place.sor_id, CLINIC.owner.first["cvr"]
NEVER_CHANGE = UUID("5b8f0f52-0c1e-5d53-9a55-50b7056ddc6f")


def made_of(*parts: object) -> str:
    return str(uuid5(NEVER_CHANGE, "|".join(str(part) for part in parts)))


def ids(outputs) -> list[str]:
    return [each.headers["ce_id"] for each in outputs]


def test_a_private_registration_is_sor_id_and_cvr_r6(world):
    world.sor(CLINIC)
    assert world.forwards().one["registrationId"] == made_of("registration", PLACE, CVR, "")


def test_a_public_registration_is_the_p_number_too_r6(world):
    tree = region()
    world.sor(tree)
    numbers = tree.owner.first["cvr"], tree.institution.first["pNumber"]
    sent = world.forwards(tree.place).one
    assert sent["registrationId"] == made_of("registration", tree.place.sor_id, *numbers)


def test_the_same_record_has_the_same_id_in_every_release_r17(world):
    """Written down once: whoever makes this fail sends every record of the register once more."""
    world.at("2023-05-01 10:00").registered(CLINIC)
    assert ids(world.forwards()) == ["1e2fdcd9-7f73-52b5-9e16-ca821af3b08f", "f648f0f3-bb76-52b5-9e5a-8ffefdb6011e"]


def test_a_trigger_is_registration_and_year_whatever_the_occasion_r39(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2024-03-31", channel="sor-office")
    registration = world.forwards().last["registrationId"]
    assert ids(world.until("2024-04-01").triggers()) == [made_of("invoice-triggered", registration, 2024)]
    assert ids(world.triggers())[0] == made_of("invoice-triggered", registration, 2023)


def test_a_decision_that_nothing_is_due_is_registration_year_and_occasion_r40(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-06-30")
    registration = world.forwards().last["registrationId"]
    assert ids(world.until("2023-07-01").not_due()) == [made_of("invoice-not-due", registration, 2023, "closure")]


def test_a_deregistration_is_registration_and_instant_r25(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2023-06-30")
    registration = world.forwards().last["registrationId"]
    expected = made_of("deregistration", registration, "2023-06-30T22:00:00+00:00")
    assert ids(world.until("2023-07-01").deregistrations()) == [expected]


def test_a_departure_is_also_its_cause_and_the_self_registration_it_ends_r28(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decision = {"effective_on": "2023-07-01", "initiator": "stps", "treated_in_year": False}
    world.notice("deregistration.decided", CLINIC.place, **decision)
    registration = world.forwards().last["registrationId"]
    expected = made_of("deregistration", registration, "2023-06-30T22:00:00+00:00", "stps-decision", 1)
    assert ids(world.until("2023-07-01").deregistrations()) == [expected]


def test_the_end_of_an_old_number_is_also_the_version_that_brought_the_new_one_r4(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    registration = world.forwards().last["registrationId"]
    sent = world.sor(CLINIC.owner, cvr=cvr_number(77), from_date="2023-05-01", version=7)
    ended = made_of("deregistration", registration, "2023-04-30T22:00:00+00:00", CLINIC.owner.sor_id, 7)
    assert ids(sent.deregistrations()) == [ended]


def test_a_withdrawal_is_registration_reason_and_version_r14(world):
    world.sor(CLINIC)
    sent = world.sor(CLINIC.place, is_treatment_place=False, version=4)
    registration = world.forwards().one["registrationId"]
    expected = made_of("registration-withdrawn", registration, "not-a-treatment-place", 4)
    assert ids(sent.withdrawals()) == [expected]


def test_a_withdrawal_for_a_new_number_is_also_the_version_that_brought_it_r4(world):
    world.sor(CLINIC)
    registration = world.forwards().one["registrationId"]
    sent = world.sor(CLINIC.owner, cvr=cvr_number(77), version=7)
    expected = made_of("registration-withdrawn", registration, "superseded", 1, CLINIC.owner.sor_id, 7)
    assert ids(sent.withdrawals()) == [expected]


def test_a_request_to_sds_is_unit_and_reference_number_r45(world):
    world.sor(CLINIC)
    request = {"reference_number": "A-17", "scope": ["sor"], "treated_in_year": False, "requested_on": "2023-01-02"}
    assert ids(world.notice("deletion.requested", CLINIC.place, **request)) == [
        made_of("sor-deletion-requested", PLACE, "A-17")
    ]


def test_the_record_after_a_new_number_is_also_the_old_registration_r4(world):
    """Back to a number of before is the same record again, and yet another one."""
    world.at("2023-05-01 10:00").registered(CLINIC)
    for cvr in (cvr_number(77), CVR, cvr_number(77)):
        world.sor(CLINIC.owner, cvr=cvr, version=7 if cvr == CVR else None)
    assert len(set(ids(world.forwards()))) == len(world.forwards())
