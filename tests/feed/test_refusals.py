"""Snapshots that are not to be believed: nothing is sent, unless somebody insists (R30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapters.sor_files import Damaged, SnapshotEntity, SnapshotError, SnapshotFormat
from contracts.identifiers import SorId
from support.feeding import OWNER, TREE, ListedTopic
from workers.feed.soundness import RefusedError

NEXT = date(2024, 2, 1)
MANY = (
    *TREE,
    *(SnapshotEntity(SorId.of_item(item), "SI", OWNER, OWNER, f"Klinik {item}") for item in range(6000, 6997)),
)


@pytest.fixture
def topic():
    topic = ListedTopic()
    topic.feed(MANY)
    return topic


def test_a_file_that_has_shrunk_by_more_than_the_limit_is_refused_and_nothing_sent_r30(topic):
    changed = replace(MANY[0], name="Ny ejer")
    with pytest.raises(RefusedError, match=r"51 of 1000 units.*--force"):
        topic.feed([changed, *MANY[1:949]], NEXT)
    assert len(topic.records) == 1000


def test_up_to_the_limit_it_is_fed_r30(topic):
    assert len(topic.feed(MANY[:950], NEXT).vanished) == 50


def test_the_limit_can_be_set_and_overruled_r30(topic):
    assert topic.feed(MANY[:700], NEXT, shrink_limit=30.0).read == 700
    assert topic.feed(MANY[:3], NEXT, force=True).read == 3


def test_what_is_damaged_counts_as_gone_r30(topic):
    broken = [Damaged(unit.sor_id, "unreadable", "line 1") for unit in MANY[949:]]
    with pytest.raises(RefusedError, match="damaged"):
        topic.feed([*MANY[:949], *broken], NEXT)


def test_a_first_file_is_held_against_itself_r30():
    """Nothing is known yet, so of nothing twenty-one would be too many."""
    broken = [Damaged(SorId.of_item(item), "unreadable", "line 1") for item in range(7000, 7030)]
    assert ListedTopic().feed([*MANY, *broken]).read == 1000
    with pytest.raises(RefusedError, match="51 of 1000 units"):
        ListedTopic().feed(
            [*MANY, *broken, *(replace(each, sor_id=SorId.of_item(8000 + nth)) for nth, each in enumerate(broken[:21]))]
        )


def test_closures_that_took_effect_do_not_count_as_gone_r9():
    topic = ListedTopic()
    topic.feed([*MANY[:3], *(replace(unit, to_date=date(2024, 1, 31)) for unit in MANY[3:])])
    assert topic.feed(MANY[:3], NEXT).vanished == []


def test_a_small_register_may_lose_a_clinic(topic):
    small = ListedTopic()
    small.feed(TREE)
    assert len(small.feed(TREE[:1], NEXT).vanished) == 2


def test_a_file_without_a_unit_is_refused():
    with pytest.raises(RefusedError, match="no unit"):
        ListedTopic().feed([])


def test_an_older_snapshot_than_the_one_fed_is_refused_r10(topic):
    with pytest.raises(RefusedError, match=r"2024-01-30.*2024-01-31"):
        topic.feed(MANY, date(2024, 1, 30))
    assert topic.feed(MANY, date(2024, 1, 30), force=True).sent == 0


def test_another_format_is_refused_for_what_it_lacks_would_look_erased(topic):
    with pytest.raises(RefusedError, match=r"fed from sor-xml-2\.0, and this is sor-xml-1\.0"):
        topic.feed(MANY, NEXT, format=SnapshotFormat.SOR_XML_1)
    assert topic.feed(MANY, NEXT, format=SnapshotFormat.SOR_XML_1, force=True).sent == 0


def test_a_file_that_breaks_off_sends_nothing_r30():
    def broken():
        yield from TREE
        raise SnapshotError("cut")

    topic = ListedTopic()
    with pytest.raises(SnapshotError):
        topic.feed(broken())
    assert topic.records == []
