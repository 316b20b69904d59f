"""A unit that moves to another owner: told twice, in either order, perhaps on different partitions (R3, R4, R10, R39)."""

from __future__ import annotations

import pytest

from contracts.topics import Topic
from support.messages import cvr_number
from support.scenario import Scenario
from support.trees import municipality, owner, private_clinic

OLD = private_clinic()
PLACE = OLD.place
NEW = owner(6000)
SAME_CVR = owner(6100, cvr=OLD.owner.first["cvr"])


def leaves(world, to=NEW, **changes):
    return world.sor(PLACE, owner_sor_id=OLD.owner.sor_id, moved_to_owner_sor_id=to.sor_id, **changes)


def arrives(world, at=NEW, **changes):
    there = {"owner_sor_id": at.sor_id, "parent_sor_id": at.sor_id, "moved_to_owner_sor_id": None}
    return world.sor(PLACE, **there | changes)


ORDERS = pytest.mark.parametrize("order", [(leaves, arrives), (arrives, leaves)], ids=["old first", "new first"])


def moved(order, *, to=NEW, registers=True):
    world = Scenario()
    world.at("2023-02-01 10:00").sor(OLD)
    if registers:
        world.self_registers(PLACE)
    world.sor(to)
    world.at("2023-05-10 10:00")
    sent = [each for step in order for each in step(world, to)]
    return world, type(world.outputs)(sent)


@ORDERS
def test_it_is_another_place_when_the_cvr_differs_r4(order):
    world, sent = moved(order)
    ended, begun = sent.deregistrations().one, sent.forwards().last
    assert (ended["cause"], ended["lastDay"], ended["causedBySorId"]) == ("new-cvr", "2023-05-09", PLACE.sor_id)
    assert ended["successorRegistrationId"] == begun["registrationId"]
    assert (begun["cvr"], begun["ownerSorId"], begun["state"]) == (NEW.first["cvr"], NEW.sor_id, "registered")
    assert sent.index(ended) < sent.index(begun)
    assert [each["feeYear"] for each in world.triggers()] == [2023, 2023]
    assert len(set(world.triggers().values("registrationId"))) == 2


def test_a_move_stamped_before_the_registration_by_a_clock_that_is_behind_still_ends_it_r4():
    world = Scenario()
    world.sor(NEW)
    world.at("2023-05-10 10:00").registered(OLD)
    world.at("2023-05-10 09:54")
    sent = leaves(world) + arrives(world)
    assert len(sent.deregistrations()) == 1
    assert [each["occasion"] for each in sent.fee_decisions()] == ["new-cvr", "new-cvr"]


@ORDERS
def test_it_is_the_same_place_when_the_cvr_is_the_same_r6_r39(order):
    world, sent = moved(order, to=SAME_CVR)
    assert sent.deregistrations() == []
    assert sent.forwards().last["state"] == "registered"
    assert len(set(world.forwards().values("registrationId"))) == 1
    assert len(world.triggers()) == 1


@ORDERS
def test_a_place_that_never_registered_is_superseded_r16(order):
    _, sent = moved(order, registers=False)
    assert sent.withdrawals().one["reason"] == "superseded"
    last = sent.forwards().last
    assert (last["cvr"], last["state"]) == (NEW.first["cvr"], "awaiting-self-registration")
    assert sent.index(sent.withdrawals().one) < sent.index(last)
    ids = [each.headers["ce_id"] for each in sent]
    assert len(ids) == len(set(ids))


@ORDERS
def test_it_closes_with_its_new_owner_and_not_with_its_old_r22(order):
    world, _ = moved(order)
    world.sor(OLD.owner, to_date="2023-06-30")
    assert world.until("2023-07-01").deregistrations(PLACE) == []
    world.sor(NEW, to_date="2023-07-31")
    assert world.until("2023-08-01").deregistrations(PLACE).one["ownerSorId"] == NEW.sor_id


