"""Every question has one answer, and every ending its own decision (R32, R36, R39, R40, R43)."""

from __future__ import annotations

import pytest

from support.messages import cvr_number, p_number
from support.trees import below, municipality, owner, private_clinic

CLINIC, TOWN = private_clinic(), municipality()


def decides(world, effective_on):
    decision = {"effective_on": effective_on, "initiator": "stps", "treated_in_year": True}
    return world.notice("deregistration.decided", CLINIC.place, **decision)


def asked(outputs) -> list[tuple[int, str, str]]:
    return [(each["feeYear"], each["occasion"], each.type.split(".")[-2]) for each in outputs.fee_decisions()]


def test_of_two_questions_only_the_one_with_a_table_is_answered_r32(world, fee_table):
    world.at("2025-03-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2026-01-31", channel="sor-office")
    world.until("2026-02-01")
    assert asked(world.restart(tariffs=fee_table(2025)).until("2026-03-01")) == [(2025, "registration", "triggered")]
    assert asked(world.restart(tariffs=fee_table(2025, 2026)).until("2026-04-01")) == [(2026, "closure", "triggered")]
    assert world.restart().until("2026-05-01") == []


def test_a_question_that_waited_keeps_its_cause_r32_r50(world, fee_table):
    world.at("2025-03-01 10:00").registered(CLINIC)
    raised_by = dict(world.records[-1].headers)["ce_id"].decode()
    world.sor(CLINIC.place, name="Nyt navn")
    trigger = world.restart(tariffs=fee_table(2025)).until("2025-04-01").triggers().one
    assert (trigger.headers["ce_causationid"], trigger.explanation["causedBy"]) == (raised_by, raised_by)


def test_a_closure_after_a_departure_in_the_same_year_has_its_own_decision_r40(world):
    world.at("2023-05-01 10:00").registered(CLINIC)
    decides(world, "2024-03-01")
    world.until("2024-03-01")
    world.at("2024-04-01 10:00").self_registers(CLINIC.place, registered_on="2024-04-01")
    world.sor(CLINIC.place, to_date="2024-05-31")
    sent = world.until("2024-06-01")
    assert asked(sent) == [(2024, "closure", "not-due")]
    assert asked(world.outputs)[1] == (2024, "closure", "triggered")


def test_each_new_p_number_ends_the_one_before_with_a_decision_r5_r40(world):
    world.at("2023-02-01 10:00").registered(TOWN, category="4")
    world.at("2023-05-10 10:00").sor(TOWN.place, p_number=p_number(77))
    sent = world.at("2023-06-10 10:00").sor(TOWN.place, p_number=p_number(78))
    assert asked(sent) == [(2023, "new-p-number", "not-due"), (2023, "new-p-number", "triggered")]


def test_a_place_that_came_back_since_is_no_candidate_for_a_dispensation_r36(world, fee_table):
    """The question of its departure in January waited for a table, and the place registered anew meanwhile."""
    world.at("2024-05-01 10:00").registered(CLINIC)
    decides(world, "2025-01-10")
    world.until("2025-01-10")
    world.at("2025-02-01 10:00").self_registers(CLINIC.place, registered_on="2025-02-01")
    trigger = world.restart(tariffs=fee_table(2025)).until("2025-03-01").triggers().one
    assert (trigger["occasion"], trigger["flags"]) == ("closure", [])


def test_two_providers_are_too_many_for_a_category_of_one_r43(world):
    second = below(CLINIC.place, 1100, "OE")
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.sor(second)
    assert world.self_registers(CLINIC.place, category="5").triggers().one["flags"] == ["suspect-category"]


def test_a_provider_that_has_closed_is_none_too_many_r43(world):
    second = below(CLINIC.place, 1100, "OE")
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.sor(second)
    world.sor(second, to_date="2023-05-10")
    world.at("2023-06-01 10:00")
    assert world.self_registers(CLINIC.place, category="5").triggers().one["flags"] == []


def test_a_responsible_physician_is_one_too_many_for_category_5_r43(world):
    physician = {"authorisationId": "0BC12", "name": "Ane Prøve"}
    world.at("2023-05-01 10:00").registered(CLINIC, category="5", responsible_physician=physician)
    assert world.triggers().one["flags"] == ["suspect-category"]


def test_a_unit_on_its_way_to_its_new_owner_is_suspected_of_nothing_r43_r32(world, fee_table):
    new = owner(6000)
    world.at("2025-03-01 10:00").registered(CLINIC)
    world.sor(new)
    world.sor(CLINIC.place, moved_to_owner_sor_id=new.sor_id)
    assert world.restart(tariffs=fee_table(2025)).until("2025-04-01").triggers().one["flags"] == []


