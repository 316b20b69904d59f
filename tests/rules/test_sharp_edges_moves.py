"""What both owners know of a unit that moves is one dossier afterwards (R4, R10, R39, R45)."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from support.trees import below, owner, private_clinic
from workers.decide import Received, decide
from workers.effects import Send, effect_id

OLD = private_clinic()
PLACE = OLD.place
NEW = owner(6100, cvr=OLD.owner.first["cvr"])
AT = {OLD: OLD.owner.sor_id, NEW: NEW.sor_id}


@pytest.fixture
def world(world):
    world.at("2023-02-01 10:00").sor(OLD)
    world.sor(NEW)
    return world


def leaves(world):
    return world.sor(PLACE, owner_sor_id=OLD.owner.sor_id, moved_to_owner_sor_id=NEW.sor_id)


def arrives(world, **changes):
    there = {"owner_sor_id": NEW.sor_id, "parent_sor_id": NEW.sor_id, "moved_to_owner_sor_id": None}
    return world.sor(PLACE, **there | changes)


def asks_to_be_deleted(world, reference, who):
    request = {"reference_number": reference, "scope": ["sor"], "treated_in_year": False, "requested_on": "2023-02-01"}
    return world.notice("deletion.requested", PLACE, **request, owner_sor_id=AT[who])


def is_let_off(world, year, who):
    world.notice("dispensation.granted", PLACE, fee_year=year, share="1.0", owner_sor_id=AT[who])


def notifies(world, who, **told):
    value = {"sorId": PLACE.sor_id, "ownerSorId": AT[who], "authorisationIds": ["0BC12"]} | told
    world.send("stps.notices.v1", value, ce_type="dk.stps.exemption.notified.v1", ce_id=f"underretning-{who!r}")


def test_requests_known_to_either_are_known_r45(world):
    asks_to_be_deleted(world, "A-1", OLD)
    asks_to_be_deleted(world, "A-2", NEW)
    arrives(world)
    leaves(world)
    assert asks_to_be_deleted(world, "A-1", NEW) == []
    assert asks_to_be_deleted(world, "A-2", NEW) == []


def test_dispensations_granted_under_either_count_r36(world):
    is_let_off(world, 2023, OLD)
    is_let_off(world, 2024, NEW)
    arrives(world)
    leaves(world)
    world.self_registers(PLACE, owner_sor_id=NEW.sor_id)
    world.at("2024-05-01 10:00").fee_run(2024, "2024-05-01")
    assert world.not_due(PLACE).values("reason") == ["dispensation", "dispensation"]


@pytest.mark.parametrize("who", [OLD, NEW], ids=["old", "new"])
def test_a_notification_under_either_counts_r44(world, who):
    notifies(world, OLD, kind="low-turnover", notifiedOn="2022-02-01" if who is NEW else "2023-02-01")
    notifies(world, NEW, kind="volunteer-sole", notifiedOn="2023-02-01" if who is NEW else "2022-02-01")
    arrives(world)
    leaves(world)
    sent = world.self_registers(PLACE, owner_sor_id=NEW.sor_id, registered_on="2023-02-01")
    assert sent.not_due().one["reason"] == "exempt-notified"


@pytest.mark.parametrize("who", [OLD, NEW], ids=["old", "new"])
def test_a_decision_of_stps_under_either_counts_r28(world, who):
    world.self_registers(PLACE)
    world.at("2023-03-01 10:00")
    for each, day in ((OLD, "2023-04-01"), (NEW, "2023-05-01")):
        if each is who:
            decision = {"effective_on": day, "initiator": "stps", "treated_in_year": False}
            world.notice("deregistration.decided", PLACE, **decision, owner_sor_id=AT[each])
    arrives(world)
    leaves(world)
    last_day = {OLD: "2023-03-31", NEW: "2023-04-30"}[who]
    assert world.until("2023-06-01").deregistrations().one["lastDay"] == last_day


@pytest.mark.parametrize(("versions", "category"), [((1, 2), "3b"), ((2, 1), "4")])
def test_of_two_self_registrations_the_newer_version_counts_r10(world, versions, category):
    """Category 4 is told under the old owner, category 3b under the new."""
    old, new = versions
    world.self_registers(PLACE, version=old, category="4", volunteers_only=True)
    world.self_registers(PLACE, version=new, category="3b", volunteers_only=False, owner_sor_id=NEW.sor_id)
    arrives(world)
    leaves(world)
    said = world.world.owners[NEW.sor_id].nodes[PLACE.sor_id].self_registration
    assert (said.version, said.category) == (2, category)


def test_a_fee_triggered_under_the_new_owner_is_not_lost_by_what_comes_from_the_old_r39(world):
    arrives(world)
    world.self_registers(PLACE, owner_sor_id=NEW.sor_id)
    leaves(world)
    assert len(world.triggers()) == 1
    world.at("2023-05-01 10:00").fee_run(2023, "2023-05-01")
    assert len(world.triggers()) == 1


def test_what_the_old_owner_took_back_does_not_unmake_what_the_new_one_forwarded_r14_r17(world):
    world.sor(PLACE, is_treatment_place=False)
    arrives(world, is_treatment_place=True)
    assert leaves(world) == []
    assert world.sor(PLACE, owner_sor_id=NEW.sor_id, moved_to_owner_sor_id=None) == []


def test_a_request_known_before_the_unit_itself_is_known_to_its_new_owner_too_r45(new_world):
    world = new_world()
    asks_to_be_deleted(world, "A-1", OLD)
    world.sor(OLD.owner)
    world.sor(NEW)
    leaves(world)
    arrives(world)
    assert asks_to_be_deleted(world, "A-1", NEW) == []


def test_a_contradiction_that_comes_again_under_the_old_owner_changes_nothing_r10(world):
    world.self_registers(PLACE)
    leaves(world)
    arrives(world)
    assert world.self_registers(PLACE, version=1, reference_id="another") == []
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").triggers().one["referenceId"] is None


def test_what_the_new_owner_notified_of_its_places_is_not_about_one_still_on_its_way_r44(world):
    """A fee that waits for its tariff is the old registration's."""
    world.at("2031-02-01 10:00").self_registers(PLACE)
    notifies(world, NEW, sorId=None, kind="volunteer-sole", notifiedOn="2031-02-01")
    assert leaves(world).fee_decisions() == []
    assert arrives(world).not_due().values("reason") == ["exempt-notified"]