def test_until_the_new_owner_speaks_it_stays_registered_and_shows_as_waiting_r13(world):
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    assert leaves(world.at("2023-05-10 10:00")) == []
    assert world.fee_run(2024, "2024-05-01") == []
    assert world.until("2024-05-02").triggers().one["registrationId"] == world.forwards()[0]["registrationId"]


def test_what_is_still_told_under_the_old_owner_follows_it_r13(world):
    world.at("2023-02-01 10:00").sor(OLD)
    world.sor(NEW)
    leaves(world.at("2023-05-10 10:00"))
    arrives(world)
    sent = world.self_registers(PLACE)
    assert (sent.forwards().one["state"], sent.forwards().one["cvr"]) == ("registered", NEW.first["cvr"])
    world.notice("dispensation.granted", PLACE, fee_year=2024, share="1.0")
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-02").not_due().one["reason"] == "dispensation"


def test_a_move_dated_in_the_future_keeps_the_old_number_until_then_r4(world):
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    leaves(world.at("2023-05-10 10:00"), from_date="2023-06-01")
    assert arrives(world, from_date="2023-06-01").forwards().one["cvr"] == OLD.owner.first["cvr"]
    assert world.until("2023-05-31") == []
    assert world.until("2023-06-01").deregistrations().one["lastDay"] == "2023-05-31"


def test_it_may_come_back_r4_r39(world):
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    leaves(world.at("2023-05-10 10:00"))
    arrives(world)
    world.at("2023-08-10 10:00")
    world.sor(PLACE, moved_to_owner_sor_id=OLD.owner.sor_id)
    arrives(world, OLD.owner)
    assert [each["cause"] for each in world.deregistrations()] == ["new-cvr", "new-cvr"]
    assert world.forwards().last["registrationId"] == world.forwards()[0]["registrationId"]
    assert len(world.triggers()) == 2


def test_its_old_fee_is_judged_by_its_old_owner_r34(world):
    """A private place with half the fee that becomes a municipality's: the old one pays half, the new one in full."""
    town = municipality()
    world.at("2022-02-01 10:00").registered(OLD, turnover_band="half", category="5")
    world.sor(town)
    leaves(world.at("2023-05-10 10:00"), to=town.owner)
    sent = arrives(world, town.owner)
    assert [each["basis"] for each in sent.triggers()] == ["half", "full"]


def test_a_move_that_cvr_number_alone_decides_needs_no_self_registration_again_r4(world):
    world.at("2023-02-01 10:00").registered(OLD, reference_id="kasse 7")
    other = owner(6200, cvr=cvr_number(6200))
    world.sor(other)
    leaves(world, to=other)
    assert arrives(world, other).triggers().last["referenceId"] == "kasse 7"


def test_a_notice_repeated_under_the_old_owner_is_still_a_repeat_r28_r45(world):
    def notices():
        decision = {"effective_on": "2023-03-01", "initiator": "stps", "treated_in_year": False}
        asked = {"scope": ["sor"], "requested_on": "2023-02-01", "reason": None, "treated_in_year": False}
        sent = world.notice("deregistration.decided", PLACE, **decision)
        return sent + world.notice("deletion.requested", PLACE, reference_number="R-1", **asked)

    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    notices()
    leaves(world.at("2023-05-10 10:00"))
    arrives(world)
    world.self_registers(PLACE, registered_on="2023-05-10")
    assert notices() == []
    assert world.until("2023-06-01") == []


def test_a_p_number_still_to_come_does_not_hold_up_a_move_to_a_private_owner_r4_r5(world):
    town = municipality()
    world.at("2023-02-01 10:00").registered(town, category="4")
    world.sor(NEW)
    world.sor(town.place, p_number=None, from_date="2023-08-01")
    world.at("2023-05-10 10:00").sor(town.place, moved_to_owner_sor_id=NEW.sor_id)
    there = {"owner_sor_id": NEW.sor_id, "parent_sor_id": NEW.sor_id, "moved_to_owner_sor_id": None}
    assert world.sor(town.place, **there).deregistrations().one["lastDay"] == "2023-05-09"


