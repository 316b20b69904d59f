"""Every output says what it stood on: versions, rules, CVR's answers with their age, the tariff (R50)."""

from __future__ import annotations

from datetime import date

import pytest

from adapters.cvr.sample import sample_company, sample_production_unit
from contracts.identifiers import CvrNumber, PNumber
from support.messages import cvr_number
from support.trees import private_clinic, region

CLINIC, REGION = private_clinic(), region()
PLACE, OWNER = CLINIC.place.sor_id, CLINIC.owner.sor_id
CVR, P_NUMBER = CvrNumber(CLINIC.owner.first["cvr"]), PNumber(CLINIC.place.first["pNumber"])
DOCUMENTS = [
    sample_company(CVR, CLINIC.owner.first["name"], started=date(2010, 1, 1)),
    sample_production_unit(P_NUMBER, CLINIC.place.first["name"], cvr=CVR, started=date(2010, 1, 1)),
]
RECORD = ["R3", "R8", "R14", "R15", "R16", "R17"]
BOTH_HALVES = [
    {"of": "sor", "sorId": OWNER, "version": 1},
    {"of": "sor", "sorId": PLACE, "version": 1},
    {"of": "self-registration", "sorId": PLACE, "version": 1},
]


@pytest.fixture
def clinic(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    return CLINIC


def said_by(record) -> str:
    return dict(record.headers)["ce_id"].decode()


def test_a_record_names_the_versions_from_the_owner_down_r50(world, clinic):
    assert world.forwards().last.explanation == {
        "rules": [*RECORD, "R20"],
        "causedBy": said_by(world.records[-1]),
        "versions": BOTH_HALVES,
        "cvr": [],
        "tariff": None,
    }


def test_a_record_with_cvr_s_answers_names_both_numbers_and_their_age_r50_r19(new_world):
    world = new_world(cvr=DOCUMENTS)
    world.sor(CLINIC)
    why = world.forwards().last.explanation
    assert why["rules"] == [*RECORD, "R19"]
    fetched_at = "2023-01-02T08:00:00Z"
    assert why["cvr"] == [{"number": CVR, "fetchedAt": fetched_at}, {"number": P_NUMBER, "fetchedAt": fetched_at}]


def test_an_answer_that_is_still_to_come_is_no_fact_r50_r20(new_world):
    world = new_world(cvr=DOCUMENTS)
    sent = world.sor(CLINIC.owner) + world.sor(CLINIC.place)
    assert [each["number"] for each in sent.forwards()[0].explanation["cvr"]] == []


def test_a_requested_unit_names_r12_and_an_announced_closure_r9(world):
    world.sor(CLINIC.owner)
    sent = world.sor(CLINIC.place, status="requested", to_date="2023-06-30")
    assert sent.forwards().one.explanation["rules"] == [*RECORD, "R12", "R9", "R20"]


def test_a_trigger_names_the_tariff_and_the_payer_s_answer_r50(new_world):
    world = new_world(cvr=DOCUMENTS)
    world.at("2023-05-01 10:00").registered(CLINIC)
    assert world.triggers().one.explanation == {
        "rules": ["R31", "R32", "R37", "R38", "R39"],
        "causedBy": said_by(world.records[-1]),
        "versions": BOTH_HALVES,
        "cvr": [{"number": CVR, "fetchedAt": "2023-05-01T08:00:00Z"}],
        "tariff": "stps-2023-5",
    }


def test_a_half_fee_names_r34_and_a_share_let_off_r36_too(world):
    world.sor(CLINIC)
    assert world.self_registers(CLINIC.place, turnover_band="half").triggers().one.explanation["rules"][5:] == ["R34"]
    world.notice("dispensation.granted", CLINIC.place, fee_year=2024, share="0.5")
    world.sor(CLINIC.place, to_date="2024-03-31", channel="sor-office")
    assert world.until("2024-04-01").triggers().one.explanation["rules"][5:] == ["R34", "R36"]


@pytest.mark.parametrize(
    ("tree", "said", "reason", "rule"),
    [
        (CLINIC, {"volunteers_only": True}, "volunteers-only", "R35"),
        (CLINIC, {"turnover_band": "below-limit"}, "turnover-below-limit", "R34"),
        (REGION, {"category": "1"}, "region-lump-sum", "R33"),
    ],
)
def test_a_decision_that_nothing_is_due_names_the_rule_of_its_reason_r50_r40(world, tree, said, reason, rule):
    nothing = world.registered(tree, **said).not_due().one
    assert (nothing["reason"], nothing.explanation["rules"]) == (reason, ["R40", rule])
    assert nothing.explanation["causedBy"] == said_by(world.records[-1])
    versions = [(each["of"], each["sorId"]) for each in nothing.explanation["versions"]]
    assert versions[-2:] == [("sor", tree.place.sor_id), ("self-registration", tree.place.sor_id)]


def test_a_dispensation_names_r36_and_a_notification_r44(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.notice("dispensation.granted", CLINIC.place, fee_year=2023, share="1.0")
    assert world.self_registers(CLINIC.place).not_due().one.explanation["rules"] == ["R40", "R36"]
    told = {"kind": "volunteer-sole", "authorisationIds": ["0BC12"], "notifiedOn": "2023-06-01"}
    about = {"sorId": PLACE, "ownerSorId": OWNER}
    world.at("2023-06-01 10:00")
    world.send("stps.notices.v1", about | told, ce_type="dk.stps.exemption.notified.v1", ce_id="underretning")
    world.at("2024-02-01 10:00").fee_run(2024, "2024-02-01")
    assert world.not_due().last.explanation["rules"] == ["R40", "R44"]


def test_a_closure_before_anybody_was_treated_names_r31_r50(world):
    world.at("2023-05-01 10:00").registered(CLINIC, treatment_started_on="2024-02-01")
    world.sor(CLINIC.place, to_date="2023-06-30")
    assert world.until("2023-07-01").not_due().one.explanation["rules"] == ["R40", "R31"]


@pytest.mark.parametrize("category", ["3a", "3b"])
def test_the_second_site_of_a_scheme_names_r42_r50(world, category):
    at = {"category": category, "out_of_hours_scheme": "1813", "treatment_at_address": True}
    world.at("2023-05-01 10:00").sor(REGION)
    first, second = REGION.places
    assert len(world.self_registers(first, **at).triggers()) == 1
    assert world.self_registers(second, **at).not_due().one.explanation["rules"] == ["R40", "R42"]


def test_a_closure_names_the_version_that_announced_it_r50_r25(world, clinic):
    world.sor(clinic.place, to_date="2023-06-30")
    announced_by = said_by(world.records[-1])
    world.sor(clinic.place, name="Nyt navn")
    ended, settled = world.until("2023-07-01")
    for each, rules in ((ended, ["R25", "R9", "R27"]), (settled, ["R40", "R39"])):
        assert (each.explanation["rules"], each.explanation["causedBy"]) == (rules, announced_by)
        assert each.explanation["versions"][1] == {"of": "sor", "sorId": PLACE, "version": 3}


def test_a_company_s_closure_names_r22(world, clinic):
    world.sor(clinic.owner, to_date="2023-06-30")
    ended = world.until("2023-07-01").deregistrations().one
    assert ended.explanation["rules"] == ["R25", "R22", "R27"]
    assert ended.explanation["causedBy"] == said_by(world.records[-1])


@pytest.mark.parametrize(
    ("changes", "rule"), [({"is_treatment_place": False}, "R14"), ({"to_date": "2023-06-30"}, "R29")]
)
def test_a_withdrawal_names_its_rule_r50(world, changes, rule):
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.sor(CLINIC.place, **changes)
    world.until("2023-07-01")
    withdrawn = world.withdrawals().one
    assert (withdrawn.explanation["rules"], withdrawn.explanation["causedBy"]) == ([rule], said_by(world.records[-1]))
    assert withdrawn.explanation["versions"][-1] == {"of": "sor", "sorId": PLACE, "version": 2}


def test_a_new_number_names_r4_and_the_owner_s_version_r50_r4(world, clinic):
    ended = world.sor(clinic.owner, cvr=cvr_number(77)).deregistrations().one
    assert ended.explanation["rules"] == ["R4", "R6", "R27"]
    assert ended.explanation["causedBy"] == said_by(world.records[-1])
    assert ended.explanation["versions"][0] == {"of": "sor", "sorId": OWNER, "version": 2}


def test_stps_s_decision_names_r28_and_the_place_s_own_request_r45(world, clinic):
    world.notice(
        "deregistration.decided", clinic.place, effective_on="2023-07-01", initiator="stps", treated_in_year=True
    )
    decided_by = said_by(world.records[-1])
    ended, settled = world.until("2023-07-01")
    assert (ended.explanation["rules"], ended.explanation["causedBy"]) == (["R28", "R27"], decided_by)
    assert settled.explanation["causedBy"] == decided_by
    world.at("2023-08-02 10:00").self_registers(clinic.place, registered_on="2023-08-01")
    request = {"reference_number": "A-17", "scope": ["bsr", "sor"], "treated_in_year": False}
    to_sds, out_of_bsr = world.notice("deletion.requested", clinic.place, requested_on="2023-08-02", **request)
    assert (to_sds.explanation["rules"], out_of_bsr.explanation["rules"]) == (["R45"], ["R45", "R27"])
    assert to_sds.explanation["versions"][-1] == {"of": "self-registration", "sorId": PLACE, "version": 2}


def test_a_self_registration_that_stps_has_ended_takes_the_forward_back_by_r28(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.self_registers(CLINIC.place, registered_on="2023-05-01")
    world.notice(
        "deregistration.decided", CLINIC.place, effective_on="2023-06-01", initiator="stps", treated_in_year=True
    )
    world.until("2023-06-01")
    assert world.sor(CLINIC.place, name="Nyt navn") == []


def test_a_number_that_counts_from_a_later_day_still_names_its_version_then_r50_r4(world, clinic):
    world.sor(clinic.owner, cvr=cvr_number(77), from_date="2023-06-01")
    announced_by = said_by(world.records[-1])
    sent = world.until("2023-06-01")
    assert len(sent) == 4
    assert {each.explanation["causedBy"] for each in sent} == {announced_by}
    assert {each.headers["ce_causationid"] for each in sent} == {announced_by}