def gives_up(world, unit, event_id="moved") -> list[Send]:
    """Decide the version by which the old owner gives the unit up, and nothing else."""
    state = world.world.owners[OLD.owner.sor_id]
    entity = state.nodes[unit.sor_id].entity
    moved = {"version": entity.version + 1, "moved_to_owner_sor_id": NEW.sor_id}
    event = Received(replace(entity, **moved), event_id)
    return list(decide(state, event, world.now, world.world.tariffs).effects)


def test_a_unit_of_which_only_sor_has_spoken_leaves_no_dossier_r4_r11(world):
    assert gives_up(world, OLD.departments[0]) == []


def test_a_dossier_says_where_from_and_where_to_and_is_one_for_each_version_r4_r39(world):
    send = gives_up(world, PLACE, event_id="version 2").pop()
    message = send.message
    assert (message.from_owner_sor_id, message.owner_sor_id, message.version) == (OLD.owner.sor_id, NEW.sor_id, 2)
    parts = "unit-transferred", PLACE.sor_id, OLD.owner.sor_id, NEW.sor_id, "version 2"
    assert (send.id, send.key, send.causation) == (effect_id(*parts), NEW.sor_id, "version 2")


def test_what_asks_for_a_dossier_back_says_whom_and_why_and_carries_none_r10_r39(world):
    leaves(world)
    state = world.world.owners[OLD.owner.sor_id]
    entity = state.nodes[PLACE.sor_id].entity
    stays = replace(entity, version=entity.version + 1, moved_to_owner_sor_id=None)
    send = decide(state, Received(stays, "version 3"), world.now, world.world.tariffs).effects[0]
    assert (send.message.is_recall, send.message.dossier) == (True, "")
    parts = "unit-recalled", PLACE.sor_id, OLD.owner.sor_id, NEW.sor_id, "version 3"
    assert (send.id, send.key, send.subject) == (effect_id(*parts), NEW.sor_id, PLACE.sor_id)


def test_what_closed_with_its_company_does_not_travel_as_closed_r7_r22(world):
    world.self_registers(PLACE)
    world.sor(OLD.owner, to_date="2023-03-31")
    world.until("2023-04-01")
    assert json.loads(gives_up(world, PLACE).pop().message.dossier)["closed"] is None


def test_a_record_that_the_new_owner_has_sent_is_not_sent_again_when_the_dossier_comes_r17(world):
    assert len(arrives(world).forwards()) == 1
    assert leaves(world).forwards() == []


def goes_and_returns(world, **changes):
    leaves(world)
    arrives(world)
    world.sor(PLACE, moved_to_owner_sor_id=OLD.owner.sor_id)
    back = {"owner_sor_id": OLD.owner.sor_id, "parent_sor_id": OLD.owner.sor_id, "moved_to_owner_sor_id": None}
    return world.sor(PLACE, **back | changes)


def test_a_closure_announced_in_time_is_still_announced_when_the_unit_returns_r21_r24(world):
    world.at("2023-05-01 10:00").sor(PLACE, to_date="2023-05-10")
    assert goes_and_returns(world.at("2023-05-08 10:00")).reasons == []
    assert world.until("2023-05-11").withdrawals().last["reason"] == "closed-unregistered"


def test_who_replaces_a_unit_is_still_known_when_it_returns_r7(world):
    heir = below(OLD.owner, 1100, is_treatment_place=True, replaces=[PLACE.sor_id])
    world.self_registers(PLACE)
    world.sor(heir)
    goes_and_returns(world.at("2023-05-01 10:00"))
    world.sor(PLACE, to_date="2023-05-31")
    ended = world.until("2023-06-01").deregistrations().one
    assert ended["successorRegistrationId"] == world.forwards(heir).last["registrationId"]