def test_a_new_number_of_the_new_owner_counts_no_earlier_for_a_unit_than_its_coming_r4(world):
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    leaves(world.at("2023-06-10 10:00"))
    arrives(world.at("2023-06-10 10:05"))
    sent = world.at("2023-06-12 10:00").sor(NEW, cvr=cvr_number(71), from_date="2023-06-05")
    ended = sent.deregistrations(PLACE).one
    assert (ended["lastDay"], ended["causedBySorId"]) == ("2023-06-09", PLACE.sor_id)


@ORDERS
def test_a_place_that_has_closed_is_not_opened_again_by_moving_r7_r31(order):
    world = Scenario()
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    world.sor(PLACE, to_date="2023-03-31")
    world.until("2023-04-02")
    world.at("2023-05-01 10:00")
    sent = [each for step in order for each in step(world, NEW)]
    assert sent == []
    assert world.fee_run(2024, "2024-05-01") == []
    assert world.until("2024-06-01").fee_decisions() == []


def test_a_move_taken_back_before_the_new_owner_has_spoken_changes_nothing_r10_r16(world):
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    leaves(world.at("2023-05-10 10:00"))
    sent = world.at("2023-05-11 10:00").sor(PLACE, owner_sor_id=OLD.owner.sor_id, moved_to_owner_sor_id=None)
    assert sent == []
    edited = world.at("2023-05-12 10:00").sor(PLACE, telephone="99")
    assert (edited.forwards().one["state"], edited.deregistrations(), edited.triggers()) == ("registered", [], [])
    world.fee_run(2024, "2024-05-01")
    assert world.until("2024-05-01").triggers().one["registrationId"] == world.forwards()[0]["registrationId"]
    world.at("2024-06-01 10:00").sor(PLACE, to_date="2024-06-30")
    assert world.until("2024-07-01").deregistrations().one["cause"] == "closure"


def test_an_edit_that_comes_before_the_dossier_is_back_does_not_undo_the_registration_r10_r16(world, monkeypatch):
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    leaves(world.at("2023-05-10 10:00"))
    hear, held = world._replay._hear, []
    monkeypatch.setattr(world._replay, "_hear", lambda record: held.append(record) or iter(()))
    world.at("2023-05-11 10:00").sor(PLACE, owner_sor_id=OLD.owner.sor_id, moved_to_owner_sor_id=None)
    world.sor(PLACE, telephone="99")
    monkeypatch.setattr(world._replay, "_hear", hear)
    world._replay._to_itself.extend(held)
    last = world.until("2023-05-12").forwards().last
    assert (last["state"], last["telephone"]) == ("registered", "99")
    assert world.deregistrations() == []


def test_with_all_state_lost_what_moves_left_behind_is_heard_again_and_changes_nothing_r10(world, monkeypatch):
    """The dossiers are on the topic from before, and are sent once more: each is heard twice (the runbook)."""
    heard, hear = [], world._replay._hear
    monkeypatch.setattr(world._replay, "_hear", lambda record: heard.append(record) or hear(record))
    world.at("2023-02-01 10:00").registered(OLD)
    world.sor(NEW)
    for time, of, to in [("2023-05-10 10:00", OLD.owner, NEW), ("2023-08-10 10:00", NEW, OLD.owner)]:
        world.at(time).sor(PLACE, owner_sor_id=of.sor_id, moved_to_owner_sor_id=to.sor_id)
        arrives(world, to)
        world.sor(PLACE, telephone=time[5:10])
    world.at("2023-09-01 10:00").sor(PLACE, to_date="2023-09-30")
    world.until("2023-12-01")
    transfers = [each.as_input() for each in heard if each.topic == Topic.TRANSFERS]
    anew = Scenario()
    for record in sorted([*world.records, *transfers], key=lambda record: record.timestamp):
        anew.play(record)
    anew.at("2023-12-01 00:00").until("2023-12-01")
    told, told_anew = ([each.headers["ce_id"] for each in outputs] for outputs in (world.outputs, anew.outputs))
    assert len(transfers) == 2
    assert told == told_anew
