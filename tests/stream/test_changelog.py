"""State as records and back: what a worker restores is what the last one held (R25, R39)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.tariffs import TariffTable
from contracts.topics import Topic
from support.scenario import Scenario, instant, restored
from support.stories import ARRIVALS, CLOSURES, EDITS, MARKS, PAST_CLOSURES, SELF_REGISTRATIONS
from support.trees import below, private_clinic, private_hospital
from workers.decide import wakes_of
from workers.stream.changelog import SCHEMA_VERSION, ChangelogError, Restoring
from workers.stream.world import Turn

TARIFFS = TariffTable.load()
CLINIC = private_clinic()
STORY = st.lists(EDITS | CLOSURES | PAST_CLOSURES | MARKS | SELF_REGISTRATIONS | st.sampled_from(ARRIVALS), max_size=15)
DAYS = st.lists(st.integers(1, 28), min_size=15, max_size=15).map(sorted)


def as_plain(world):
    """Everything a world holds, by value; an empty list of children is the same as none."""
    return {
        owner: (
            dict(state.nodes),
            dict(state.numbers),
            state.backlog,
            {parent: children for parent, children in state.children.items() if children},
            wakes_of(state, world.tariffs, world.stream_time),
        )
        for owner, state in world.owners.items()
    }


def wakes(world):
    return world.next_instant() or datetime.max.replace(tzinfo=UTC)


def told(story, days):
    world = Scenario(cvr=[])
    for said, day in zip(story, days, strict=False):
        world.at(f"2023-02-{day:02} 10:00")
        said.tell(world)
    return world


@settings(max_examples=60, deadline=None)
@given(story=STORY, days=DAYS)
def test_restoring_gives_the_world_that_was_in_memory_r25_r39(story, days):
    world = told(story, days)
    after = restored(world.changelog, TARIFFS)
    assert wakes(after) <= wakes(world.world), "once for nothing perhaps, but never late"
    assert as_plain(after) == as_plain(world.world)
    assert after.stream_time == world.world.stream_time or not world.changelog
    assert after.came_to == world.world.came_to, "a restart goes on as if there had been none"


@settings(max_examples=40, deadline=None)
@given(story=STORY, days=DAYS)
def test_a_compacted_changelog_restores_the_same_r25_r39(story, days):
    world = told(story, days)
    newest = {record.key: record for record in world.changelog}
    assert as_plain(restored(newest.values(), TARIFFS)) == as_plain(world.world)


def closing_soon():
    world = Scenario()
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(private_clinic(5000))
    world.sor(CLINIC.place, to_date="2023-05-20")
    return world


def test_an_owner_is_decoded_when_it_is_asked_for_or_its_day_comes_r25():
    world = closing_soon()
    after = restored(world.changelog, TARIFFS)
    assert (len(after.owners), after.owners.decoded()) == (2, [])
    assert CLINIC.owner.sor_id in after.owners
    assert after.next_instant() == instant("2023-05-21")
    turn = Turn(after)
    assert turn.let_days_come(instant("2023-05-21"))
    assert [each.owner for each in after.owners.decoded()] == [CLINIC.owner.sor_id]
    assert Topic.DEREGISTRATIONS in {each.topic for each in turn.outputs}


def test_those_nobody_asks_for_are_decoded_one_by_one():
    after = restored(closing_soon().changelog, TARIFFS)
    assert [after.owners.decode_one() for _ in range(3)] == [True, False, False]
    assert after.owners.are_decoded


def test_another_tariff_table_lets_every_owner_be_looked_at_at_once_r32(fee_table):
    assert restored(closing_soon().changelog, fee_table(2031)).owners.are_decoded


@settings(max_examples=40, deadline=None)
@given(story=STORY, days=DAYS, cut=st.integers(0, 15))
def test_a_run_with_a_restart_sends_what_a_run_without_one_sends_r25_r39(story, days, cut):
    through, restarted = told(story, days), Scenario(cvr=[])
    for number, (said, day) in enumerate(zip(story, days, strict=False)):
        if number == cut:
            restarted.restart()
        restarted.at(f"2023-02-{day:02} 10:00")
        said.tell(restarted)
    through.until("2024-12-31")
    restarted.restart().until("2024-12-31")
    assert [each.record for each in restarted.outputs] == [each.record for each in through.outputs]


def test_a_unit_that_moved_is_restored_under_its_new_parent_r8():
    world = Scenario()
    hospital = private_hospital()
    other = below(hospital.owner, 5900, telephone="99887766")
    world.sor(hospital)
    world.sor(other)
    world.sor(hospital.place, parent_sor_id=other.sor_id)
    sent = world.restart().sor(other, telephone="1")
    assert sent.forwards(hospital.place).one["telephone"] == "1"


def test_the_progress_comes_last_and_says_how_far_it_has_come():
    world = Scenario()
    world.at("2023-05-01 10:00").sor(CLINIC)
    last = world.changelog[-1]
    assert last.key == b"progress"
    restoring = Restoring()
    restoring.take(last.key, last.value, last.headers)
    assert restoring.progress.stream_time == world.now


def test_one_edit_in_a_tree_changes_one_unit_of_the_changelog():
    world = Scenario()
    world.sor(CLINIC)
    before = len(world.changelog)
    world.sor(CLINIC.departments[0], name="Ny")
    owner = CLINIC.owner.sor_id
    keys = [record.key.decode() for record in world.changelog[before:]]
    assert keys == [f"node/{owner}/{CLINIC.departments[0].sor_id}", "progress"]


def test_a_later_schema_is_refused_with_what_to_do():
    world = Scenario()
    world.sor(CLINIC)
    record = world.changelog[0]
    with pytest.raises(ChangelogError, match="run a newer one"):
        Restoring().take(record.key, record.value, (("schema", str(SCHEMA_VERSION + 1).encode()),))


def test_a_record_that_is_not_ours_is_refused():
    with pytest.raises(ChangelogError, match="unknown kind"):
        Restoring().take(b"somebody/else", b"{}", ())


def test_only_the_newest_record_of_each_key_is_decoded():
    world = Scenario()
    world.sor(CLINIC)
    key = f"node/{CLINIC.owner.sor_id}/{CLINIC.place.sor_id}".encode()
    restoring = Restoring()
    restoring.take(key, b"an older one, and damaged", ())
    for record in world.changelog:
        restoring.take(record.key, record.value, record.headers)
    assert restoring.records == len(world.changelog) + 1
    assert as_plain(restoring.world(TARIFFS)) == as_plain(world.world)


@pytest.mark.parametrize("damaged", [b"progress", f"node/{CLINIC.owner.sor_id}/{CLINIC.place.sor_id}".encode()])
def test_a_damaged_record_is_named(damaged):
    restoring = Restoring()
    restoring.take(damaged, b"{", ())
    with pytest.raises(ChangelogError, match=f"{damaged.decode()}' is damaged"):
        restoring.world(TARIFFS)