def test_the_first_closure_stays_the_closure_though_a_move_was_told_and_taken_back_r7_r24(world):
    """What the place registers under comes late, but was in time."""
    world.sor(OLD.owner, to_date="2023-03-31")
    world.until("2023-04-01")
    leaves(world.at("2023-04-02 10:00"))
    world.sor(PLACE, moved_to_owner_sor_id=None, to_date="2023-02-15", channel="sor-office")
    ended = world.self_registers(PLACE, registered_on="2023-02-10").deregistrations().one
    assert (ended["lastDay"], ended["cause"]) == ("2023-03-31", "company-closure")


def test_a_request_that_comes_after_the_unit_has_moved_on_follows_it_r45(world):
    """The old owner's last word comes last of all."""
    third = owner(6200, cvr=OLD.owner.first["cvr"])
    asks_to_be_deleted(world, "A-1", OLD)
    world.sor(third)
    arrives(world, version=3)
    world.sor(PLACE, version=4, moved_to_owner_sor_id=third.sor_id)
    at_the_third = {"owner_sor_id": third.sor_id, "parent_sor_id": third.sor_id, "moved_to_owner_sor_id": None}
    world.sor(PLACE, version=5, **at_the_third)
    world.sor(PLACE, version=2, owner_sor_id=OLD.owner.sor_id, moved_to_owner_sor_id=NEW.sor_id)
    request = {"reference_number": "A-1", "scope": ["sor"], "treated_in_year": False, "requested_on": "2023-02-01"}
    assert world.notice("deletion.requested", PLACE, **request, owner_sor_id=third.sor_id) == []


def test_the_one_fee_of_a_scheme_is_paid_though_the_site_that_was_charged_has_moved_r42(new_world):
    world = new_world()
    council = owner(4000, "region")
    first, second = (below(council, 4000 + number, is_treatment_place=True) for number in (1, 2))
    at_the_scheme = {"category": "3b", "out_of_hours_scheme": "1813"}
    world.at("2023-02-01 10:00").sor(council)
    world.sor(NEW)
    world.sor(first)
    assert len(world.self_registers(first, **at_the_scheme).triggers()) == 1
    world.moves(first, NEW)
    world.sor(second)
    assert world.self_registers(second, **at_the_scheme).not_due().one["reason"] == "already-triggered"


def test_a_closure_undone_under_the_new_owner_does_not_refuse_the_unit_when_it_returns_r24_r10(world):
    world.self_registers(PLACE)
    world.at("2023-05-01 10:00").sor(PLACE, to_date="2023-05-31")
    leaves(world)
    arrives(world)
    world.at("2023-05-20 10:00").sor(PLACE, to_date=None)
    world.at("2023-08-01 10:00").sor(PLACE, moved_to_owner_sor_id=OLD.owner.sor_id)
    back = {"owner_sor_id": OLD.owner.sor_id, "parent_sor_id": OLD.owner.sor_id}
    world.sor(PLACE, moved_to_owner_sor_id=None, **back)
    assert world.dead_letters() == []
    assert world.sor(PLACE, name="Hjemme igen").forwards().one["name"] == "Hjemme igen"
    world.sor(PLACE, to_date="2023-08-31")
    assert world.until("2023-09-01").deregistrations().last["lastDay"] == "2023-08-31"


def test_a_unit_that_closed_before_it_moved_is_not_reopened_by_returning_r7_r24(world):
    world.at("2023-05-01 10:00").sor(PLACE, to_date="2023-05-31")
    world.until("2023-06-02")
    leaves(world.at("2023-06-02 10:00"))
    arrives(world)
    back = {"owner_sor_id": OLD.owner.sor_id, "parent_sor_id": OLD.owner.sor_id, "moved_to_owner_sor_id": None}
    assert world.sor(PLACE, to_date=None, **back).reasons == ["undo-after-effect"]


@pytest.mark.parametrize("order", [("leaves", "is back"), ("is back", "leaves")], ids=" then ".join)
def test_a_unit_of_which_nothing_was_known_is_reviewed_when_it_returns_r14_r17(new_world, order):
    world = new_world().at("2023-02-01 10:00")
    for unit in (OLD.owner, NEW):
        world.sor(unit)
    world.sor(PLACE, is_treatment_place=False)
    leaves(world)
    arrives(world)
    steps = {
        "leaves": {"moved_to_owner_sor_id": OLD.owner.sor_id},
        "is back": {
            "owner_sor_id": OLD.owner.sor_id,
            "parent_sor_id": OLD.owner.sor_id,
            "moved_to_owner_sor_id": None,
            "is_treatment_place": True,
        },
    }
    for step in order:
        world.sor(PLACE, **{"owner_sor_id": NEW.sor_id, "parent_sor_id": NEW.sor_id} | steps[step])
    assert world.forwards(PLACE).one["ownerSorId"] == OLD.owner.sor_id
