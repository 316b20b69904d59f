"""A feed that dies after any message, and is run again, leaves what one clean run leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from support.feeding import OTHER, OTHER_OWNER, TREE, ListedTopic

FIRST, NEXT = date(2024, 1, 31), date(2024, 2, 1)
BEFORE = (*TREE, OTHER)
AFTER = (
    OTHER,
    replace(TREE[1], owner_sor_id=OTHER_OWNER, parent_sor_id=OTHER_OWNER),
    replace(TREE[2], owner_sor_id=OTHER_OWNER, name="Ny behandler"),
    replace(TREE[0], to_date=date(2024, 6, 30)),
)


def clean():
    topic = ListedTopic()
    topic.feed(BEFORE, FIRST)
    topic.feed(AFTER, NEXT)
    return topic


@pytest.mark.parametrize("first", range(5))
@pytest.mark.parametrize("second", range(6))
def test_a_feed_cut_after_any_message_and_run_again_leaves_what_one_run_leaves(first, second):
    topic = ListedTopic()
    topic.feed(BEFORE, FIRST, cut_after=first)
    topic.feed(BEFORE, FIRST)
    topic.feed(AFTER, NEXT, cut_after=second)
    topic.feed(AFTER, NEXT)
    assert topic.last_of_each() == clean().last_of_each()
    assert len(topic.records) == len(clean().records)


def test_a_night_that_was_cut_short_is_made_up_for_by_the_next_one():
    topic = ListedTopic()
    topic.feed(BEFORE, FIRST)
    topic.feed(AFTER, NEXT, cut_after=2)
    topic.feed(AFTER, date(2024, 2, 2))
    ends = {key: value["name"] for key, (value, *_) in topic.last_of_each().items()}
    assert ends == {key: value["name"] for key, (value, *_) in clean().last_of_each().items()}