def providers_of(world, count):
    """The clinic with so many providers in all."""
    providers = [*CLINIC.departments, *(below(CLINIC.place, 1100 + number, "OE") for number in range(count - 1))]
    world.at("2023-05-01 10:00").sor(CLINIC)
    for provider in providers[1:]:
        world.sor(provider)
    return providers


@pytest.mark.parametrize(("count", "flags"), [(2, []), (3, ["suspect-category"])])
def test_a_provider_that_has_gone_elsewhere_is_no_longer_counted_and_the_others_are_r43(world, count, flags):
    elsewhere = below(CLINIC.owner, 1200)
    *_, leaving = providers_of(world, count)
    world.sor(elsewhere)
    world.sor(leaving, parent_sor_id=elsewhere.sor_id)
    assert world.self_registers(CLINIC.place, category="5").triggers().one["flags"] == flags


def test_a_new_version_of_a_provider_is_no_other_provider_r43(world):
    world.at("2023-05-01 10:00").sor(CLINIC)
    world.sor(CLINIC.departments[0], name="Ane Ny")
    assert world.self_registers(CLINIC.place, category="5").triggers().one["flags"] == []


def test_a_fee_that_waits_is_not_lost_when_the_place_registers_anew_r32_r31(world, fee_table):
    world.at("2025-02-01 10:00").registered(CLINIC, reference_id="OLD")
    decides(world, "2025-09-01")
    world.until("2025-09-01")
    world.at("2026-03-01 10:00").self_registers(CLINIC.place, registered_on="2026-03-01", reference_id="NEW")
    trigger = world.restart(tariffs=fee_table(2025)).until("2026-04-01").triggers().one
    assert (trigger["feeYear"], trigger["referenceId"]) == (2025, "OLD")


def test_the_old_companys_fee_waits_for_its_own_registration_r4_r32(world, fee_table):
    """The tables come in any order: what goes on waiting keeps what was said, too."""
    world.at("2025-02-01 10:00").registered(CLINIC, ean="5790002401473")
    world.at("2026-01-01 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2026-01-01")
    world.at("2026-01-05 10:00").self_registers(CLINIC.place, registered_on="2026-01-05", ean=None)
    new = world.restart(tariffs=fee_table(2026)).until("2026-02-01").triggers().one
    assert (new["feeYear"], new["recipient"]["channel"]) == (2026, "digital-post")
    old = world.restart(tariffs=fee_table(2025, 2026)).until("2026-03-01").triggers().one
    assert (old["feeYear"], old["recipient"]["channel"]) == (2025, "ean")
    assert new["registrationId"] != old["registrationId"]


def test_a_correction_of_the_same_registration_counts_for_what_waits_r32(world, fee_table):
    world.at("2025-02-01 10:00").registered(CLINIC, category="4")
    world.at("2026-03-01 10:00").self_registers(CLINIC.place, registered_on="2025-02-01", category="5")
    assert world.restart(tariffs=fee_table(2025)).until("2026-04-01").triggers().one["category"] == "5"


def test_the_buyers_word_of_the_same_year_is_no_answer_for_the_seller_r4_r32(world, fee_table):
    world.at("2025-02-01 10:00").registered(CLINIC, ean="5790002401473", turnover_band="full")
    world.at("2025-05-10 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2025-05-10")
    world.at("2025-05-15 10:00").self_registers(
        CLINIC.place, registered_on="2025-05-15", ean=None, turnover_band="below-limit"
    )
    sent = world.restart(tariffs=fee_table(2025)).until("2025-06-01")
    trigger = sent.triggers().one
    assert (trigger["recipient"]["channel"], trigger["recipient"]["cvr"]) == ("ean", CLINIC.owner.first["cvr"])
    (free,) = [each for each in world.not_due() if each["registrationId"] != trigger["registrationId"]]
    assert free["reason"] == "turnover-below-limit"


def test_a_correction_of_the_sellers_own_word_counts_for_what_waits_r4_r32(world, fee_table):
    world.at("2025-02-01 10:00").registered(CLINIC, category="4")
    world.at("2025-05-10 10:00").sor(CLINIC.owner, cvr=cvr_number(77), from_date="2025-05-10")
    world.at("2025-05-15 10:00").self_registers(CLINIC.place, registered_on="2025-02-01", category="5")
    sent = world.restart(tariffs=fee_table(2025)).until("2025-06-01").triggers()
    assert sent.values("category") == ["5", "5"]
