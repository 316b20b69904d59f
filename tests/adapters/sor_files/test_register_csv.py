"""The register CSV: trees by parent id, damage reported (R1, R2, R3, R30)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from adapters.sor_files import Damaged, SnapshotEntity, SnapshotError, read_snapshot
from contracts.code_lists import entity_type_label
from contracts.identifiers import SorId
from contracts.sor_entities import EntityChanged

REAL = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "sor" / "medcom_eer_sor_orgs.csv"
HEADER = "sor_id,sor_type,unit_type,name,cvr,parent_sor_id,gln\n"
GLN = "5790002401473"
IE, SI, OE, OE2 = (str(SorId.of_item(item)) for item in (900001, 900002, 900003, 900004))


def _read(tmp_path: Path, *rows: str, header: str = HEADER) -> list[SnapshotEntity | Damaged]:
    path = tmp_path / "units.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8-sig")
    return list(read_snapshot(path))


def _units(items):
    return [item for item in items if isinstance(item, SnapshotEntity)]


def _damage(items):
    return [(item.sor_id, item.reason, item.unit_kept) for item in items if isinstance(item, Damaged)]


def test_parents_come_before_children_whatever_the_order_of_rows(tmp_path):
    items = _read(
        tmp_path,
        f"{OE},OE,Plejehjem,Solgården,35095748,{SI},",
        f"{SI},SI,sundhedsforvaltning,Sundhed,35095748,{IE},{GLN}",
        f"{IE},IE,kommune,Storkøbing Kommune,35095748,,{GLN}",
    )
    owner, institution, home = items
    assert [str(unit.sor_id) for unit in items] == [IE, SI, OE]
    assert (owner.owner_type, owner.cvr, owner.parent_sor_id) == ("municipality", "35095748", None)
    assert (institution.owner_type, institution.cvr) == (None, None), "CVR stands on the owner alone (R3)"
    assert home.entity_type == "42665001"
    assert {str(unit.owner_sor_id) for unit in items} == {IE}
    assert (owner.location_number.inherited, institution.location_number.inherited) == (False, True)
    assert home.location_number is None


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ([f"{SI},SI,,s,,{IE},"], {SI}),
        ([f"{SI},SI,,s,,{IE},", f"{OE},OE,,o,,{SI},"], {OE}),
        ([f"{SI},SI,,s,,{IE},", f"{OE},OE,,o,,{SI},", f"{OE2},OE,,o,,{OE},"], {OE2}),
        ([f"{SI},SI,,s,,{IE},", f"{OE},SI,,under an SI,,{SI},"], {SI, OE}),
    ],
)
def test_without_a_mark_leaf_oes_and_sis_without_oes_count_as_places(tmp_path, rows, places):
    items = _read(tmp_path, f"{IE},IE,privat,i,,,", *rows)
    assert {str(unit.sor_id) for unit in items if unit.is_treatment_place} == places


def test_damaged_rows_are_reported_and_their_children_with_them(tmp_path):
    wrong = IE[:-1] + str((int(IE[-1]) + 1) % 10)
    items = _read(
        tmp_path,
        f"{wrong},IE,privat,check digit,,,",
        f"{SI},SI,,its child,,{wrong},",
        f"{OE},OE,,its grandchild,,{SI},",
        f"{OE2},OE,,parent not in the file,,{SorId.of_item(5)},",
        "12345678901,IE,privat,no SOR-id,,,",
    )
    assert _units(items) == []
    assert sorted(_damage(items)) == sorted(
        [
            (wrong, "invalid-identifier", False),
            ("12345678901", "invalid-identifier", False),
            (SI, "parent-damaged", False),
            (OE, "parent-damaged", False),
            (OE2, "missing-parent", False),
        ]
    )


def test_cycles_orphans_and_duplicates_are_reported(tmp_path):
    items = _read(
        tmp_path,
        f"{IE},IE,privat,stays,,,",
        f"{IE},IE,privat,twice,,,",
        f"{SI},SI,,orphan,,,",
        f"{OE},OE,,in a ring,,{OE2},",
        f"{OE2},OE,,in a ring,,{OE},",
        f"{SorId.of_item(7)},OE,,under the ring,,{OE},",
    )
    assert [unit.name for unit in _units(items)] == ["stays"]
    assert sorted(_damage(items)) == sorted(
        [
            (IE, "duplicate", False),
            (SI, "missing-parent", False),
            (OE, "cycle", False),
            (OE2, "cycle", False),
            (str(SorId.of_item(7)), "cycle", False),
        ]
    )


def test_a_faulty_detail_is_reported_and_the_unit_kept_without_it(tmp_path):
    items = _read(tmp_path, f"{IE},IE,privat,i,35095748,,5790002401474", f"{SI},SI,raketbase,s,11111111,{IE},")
    assert _damage(items) == [
        (IE, "invalid-location-number", True),
        (SI, "unknown-label", True),
        (SI, "cvr-differs-from-owner", True),
    ]
    assert [(unit.entity_type, unit.location_number) for unit in _units(items)] == [
        ("550891000005100", None),
        (None, None),
    ]


def test_an_owner_without_a_type_is_taken_for_private_and_one_of_no_owners_type_is_reported(tmp_path):
    owner, other = _read(tmp_path, f"{IE},IE,,i,,,"), _read(tmp_path, f"{IE},IE,plejehjem,i,,,")
    assert [unit.owner_type for unit in owner] == ["private"]
    assert _damage(other) == [(IE, "unknown-owner-type", True)]
    assert _units(other)[0].owner_type is None


def test_a_cvr_number_that_fails_its_check_is_kept_r2(tmp_path):
    (owner,) = _read(tmp_path, f"{IE},IE,privat,i,12345678,,")
    assert owner.cvr == "12345678"
    assert not owner.cvr.is_valid


@pytest.mark.parametrize(
    "row",
    [
        f"{IE},XX,privat,i,,,",
        f"{IE},IE,privat,,,,",
        f"{IE},IE,privat,i,,",
        f"{IE},IE,privat,i,,,,too many",
        f"{IE},IE,privat,i,,{SI},",
    ],
)
def test_unreadable_rows_are_reported_with_their_line(tmp_path, row):
    item, _ = _read(tmp_path, row, f"{SI},IE,privat,a good one,,,")
    assert (item.sor_id, item.reason) == (IE, "unreadable")
    assert item.where.startswith("line 2, ")


def test_a_very_deep_chain_needs_no_recursion(tmp_path):
    ids = [IE, SI, *(str(SorId.of_item(item)) for item in range(1_000_000, 1_003_000))]
    rows = [f"{IE},IE,privat,i,,,", f"{SI},SI,,s,,{IE},"]
    rows += [f"{child},OE,,o,,{parent}," for parent, child in pairwise(ids[1:])]
    assert [str(unit.sor_id) for unit in _read(tmp_path, *reversed(rows))] == ids


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00\x01", b"{}", b"sor_id;sor_type\n"])
def test_an_unknown_format_is_refused_saying_which_are_read(tmp_path, content):
    path = tmp_path / "units.csv"
    path.write_bytes(content)
    with pytest.raises(SnapshotError, match=r"SOR XML 2\.0 .* register CSV"):
        read_snapshot(path)


@pytest.mark.parametrize(
    ("last_row", "problem"),
    [
        (f"{SI},IE,privat,i,,,", "line 3 has no end: the file breaks off there"),
        (f"{SI},IE,privat,i\n", "line 3, the last, has too few cells: the file breaks off there"),
        (f'{SI},IE,privat,"never closed,,,\n', "line 4 or the one before is not CSV"),
    ],
)
def test_a_file_that_breaks_off_raises_and_is_no_snapshot_r30(tmp_path, last_row, problem):
    path = tmp_path / "units.csv"
    path.write_text(HEADER + f"{IE},IE,privat,i,,,\n{last_row}", encoding="utf-8")
    with pytest.raises(SnapshotError, match=problem):
        list(read_snapshot(path))


@pytest.mark.shared
@pytest.mark.skipif(not REAL.is_file(), reason=f"{REAL.name} is not in ../shared/data/sor on this machine")
def test_all_real_units_arrive_with_every_label_mapped():
    with REAL.open(encoding="utf-8", newline="") as file:
        rows = {row["sor_id"]: row for row in csv.DictReader(file)}
    items = list(read_snapshot(REAL))
    assert [item for item in items if isinstance(item, Damaged)] == []
    assert len(items) == len(rows) == 3806
    assert Counter(unit.sor_type for unit in items) == {"IE": 526, "SI": 560, "OE": 2720}
    seen: set[str] = set()
    for unit in items:
        row = rows[unit.sor_id]
        assert (unit.parent_sor_id or "") == row["parent_sor_id"]
        assert unit.parent_sor_id is None or unit.parent_sor_id in seen, "parents first"
        seen.add(unit.sor_id)
        assert (unit.name, unit.sor_type) == (row["name"], row["sor_type"])
        assert (entity_type_label(unit.entity_type) if unit.entity_type else "") == row["unit_type"]
        assert (unit.location_number.gln if unit.location_number else "") == row["gln"]
        assert rows[unit.owner_sor_id]["sor_type"] == "IE"
        assert EntityChanged.from_json(json.dumps(unit.as_change(1, datetime(2026, 1, 1, tzinfo=UTC))))
        assert (unit.cvr or "") == (row["cvr"] if unit.sor_type == "IE" else "")
    assert sum(unit.is_treatment_place for unit in items) == 2269
