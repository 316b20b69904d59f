"""One decision at a time: what it leaves for the next one, and when it wants to be woken (R11, R25, R26, R39)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from contracts.cvr_facts import CompanyFact, CvrAnswer
from contracts.identifiers import CvrNumber
from contracts.tariffs import TariffTable
from support.scenario import instant
from support.trees import private_clinic, wide_owner
from workers.decide import DayHasCome, Decision, FeeRun, Received, decide, wakes_of
from workers.effects import Refusal
from workers.tree.draft import Changes
from workers.tree.state import Backlog, OwnerState

TARIFFS = TariffTable.load()
WIDE = wide_owner(4)
UNITS = [unit.sor_id for unit in WIDE.units]
PLACES = UNITS[1:]
CLINIC = private_clinic()
CLINIC_CVR = CvrNumber(CLINIC.owner.first["cvr"])
NOW, LATER = instant("2023-05-01 10:00"), instant("2023-05-01 10:01")


@pytest.fixture(autouse=True)
def steps_of_two(monkeypatch):
    monkeypatch.setattr("workers.decide.STEP", 2)


@pytest.fixture
def wide(world) -> OwnerState:
    world.at("2023-02-01 10:00").registered(WIDE, *WIDE.places)
    return world.world.owners[WIDE.owner.sor_id]


def edited(state, unit, event_id="edit", **changes) -> Received:
    """The next version of a unit the owner knows."""
    entity = state.nodes[unit].entity
    return Received(replace(entity, version=entity.version + 1, **changes), event_id)


def keys(decision: Decision) -> list[str]:
    return [effect.key for effect in decision.effects]


def on(decision: Decision, event=None, now=NOW) -> Decision:
    return decide(decision.state, event or DayHasCome(), now, TARIFFS)


def answered(fetched_at: datetime) -> Received:
    """CVR says the same each time."""
    fact = CompanyFact(
        kind="company", cvr=CLINIC_CVR, name="Fodterapi ApS", status="active", started_on=date(2010, 1, 1)
    )
    answer = CvrAnswer(owner_sor_id=CLINIC.owner.sor_id, fetched_at=fetched_at, fact=fact)
    return Received(answer, f"answer of {fetched_at}")


def test_what_touches_no_unit_leaves_nothing_to_be_reviewed_r11_r20(world):
    world.sor(CLINIC.owner)
    world.sor(CLINIC.place, p_number=None)
    first = decide(world.world.owners[CLINIC.owner.sor_id], answered(NOW), NOW, TARIFFS)
    assert keys(first) == [CLINIC.place.sor_id]
    again = on(first, answered(LATER), LATER)
    assert (again.outcome, again.effects, again.state.backlog) == ("applied", (), Backlog())
    assert again.changes == Changes(numbers=frozenset({CLINIC_CVR}))


def test_a_long_cascade_goes_on_at_the_same_instant_r11(wide):
    first = decide(wide, edited(wide, UNITS[0], telephone="1"), NOW, TARIFFS)
    assert (keys(first), first.outcome) == (PLACES[:1], "applied")
    assert first.state.backlog == Backlog("edit", tuple(UNITS[2:]))
    assert (first.wakes, first.changes.backlog) == ({NOW}, True)
    second = on(first)
    assert (keys(second), second.outcome) == (PLACES[1:3], "settled")
    assert (second.state.backlog, second.wakes) == (Backlog("edit", (UNITS[4],)), {NOW})
    third = on(second)
    assert (keys(third), third.state.backlog, third.wakes) == (PLACES[3:], Backlog(), frozenset())
    assert {effect.causation for each in (first, second, third) for effect in each.effects} == {"edit"}


def test_a_cascade_of_just_one_step_leaves_nothing_r11(world):
    tree = wide_owner(1)
    world.sor(tree)
    state = world.world.owners[tree.owner.sor_id]
    decision = decide(state, edited(state, tree.owner.sor_id, telephone="1"), NOW, TARIFFS)
    assert (len(decision.effects), decision.state.backlog, decision.wakes) == (1, Backlog(), frozenset())
    assert decision.changes == Changes(nodes=frozenset(unit.sor_id for unit in tree.units))


def test_a_record_that_comes_all_the_same_waits_behind_the_rest_r11(wide):
    first = decide(wide, edited(wide, UNITS[0], telephone="1"), NOW, TARIFFS)
    second = on(first, edited(first.state, UNITS[1], "second", name="Nyt navn"))
    assert keys(second) == PLACES[1:3]
    assert second.state.backlog == Backlog("second", (UNITS[4], UNITS[1]))


def test_nothing_takes_effect_before_the_cascade_is_through_r11_r26(wide):
    backdated = edited(wide, UNITS[0], to_date=date(2023, 4, 30), channel="sor-office")
    first = decide(wide, backdated, NOW, TARIFFS)
    second = on(first)
    assert not any(node.closed for node in second.state.nodes.values())
    assert on(second).state.nodes[UNITS[0]].closed.last_day == date(2023, 4, 30)


def test_closing_goes_in_steps_and_the_rest_at_the_same_instant_r11_r22(world, wide):
    world.sor(WIDE.owner, to_date="2023-05-31")
    state, midnight = world.world.owners[WIDE.owner.sor_id], instant("2023-06-01")
    first = decide(state, DayHasCome(), midnight, TARIFFS)
    assert (sorted(set(keys(first))), first.wakes) == (PLACES[:1], {midnight})
    second = on(first, now=midnight)
    assert (sorted(set(keys(second))), second.wakes) == (PLACES[1:3], {midnight})
    third = on(second, now=midnight)
    assert (sorted(set(keys(third))), third.wakes) == (PLACES[3:], frozenset())


def test_what_a_step_leaves_to_the_next_is_what_a_fresh_look_finds_r11_r26(world, wide):
    world.sor(WIDE.owner, to_date="2023-05-31")
    state, midnight = world.world.owners[WIDE.owner.sor_id], instant("2023-06-01")
    step = decide(state, DayHasCome(), midnight, TARIFFS)
    while step.wakes:
        assert step.state.left
        fresh = decide(replace(step.state, left=()), DayHasCome(), midnight, TARIFFS)
        step = on(step, now=midnight)
        assert (step.effects, step.state, step.wakes) == (fresh.effects, fresh.state, fresh.wakes)
    assert step.state.left == ()


def test_a_record_in_between_has_the_owner_looked_at_anew_r11(world, wide):
    world.sor(WIDE.owner, to_date="2023-05-31")
    first = decide(world.world.owners[WIDE.owner.sor_id], DayHasCome(), instant("2023-06-01"), TARIFFS)
    assert first.state.left
    assert on(first, edited(first.state, UNITS[1], "second", name="Nyt navn")).state.left == ()


def test_an_announced_closure_wakes_its_owner_on_its_instant_r25(wide):
    decision = decide(wide, edited(wide, PLACES[0], to_date=date(2023, 5, 31)), NOW, TARIFFS)
    assert decision.wakes == {instant("2023-06-01")}
    assert wakes_of(decision.state, TARIFFS, NOW) == {instant("2023-06-01")}


def test_what_is_due_when_it_is_told_takes_effect_at_once_r26(wide):
    backdated = edited(wide, PLACES[0], to_date=date(2023, 4, 30), channel="sor-office")
    decision = decide(wide, backdated, NOW, TARIFFS)
    assert decision.state.nodes[PLACES[0]].standing.kind == "deregistered"
    assert decision.wakes == frozenset()


def test_a_fee_run_goes_through_the_places_in_parts_r39_r11(wide):
    run = FeeRun(2024, "notice")
    first = decide(wide, run, NOW, TARIFFS)
    assert (keys(first), first.resume, first.outcome) == (PLACES[:2], PLACES[1], "settled")
    assert (first.wakes, first.changes) == (frozenset(), Changes(nodes=frozenset(PLACES[:2])))
    second = on(first, replace(run, after=first.resume))
    assert (keys(second), second.resume) == (PLACES[2:], None)
    assert {effect.causation for effect in (*first.effects, *second.effects)} == {"notice"}


def test_a_fee_run_resumes_after_the_last_place_it_asked_r39(wide, monkeypatch):
    monkeypatch.setattr("workers.decide.STEP", 3)
    assert decide(wide, FeeRun(2024, "notice"), NOW, TARIFFS).resume == PLACES[2]


def test_a_fee_run_keeps_the_day_of_an_announced_closure_r39_r25(wide):
    closing = decide(wide, edited(wide, PLACES[0], to_date=date(2023, 5, 31)), NOW, TARIFFS)
    assert on(closing, FeeRun(2024, "notice")).wakes == {instant("2023-06-01")}


def test_closing_in_just_one_step_leaves_nothing_r11_r22(world):
    tree = wide_owner(1)
    world.registered(tree)
    world.sor(tree.owner, to_date="2023-05-31")
    closed = decide(world.world.owners[tree.owner.sor_id], DayHasCome(), instant("2023-06-01"), TARIFFS)
    assert (len(closed.effects), closed.wakes, closed.outcome) == (2, frozenset(), "settled")


@pytest.fixture
def parked(world) -> OwnerState:
    """Four places that registered in 2025 before there was a table, the second of them first."""
    world.at("2025-02-01 10:00").sor(WIDE)
    for place in (WIDE.places[1], WIDE.places[0], *WIDE.places[2:]):
        world.self_registers(place)
        world.at(world.now + timedelta(minutes=1))
    return world.world.owners[WIDE.owner.sor_id]


@pytest.fixture
def with_2025(fee_table) -> TariffTable:
    return fee_table(2025)


def test_a_new_table_releases_in_steps_in_the_order_of_asking_r32_r11(parked, with_2025):
    later = instant("2025-06-01")
    first = decide(parked, DayHasCome(), later, with_2025)
    assert (keys(first), first.wakes) == ([PLACES[1], PLACES[0]], {later})
    second = decide(first.state, DayHasCome(), later, with_2025)
    assert (keys(second), second.wakes) == (PLACES[2:], frozenset())
    assert {first.outcome, second.outcome} == {"settled"}


def test_a_cascade_releases_what_waits_at_the_units_it_comes_to_r32_r11(parked, with_2025):
    later = instant("2025-06-01")
    first = decide(parked, edited(parked, UNITS[0], telephone="1"), later, with_2025)
    second = decide(first.state, DayHasCome(), later, with_2025)
    assert [effect.ce_type.split(".")[-2] for effect in second.effects] == ["triggered", "forwarded"] * 2


def test_a_release_in_steps_keeps_the_day_of_an_announced_closure_r32_r25(parked, with_2025):
    later = instant("2025-06-01")
    closing = decide(parked, edited(parked, PLACES[0], to_date=date(2025, 6, 30)), instant("2025-03-01"), TARIFFS)
    released = decide(closing.state, DayHasCome(), later, with_2025)
    assert released.wakes == {later, instant("2025-07-01")}


def test_a_fee_run_asks_registered_places_alone_r39_r16(world):
    tree = wide_owner(2)
    world.registered(tree, tree.places[1])
    decision = decide(world.world.owners[tree.owner.sor_id], FeeRun(2024, "notice"), NOW, TARIFFS)
    assert (keys(decision), decision.resume) == ([tree.places[1].sor_id], None)


def test_a_refused_record_changes_nothing_r10(wide):
    known = wide.nodes[PLACES[0]].entity
    other = Received(replace(known, name="Andet navn"), "other")
    decision = decide(wide, other, NOW, TARIFFS)
    (refusal,) = decision.effects
    assert refusal == Refusal(
        "version-conflict", "version 1 is known with other content; send the correction as version 2 or later (R10)"
    )
    assert decision == Decision(wide, Changes(), (refusal,), "refused", frozenset())


@pytest.mark.parametrize(("behind", "outcome"), [(0, "repeated"), (1, "stale")])
def test_a_record_that_is_known_or_older_changes_nothing_r10(wide, behind, outcome):
    known = wide.nodes[PLACES[0]].entity
    again = Received(replace(known, version=known.version - behind), "again")
    assert decide(wide, again, NOW, TARIFFS) == Decision(wide, Changes(), (), outcome, frozenset())


def test_a_restored_owner_wakes_at_once_for_unfinished_work_only_r11_r32(world, wide):
    assert wakes_of(wide, TARIFFS, LATER) == frozenset()
    unfinished = decide(wide, edited(wide, UNITS[0], telephone="1"), NOW, TARIFFS).state
    assert wakes_of(unfinished, TARIFFS, LATER) == {LATER}


def test_a_restored_owner_wakes_at_once_when_a_tariff_has_come_r32(world, with_2025):
    clinic = private_clinic()
    world.at("2025-03-01 10:00").registered(clinic)
    state = world.world.owners[clinic.owner.sor_id]
    assert wakes_of(state, TARIFFS, LATER) == frozenset()
    assert wakes_of(state, with_2025, LATER) == {LATER}


def test_a_later_step_of_a_cascade_is_decided_at_the_same_instant_r11_r25(world):
    """The owner comes last; one of its places has closed before it was ever heard of."""
    for place in WIDE.places:
        closed = {"to_date": "2023-01-31", "channel": "sor-office"} if place is WIDE.places[-1] else {}
        world.at("2023-02-01 10:00").sor(place, **closed)
    sent = world.sor(WIDE.owner) + world.until("2023-02-02")
    assert [each.key for each in sent] == PLACES[:3]
    nodes = world.world.owners[WIDE.owner.sor_id].nodes
    assert {nodes[place].standing.identity.since for place in PLACES[:3]} == {instant("2023-02-01 10:00")}


def test_what_has_not_changed_is_not_copied_r11(wide):
    asked = on(decide(wide, FeeRun(2024, "notice"), NOW, TARIFFS)).state
    assert asked.nodes is on(Decision(asked, Changes(), (), "settled", frozenset())).state.nodes
    edit = decide(wide, edited(wide, PLACES[0], name="Nyt navn"), NOW, TARIFFS).state
    assert edit.children is wide.children
    assert edit.numbers is wide.numbers
