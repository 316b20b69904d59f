"""A way up that was looked up once is the one a fresh look finds, whatever is put in between (R13, R23)."""

from __future__ import annotations

import json
from datetime import date
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from contracts.sor_entities import EntityChanged
from support.messages import unchecked
from support.scenario import instant
from support.trees import below, owner
from workers.closures.announced import closing_of
from workers.tree.draft import Draft
from workers.tree.state import Announcement, Node, OwnerState

TOP = owner(1000)
UNITS = [TOP, *(below(TOP, 1001 + number) for number in range(4))]
ENTITIES = [EntityChanged.from_json(json.dumps(each.first)) for each in UNITS]
SAID_AT = instant("2023-01-01 12:00")
PARENTS = [None, *range(len(UNITS))]
DAYS = [None, date(2023, 5, 31), date(2023, 6, 30)]


def node(unit: int, parent: int | None, last_day: date | None) -> Node:
    """The unit below that parent; circles, and parents that nobody has heard of, are possible."""
    above = None if unit == 0 or parent is None else ENTITIES[parent].sor_id
    entity = unchecked(ENTITIES[unit], parent_sor_id=above)
    announcement = Announcement(last_day, SAID_AT, f"{unit} says {last_day}") if last_day is not None else None
    return Node(entity.sor_id, entity, announcement)


PUTS = st.builds(node, st.sampled_from(range(len(UNITS))), st.sampled_from(PARENTS), st.sampled_from(DAYS))


def seen(draft: Draft) -> list[object]:
    known = [draft.node(entity.sor_id) for entity in ENTITIES]
    heard_of = [each for each in known if each.entity is not None]
    return [(draft.path(each.entity), draft.above(each.entity), closing_of(draft, each)) for each in heard_of]


@given(st.lists(PUTS, max_size=10))
def test_what_was_looked_up_is_looked_up_anew_when_it_has_changed_r13_r23(puts):
    state = OwnerState(ENTITIES[0].sor_id)
    draft = Draft(state)
    for number, each in enumerate(puts):
        seen(draft)
        draft.put(each)
        fresh = Draft(state)
        for before in puts[: number + 1]:
            fresh.put(before)
        assert seen(draft) == seen(fresh)


def test_the_earliest_closure_on_the_way_counts_and_of_one_day_the_highest_r22_r23():
    for days in product(DAYS, repeat=3):
        draft = Draft(OwnerState(ENTITIES[0].sor_id))
        for unit, last_day in enumerate(days):
            draft.put(node(unit, unit - 1 if unit else None, last_day))
        told = [(last_day, unit) for unit, last_day in enumerate(days) if last_day is not None]
        closing = closing_of(draft, draft.node(ENTITIES[2].sor_id))
        expected = ENTITIES[min(told)[1]].sor_id if told else None
        assert (closing.by if closing is not None else None) == expected
