"""Every way a place can end, told in words (R21–R29, R45)."""

from __future__ import annotations

import pytest

from support.trees import private_clinic, private_hospital

CLINIC = private_clinic()


@pytest.fixture
def clinic(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    return CLINIC


def test_its_own_closing_is_announced_comes_and_is_settled_r25(world, clinic, told):
    world.at("2023-06-01 10:00").sor(clinic.place, to_date="2024-02-29")
    before = told(world, clinic.place)
    assert before.section("What comes next")[0] == "2024-03-01 00:00: it closes; the last day is 2024-02-29 (R25)."
    after = told(world, clinic.place, until="2024-03-01")
    assert "SOR, version 2 (self-service): closes with 2024-02-29 as its last day." in after.sentences()
    assert after.sentences("→")[-2:] == [
        "Deregistered from 2024-03-01 because it closed (R25); its last day was 2024-02-29.",
        "Fee for 2024: 2258.00 kroner, the full fee (R31), category 5, because of the closing; sent by Digital Post.",
    ]
    assert after.section("How it stands")[0].startswith("Deregistered; its last day was 2024-02-29")
    assert after.section("What does not happen, and why") == [
        "Nothing SOR sends brings it back: it closed, last day 2024-02-29; a return is a new SOR-ID (R7)."
    ]


def test_its_company_s_closing_is_part_of_its_story_r22(world, clinic, told):
    world.at("2023-06-01 10:00").sor(clinic.owner, to_date="2024-02-29")
    page = told(world, clinic.place, until="2024-03-01")
    owner = clinic.owner.sor_id
    assert (
        f"SOR on its owner {owner}, version 2 (self-service): closes with 2024-02-29 as its last day."
        in page.sentences()
    )
    assert "because its company closed (R22)" in page.sentences("→")[-2]
    assert page.of_kind("deregistered")[0].caused_by_sor_id == owner


def test_the_closing_of_a_unit_above_names_it_r22(world, told):
    hospital = private_hospital()
    world.registered(hospital)
    world.sor(hospital.institution, to_date="2023-03-31")
    above = hospital.institution.sor_id
    page = told(world, hospital.place, until="2023-04-01")
    assert any(line.startswith(f"SOR on {above}, which it is under, version 2") for line in page.sentences())
    assert f"because {above}, which it is under, closed (R25)" in page.sentences("→")[-2]


def test_a_neighbour_s_closing_is_no_part_of_it_r22(world, told):
    hospital = private_hospital()
    first, second = hospital.departments
    world.registered(hospital, first, second)
    world.sor(second, to_date="2023-03-31")
    assert second.sor_id not in told(world, first, until="2023-04-01").page()


def test_a_closing_announced_before_the_place_was_created_is_told_r23(world, clinic, told):
    world.sor(clinic.owner, to_date="2024-02-29")
    late = private_clinic(1500)
    world.sor(late.place, owner_sor_id=clinic.owner.sor_id, parent_sor_id=clinic.owner.sor_id)
    page = told(world, late.place)
    assert page.sentences()[0].startswith(f"SOR on its owner {clinic.owner.sor_id}, version 2")
    assert "it closes with its company" in page.section("What comes next")[0]


def test_a_closing_moved_and_taken_back_is_told_so_r24(world, clinic, told):
    for last_day in ("2024-02-29", "2024-03-31", None):
        world.sor(clinic.place, to_date=last_day)
    told_changes = [line for line in told(world, clinic.place).sentences() if line.startswith("SOR, version")][1:]
    assert told_changes == [
        "SOR, version 2 (self-service): closes with 2024-02-29 as its last day.",
        "SOR, version 3 (self-service): moves its last day from 2024-02-29 to 2024-03-31.",
        "SOR, version 4 (self-service): takes its closing on 2024-03-31 back.",
    ]
    assert told(world, clinic.place).section("What comes next") == ["Nothing is planned."]


def test_a_closing_recorded_too_late_says_by_how_many_days_r26_r27(world, clinic, told):
    world.sor(clinic.place, to_date="2023-04-01", channel="sor-office")
    ended = next(line for line in told(world, clinic.place).sentences("→") if line.startswith("Deregistered"))
    assert "recorded after that day, so it took effect at once (R26)" in ended
    assert "16 days past the fourteen in which to say so (R27)" in ended


def test_a_place_that_never_registered_is_withdrawn_r29(world, told):
    world.sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-03-31")
    assert told(world, CLINIC.place).section("What does not happen, and why") == [
        "No registration and no fee: the place has not registered itself yet (R16)."
    ]
    sent = told(world, CLINIC.place, until="2023-04-01").sentences("→")
    assert sent[-2:] == [
        "Withdrawn from BSR: it closed and had never registered itself (R29).",
        "No fee for 2023 (the closing): it was not a registered place treating anybody (R29, R31).",
    ]


def test_a_registration_made_after_the_closing_is_said_to_count_for_nothing_r7(world, told):
    world.sor(CLINIC)
    world.sor(CLINIC.place, to_date="2023-03-31")
    world.at("2023-04-05 10:00").self_registers(CLINIC.place)
    absences = told(world, CLINIC.place).section("What does not happen, and why")
    assert "The self-registration of 2023-04-05 counts for nothing: it was made after the closing (R7)." in absences


def test_what_is_no_treatment_place_closes_in_silence_and_the_page_says_why_r14_r29(world, clinic, told):
    provider = clinic.departments[0]
    world.sor(provider, to_date="2023-06-30")
    page = told(world, provider, until="2023-07-01")
    assert page.sentences("→") == []
    absences = page.section("What does not happen, and why")
    assert "BSR is told nothing of it: it is not marked as a treatment place (R14)." in absences
    assert "Its closing sends nothing: BSR had never heard of it (R29)." in absences


def test_stps_s_decision_comes_on_its_day_and_the_place_stays_out_r28(world, clinic, told):
    decision = {"effective_on": "2023-06-01", "initiator": "stps", "treated_in_year": False}
    world.notice("deregistration.decided", clinic.place, **decision)
    assert "it leaves BSR without closing in SOR" in told(world, clinic.place).section("What comes next")[0]
    page = told(world, clinic.place, until="2023-06-01")
    assert "STPS decides that the place is out of BSR from 2023-06-01; it treated nobody that year." in page.sentences()
    assert page.sentences("→")[-1] == (
        "Deregistered from 2023-06-01 because STPS decided so (R28); its last day was 2023-05-31."
    )
    absences = page.section("What does not happen, and why")
    assert absences[0].startswith("Nothing SOR sends is forwarded: the place has left BSR")
    assert absences[1].startswith("No fee question for leaving on 2023-06-01: it treated nobody")


def test_a_deletion_request_leaves_both_registers_r45(world, clinic, told):
    world.at("2023-06-01 10:00").notice(
        "deletion.requested",
        clinic.place,
        reference_number="26/123",
        scope=["bsr", "sor"],
        reason=None,
        treated_in_year=True,
        requested_on="2023-06-01",
    )
    sentences = told(world, clinic.place).sentences()
    assert (
        "The place asks on 2023-06-01 to be deleted in BSR and SOR (case 26/123); it treated patients that year."
        in sentences
    )
    assert "SDS is told that the place asks to be deleted in SOR (case 26/123, R45)." in sentences
    assert any("because it asked to be deleted (R45)" in line for line in sentences)
