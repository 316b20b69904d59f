"""Snapshots that are not to be believed: nothing is sent, unless somebody insists (R30)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from adapters.samples.files import FileFormat, write
from adapters.samples.register import sample_trees
from adapters.sor_files import Damaged, SnapshotEntity, SnapshotError, SnapshotFormat, open_snapshot
from contracts.addresses import Address
from contracts.identifiers import CvrNumber, PNumber, SorId
from support.feeding import OWNER, TREE, ListedTopic
from workers.feed.feed import Feed
from workers.feed.report import FeedReport
from workers.feed.soundness import RefusedError

NEXT = date(2024, 2, 1)
HOME = Address(street="Ågade", number="1", postcode="8000", city="Aarhus C")
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


DATED = tuple(
    replace(unit, to_date=date(2024, 12, 31), entity_type="554061000005105", telephone="33112233", postal_address=HOME)
    if nth % 2
    else unit
    for nth, unit in enumerate(MANY)
)


@pytest.mark.parametrize(
    ("field", "without"),
    [
        ("toDate", {"to_date": None}),
        ("entityType", {"entity_type": None}),
        ("telephone", {"telephone": None}),
        ("postalAddress.street", {"postal_address": replace(HOME, street=None)}),
    ],
)
def test_a_column_that_is_gone_is_not_taken_for_sor_s_own_erasing_r4_r9(field, without):
    topic = ListedTopic()
    topic.feed(DATED)
    poorer = [replace(unit, **without) if unit.telephone else unit for unit in DATED]
    with pytest.raises(RefusedError, match=rf"{field} \(500 units\).*--force"):
        topic.feed(poorer, NEXT)
    assert len(topic.records) == 1000
    assert topic.feed(poorer, NEXT, force=True).changed == 500


def test_some_units_may_lose_a_field_every_night_r17():
    topic = ListedTopic()
    topic.feed(DATED)
    some = [replace(unit, telephone=None) if nth < 50 else unit for nth, unit in enumerate(DATED)]
    assert topic.feed(some, NEXT).changed == 25


def test_what_fees_turn_on_is_not_lost_by_all_of_a_small_register_r4():
    topic = ListedTopic()
    owners = [
        replace(TREE[0], sor_id=SorId.of_item(item), owner_sor_id=SorId.of_item(item), cvr=CvrNumber("25052943"))
        for item in range(9000, 9005)
    ]
    topic.feed(owners)
    with pytest.raises(RefusedError, match=r"cvr \(5 units\)"):
        topic.feed([replace(owner, cvr=None) for owner in owners], NEXT)


@pytest.mark.parametrize(("field", "without"), [("pNumber", {"p_number": None}), ("toDate", {"to_date": None})])
def test_nor_are_all_of_a_few_p_numbers_or_closures_taken_back_in_one_night_r5_r24(field, without):
    """Fewer than may go from a small register, and in a large one no more closures may be pending."""
    topic = ListedTopic()
    few = [replace(unit, p_number=PNumber("1023456789"), to_date=date(2024, 12, 31)) for unit in MANY[3:8]]
    topic.feed([*MANY[:3], *few, *MANY[8:]])
    with pytest.raises(RefusedError, match=rf"{field} \(5 units\)"):
        topic.feed([*MANY[:3], *(replace(unit, **without) for unit in few), *MANY[8:]], NEXT)
    assert topic.feed([*MANY[:3], *few[:1], *(replace(unit, **without) for unit in few[1:]), *MANY[8:]], NEXT).sent == 4


def test_a_tree_that_is_another_one_all_at_once_is_refused_r18_r22():
    clinics = [SnapshotEntity(SorId.of_item(item), "OE", OWNER, TREE[1].sor_id, "Afdeling") for item in range(40)[1:]]
    topic = ListedTopic()
    topic.feed([*TREE, *clinics])
    flat = [replace(each, parent_sor_id=TREE[2].sor_id) for each in clinics]
    with pytest.raises(RefusedError, match=r"21 of 42 units hang under another parent.*--force"):
        topic.feed([*TREE, *flat[:21], *clinics[21:]], NEXT)
    assert topic.feed([*TREE, *flat[:20], *clinics[20:]], NEXT).changed == 20


def sample_with(tmp_path, column: bytes, name: bytes):
    """A register as SOR2 CSV, as it should be and with a column of another name."""
    whole, renamed = tmp_path / "whole.csv", tmp_path / "renamed.csv"
    with whole.open("wb") as target:
        write(FileFormat.CSV, list(sample_trees(200, 1, NEXT)), NEXT, target)
    header, rest = whole.read_bytes().split(b"\n", 1)
    renamed.write_bytes(header.replace(b";" + column, b";" + name) + b"\n" + rest)
    return whole, renamed


def feed_file(path, **terms):
    with open_snapshot(path) as snapshot:
        feed = Feed(snapshot, FeedReport(snapshot.format, NEXT), **terms)
        return [record for records in feed.changes(lambda _, given: given.units()) for record in records]


@pytest.mark.parametrize("field", [("VirtualAddressTelephoneNumber", "telephone"), ("ProductionUnitId", "pNumber")])
def test_a_snapshot_before_tells_of_lost_fields_too_r4(tmp_path, field):
    """A renamed column, in a real file of the format."""
    whole, renamed = sample_with(tmp_path, field[0].encode(), b"Odd")
    with pytest.raises(RefusedError, match=rf"{field[1]} \("):
        feed_file(renamed, previous=whole)


def test_without_the_column_of_the_parents_the_tree_is_not_made_flat_r18_r22(tmp_path):
    whole, renamed = sample_with(tmp_path, b"ParentSorId", b"ParentId")
    with pytest.raises(RefusedError, match="another parent"):
        feed_file(renamed, previous=whole)


def test_a_first_file_may_lack_a_column_for_nothing_could_look_erased(tmp_path):
    _, renamed = sample_with(tmp_path, b"FirstFromDate", b"Odd")
    assert len(feed_file(renamed)) == 200
