"""Two senders that know nothing of each other: what they end in does not depend on who was first (R13, R16, R39)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from support.scenario import Scenario
from support.stories import (
    ARRIVALS,
    CLOSURES,
    EDITS,
    MARKS,
    PAST_CLOSURES,
    PLACES,
    SELF_REGISTRATIONS,
    Said,
    interleaved,
)
from workers.tree.state import Registered

SOR = st.tuples(st.permutations(ARRIVALS), st.lists(EDITS | CLOSURES, max_size=6)).map(
    lambda parts: parts[0] + parts[1]
)
SELF = st.tuples(
    st.lists(st.sampled_from(PLACES), unique=True).map(lambda places: [Said("self", place) for place in places]),
    st.lists(SELF_REGISTRATIONS, max_size=4),
).map(lambda parts: parts[0] + parts[1])
ANYTHING = st.lists(EDITS | CLOSURES | PAST_CLOSURES | MARKS | SELF_REGISTRATIONS, max_size=14)


def told(story: list[Said]) -> Scenario:
    world = Scenario()
    for said in story:
        said.tell(world)
    return world


def ends(world: Scenario) -> tuple[set[str], set[tuple[str, int]]]:
    nodes = [node for state in world.world.owners.values() for node in state.nodes.values()]
    registered = {str(node.sor_id) for node in nodes if isinstance(node.standing, Registered)}
    return registered, {(each["registrationId"], each["feeYear"]) for each in world.triggers()}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), sor=SOR, own=SELF)
def test_any_interleaving_of_the_two_senders_ends_in_the_same_r13_r16_r39(data, sor, own):
    """While no time passes, no place loses its mark and no identity changes; each of those has an order of its own."""
    one, other = (told(data.draw(interleaved(sor, own))) for _ in range(2))
    assert ends(one) == ends(other)
    places = {said.unit.sor_id for said in own}
    assert ends(one)[0] == places


@settings(max_examples=60, deadline=None)
@given(start=st.permutations(ARRIVALS), story=ANYTHING, months=st.lists(st.integers(1, 9), min_size=14, max_size=14))
def test_whatever_happens_no_fee_and_no_deregistration_comes_twice_r25_r39(start, story, months):
    world = told(start)
    for said, month in zip(story, sorted(months), strict=False):
        world.at(f"2023-0{month}-10 10:00")
        said.tell(world)
    world.restart().until("2025-01-01")
    fees = [(each["registrationId"], each["feeYear"]) for each in world.triggers()]
    assert len(fees) == len(set(fees))
    ended = world.deregistrations().values("registrationId")
    assert len(ended) == len(set(ended))
    assert all(each.time.isoformat() >= each["effectiveAt"][:19] for each in world.deregistrations())
    identities = [each.headers["ce_id"] for each in world.outputs if each.topic != "sor-bsr.dead-letters.v1"]
    assert len(identities) == len(set(identities))
    decided = {each["registrationId"] for each in world.triggers() + world.not_due() if each["occasion"] == "closure"}
    assert set(ended) <= decided
