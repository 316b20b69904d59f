"""What is to come, counted from state alone and only where it changed (R13, R25, R32)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tariffs import TariffTable
from support.scenario import Scenario, instant, restored
from support.stories import ARRIVALS, CLOSURES, EDITS, MARKS, PAST_CLOSURES, SELF_REGISTRATIONS
from support.trees import private_clinic, wide_owner
from workers.stream.prospects import LATE_AFTER, Prospects
from workers.tree.draft import Draft
from workers.tree.state import Forwarded, Registered
from workers.upcoming import upcoming

CLINIC = private_clinic()
ANYTHING = st.lists(EDITS | CLOSURES | PAST_CLOSURES | MARKS | SELF_REGISTRATIONS, max_size=14)


def seen(owners, prospects=None):
    found = prospects or Prospects()
    for _ in found.look(owners):
        pass
    return found


def closing(last_day, tree=CLINIC):
    world = Scenario().at("2023-03-01 10:00")
    world.registered(tree)
    world.at("2023-03-02 10:00").sor(tree.place, to_date=last_day)
    return world


def buckets(prospects, at):
    return {bucket: count for bucket, count in prospects.at(instant(at)).pending.items() if count}


def test_an_end_to_come_is_counted_by_how_soon_it_is_r25():
    prospects = seen(closing("2023-12-31").world.owners)
    assert buckets(prospects, "2023-03-02 10:00") == {"later": 1}
    assert buckets(prospects, "2023-12-02 00:00") == {"month": 1}
    assert buckets(prospects, "2023-12-25 00:00") == {"week": 1}
    assert buckets(prospects, "2023-12-31 00:00") == {"day": 1}


def test_an_end_is_overdue_a_minute_after_its_instant_and_no_more_once_it_is_done_r25():
    world = closing("2023-03-20")
    prospects, due = seen(world.world.owners), instant("2023-03-21")
    assert prospects.at(due + LATE_AFTER - timedelta(seconds=1)).overdue == 0
    late = prospects.at(due + LATE_AFTER)
    assert (late.overdue, late.overdue_since, sum(late.pending.values())) == (1, due, 0)
    world.until("2023-03-21")
    assert seen(world.world.owners, prospects).at(due + LATE_AFTER).overdue == 0


def test_an_undone_closure_is_no_longer_to_come_r24():
    world = closing("2023-03-20")
    prospects = seen(world.world.owners)
    world.sor(CLINIC.place, to_date=None)
    assert list(seen(world.world.owners, prospects).due()) == []


def test_the_owners_closure_ends_all_its_places_and_what_bsr_never_heard_of_is_not_counted_r22():
    tree = wide_owner(7)
    world = Scenario().at("2023-03-01 10:00")
    world.sor(tree)
    world.sor(tree.owner, to_date="2023-06-30")
    assert sum(seen(world.world.owners).at(world.now).pending.values()) == 7


def test_a_fee_without_a_tariff_is_parked_and_waits_r32():
    world = Scenario().at("2025-03-01 10:00")
    world.registered(CLINIC)
    found = seen(world.world.owners).at(world.now)
    assert found.parked == {"tariff": 1}
    assert found.waiting["tariff"] == 1


def test_a_child_without_its_parent_waits_for_sor_r13():
    world = Scenario()
    world.sor(CLINIC.place)
    assert seen(world.world.owners).at(world.now).waiting["sor"] == 1


def test_what_was_due_before_a_restore_counts_although_its_owner_is_not_decoded_yet():
    world = closing("2023-03-20")
    prospects = seen(world.world.owners)
    owners = restored(world.changelog, TariffTable.load()).owners
    late, fresh = instant("2023-03-22"), Prospects()
    assert seen(owners, fresh).at(late).overdue == 0, "not decoded"
    assert seen(owners, prospects).at(late).overdue == 1
    while owners.decode_one():
        pass
    assert seen(owners, fresh).at(late).overdue == 1


@settings(max_examples=60)
@given(ANYTHING, st.integers(1, 3))
def test_looked_at_now_and_then_it_is_what_the_whole_state_says(story, every):
    world, prospects = Scenario(), Prospects()
    for number, said in enumerate([*ARRIVALS, *story]):
        said.tell(world)
        if number % every == 0:
            seen(world.world.owners, prospects)
    owners = world.world.owners
    whole = {
        (state.owner, due)
        for state in owners.values()
        for node in state.nodes.values()
        if isinstance(node.standing, Forwarded | Registered)
        for due in upcoming(Draft(state), node)
    }
    assert set(seen(owners, prospects).due()) == whole
