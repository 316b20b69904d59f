"""A unit's story on the page is the one `sorbro explain` tells, read from its own records alone (R50)."""

from dataclasses import replace

import pytest

from page.fed import MemoryPicker, following
from support.messages import cvr_number, unchecked
from support.scenario import Scenario
from support.trees import private_clinic, wide_owner
from workers.explain.present import present_of
from workers.explain.recording import tell_recording
from workers.page.views.unit import in_order, story_of
from workers.replay.replay import Replay


@pytest.fixture
def told() -> Scenario:
    """A company that got a new number and closed, with others beside it."""
    world, tree, other = Scenario(cvr=[]), private_clinic(), private_clinic(1100)
    world.registered(tree)
    world.registered(other)
    world.at("2023-02-01 10:00").sor(tree.owner, cvr=cvr_number(77), from_date="2023-02-02")
    world.at("2023-03-01 10:00").sor(tree.place, name="Et nyt navn")
    world.at("2023-05-01 10:00").sor(tree.owner, to_date="2023-05-31")
    world.until("2023-06-02")
    return world


async def test_the_story_is_the_one_explain_tells(told):
    place = private_clinic().place.sor_id
    shown = await story_of(following(told), MemoryPicker(told), place)
    records = [*told.records, *(output.record.as_input() for output in told.outputs)]
    explained = tell_recording(place, lambda: in_order(records), Replay(told.world.tariffs))
    assert shown is not None
    assert not shown.is_cut

    def said(story):
        return [unchecked(event, place=None) for event in story.events if not event.kind.startswith("cvr")]

    assert said(shown.story) == said(explained)
    assert shown.story.present.standing == explained.present.standing


async def test_of_a_wide_owner_only_the_unit_s_own_records_are_fetched(world):
    tree = wide_owner(300)
    world.sor(tree)
    picker = MemoryPicker(world)
    fetched = []

    class Counting:
        async def pick(self, places):
            fetched.extend(places)
            return await picker.pick(places)

    assert await story_of(following(world), Counting(), tree.place.sor_id) is not None
    assert len(fetched) < 10


async def test_how_a_unit_stands_is_told_from_all_above_and_below_it(told):
    follower, tree = following(told), private_clinic()
    for unit in tree.units:
        shown = await story_of(follower, MemoryPicker(told), unit.sor_id)
        assert shown is not None
        whole = follower.side.register.owner_as_held(tree.owner.sor_id, follower.tariffs)
        (owner,) = whole.owners.values()
        near = present_of(whole, owner, unit.sor_id, told.now)
        assert replace(shown.story.present, looked_at_next=None) == replace(near, looked_at_next=None)
