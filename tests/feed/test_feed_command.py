"""`sorbro feed`: a snapshot becomes change events; what is damaged or gone is named (R9, R10, R30)."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.samples.files import FileFormat, write
from adapters.samples.register import sample_trees
from contracts.identifiers import SorId
from contracts.sor_entities import EntityChanged
from workers.commands import main

REAL_XML = Path(__file__).parents[2].parent / "shared" / "data" / "sor" / "sor2_Sor_small_2019-04-12.xml"
HEADER = "sor_id,sor_type,unit_type,name,cvr,parent_sor_id,gln,active_in_eer,sources"
OWNER, CLINIC, PLACE = (SorId.of_item(item) for item in (5001, 5002, 5003))
ROWS = {
    OWNER: f"{OWNER},IE,privat,Klinikken ApS,25052943,,,,x",
    CLINIC: f"{CLINIC},SI,fodterapeutklinik,Klinikken,25052943,{OWNER},,,x",
    PLACE: f"{PLACE},OE,fodterapeutklinik,Behandler,25052943,{CLINIC},,,x",
}


@pytest.fixture
def feed(tmp_path):
    """Run the command on rows and give back its messages and what it said."""

    def run(rows: list[str], *more: str, previous: list[str] | None = None, day: str = "2024-01-31"):
        snapshot, old, out = tmp_path / "new.csv", tmp_path / "old.csv", tmp_path / "out.jsonl"
        snapshot.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        options = ["--out", str(out), "--date", day, *more]
        if previous is not None:
            old.write_text("\n".join([HEADER, *previous]) + "\n", encoding="utf-8")
            options += ["--previous", str(old)]
        result = CliRunner().invoke(main, ["feed", str(snapshot), *options])
        assert result.exit_code == 0, result.output
        return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()], result.output

    return run


def test_every_entity_becomes_a_version_keyed_by_its_owner_parents_first_r10(feed):
    lines, _ = feed([ROWS[PLACE], ROWS[CLINIC], ROWS[OWNER]])
    assert [line["value"]["sorId"] for line in lines] == [OWNER, CLINIC, PLACE]
    assert {line["key"] for line in lines} == {OWNER}
    assert {line["value"]["version"] for line in lines} == {20240131}
    for line in lines:
        EntityChanged.from_json(json.dumps(line["value"]))


def test_only_what_differs_from_the_snapshot_before_is_sent_r17(feed):
    renamed = ROWS[CLINIC].replace("Klinikken", "Ny klinik", 1)
    lines, said = feed([ROWS[OWNER], renamed, ROWS[PLACE]], previous=list(ROWS.values()))
    assert [line["value"]["name"] for line in lines] == ["Ny klinik"]
    assert "unchanged" in said


def test_the_same_snapshot_again_sends_nothing_r10(feed):
    lines, _ = feed(list(ROWS.values()), previous=list(ROWS.values()))
    assert lines == []


def test_a_vanished_unit_is_an_alarm_and_never_a_message_r30(feed):
    lines, said = feed([ROWS[OWNER], ROWS[CLINIC]], previous=list(ROWS.values()))
    assert all(line["value"]["sorId"] != PLACE for line in lines)
    assert f"vanished without a closure: {PLACE}" in said


def test_every_vanished_unit_is_named_however_many_r30(feed):
    others = [SorId.of_item(item) for item in range(6000, 6030)]
    rows = [f"{other},SI,fodterapeutklinik,Klinikken,25052943,{OWNER},,,x" for other in others]
    lines, said = feed([ROWS[OWNER]], "--force", previous=[ROWS[OWNER], *rows])
    assert lines == []
    assert all(f"vanished without a closure: {other}" in said for other in others)


def test_a_damaged_unit_is_named_and_not_sent_r1(feed):
    wrong = PLACE[:-1] + str((int(PLACE[-1]) + 1) % 10)
    lines, said = feed([ROWS[OWNER], ROWS[CLINIC], ROWS[PLACE].replace(PLACE, wrong)])
    assert len(lines) == 2
    assert f"damaged: {wrong}" in said


def test_an_unknown_format_ends_with_an_error_that_names_the_known_ones(tmp_path):
    snapshot = tmp_path / "x.txt"
    snapshot.write_text("hello\n", encoding="utf-8")
    result = CliRunner().invoke(main, ["feed", str(snapshot), "--out", str(tmp_path / "o"), "--date", "2024-01-31"])
    assert result.exit_code == 1
    assert "SOR XML 2.0" in result.output


def test_a_refused_snapshot_leaves_no_file_ends_with_status_1_and_still_reports_r30(tmp_path):
    others = [f"{SorId.of_item(item)},SI,fodterapeutklinik,K,,{OWNER},,,x" for item in range(6000, 6030)]
    snapshot, old, out = tmp_path / "new.csv", tmp_path / "old.csv", tmp_path / "out.jsonl"
    snapshot.write_text("\n".join([HEADER, ROWS[OWNER]]) + "\n", encoding="utf-8")
    old.write_text("\n".join([HEADER, ROWS[OWNER], *others]) + "\n", encoding="utf-8")
    report = tmp_path / "report.json"
    given = [str(snapshot), "--previous", str(old), "--out", str(out), "--report", str(report)]
    result = CliRunner().invoke(main, ["feed", *given])
    assert result.exit_code == 1
    assert "--force" in result.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.csv", "old.csv", "report.json"]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert "30 of 31" in told["refused"]
    assert len(told["vanished"]) == 30


def test_the_report_as_json_says_what_the_table_says_and_no_name_r49(feed, tmp_path):
    report = tmp_path / "report.json"
    wrong = PLACE[:-1] + str((int(PLACE[-1]) + 1) % 10)
    feed([ROWS[OWNER], ROWS[CLINIC], ROWS[PLACE].replace(PLACE, wrong)], "--report", str(report))
    text = report.read_text(encoding="utf-8")
    told = json.loads(text)
    assert {name: told[name] for name in ("format", "takenOn", "read", "new", "sent", "vanished", "refused")} == {
        "format": "register-csv",
        "takenOn": "2024-01-31",
        "read": 2,
        "new": 2,
        "sent": 2,
        "vanished": [],
        "refused": None,
    }
    assert [(each["sorId"], each["reason"]) for each in told["damaged"]] == [(wrong, "invalid-identifier")]
    assert "Klinikken" not in text


def test_standard_input_is_read_too(tmp_path):
    out = tmp_path / "out.jsonl"
    text = "\n".join([HEADER, *ROWS.values()]) + "\n"
    result = CliRunner().invoke(main, ["feed", "-", "--out", str(out), "--date", "2024-01-31"], input=text)
    assert result.exit_code == 0, result.output
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3


def test_a_unit_read_with_a_fault_before_is_not_taken_for_a_known_one_r1(feed):
    wrong = PLACE[:-1] + str((int(PLACE[-1]) + 1) % 10)
    rows = [ROWS[OWNER], ROWS[CLINIC], ROWS[PLACE].replace(PLACE, wrong)]
    lines, said = feed(rows, previous=rows)
    assert lines == []
    assert f"damaged: {wrong}" in said


@pytest.mark.shared
def test_the_real_xml_goes_through_and_its_fabricated_unit_is_reported(tmp_path):
    if not REAL_XML.exists():
        pytest.skip(f"the real SOR XML was not fed: {REAL_XML} is not there")
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(main, ["feed", str(REAL_XML), "--out", str(out), "--date", "2019-04-12"])
    assert result.exit_code == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
    assert "6984910000160091" in result.output


def test_the_snapshot_before_is_of_the_same_format_and_not_of_a_later_day_r30(tmp_path):
    trees = list(sample_trees(20, 1, date(2024, 1, 31)))
    paths = {}
    for form, day in ((FileFormat.XML2, 30), (FileFormat.XML2, 31), (FileFormat.CSV, 30)):
        path = paths[form, day] = tmp_path / f"{form}-{day}"
        with path.open("wb") as target:
            write(form, trees, date(2024, 1, day), target)

    def fed(new, before, *more):
        options = ["--previous", str(before), "--out", str(tmp_path / "out.jsonl"), *more]
        done = CliRunner().invoke(main, ["feed", str(new), *options])
        return done.exit_code, done.output

    newest, before, other = paths.values()
    assert fed(before, newest)[0] == 0
    code, said = fed(newest, before)
    assert (code, "the wrong way round" in said.replace("\n", " ")) == (1, True)
    code, said = fed(before, other)
    assert (code, "the snapshot before is sor2-csv" in said.replace("\n", " ")) == (1, True)
    assert fed(newest, before, "--force")[0] == 0


def test_a_second_snapshot_of_one_day_gives_versions_of_its_own_r10(tmp_path):
    units = list(sample_trees(20, 1, date(2024, 1, 31)))
    first, second, out = tmp_path / "first.xml", tmp_path / "second.xml", tmp_path / "out.jsonl"
    with first.open("wb") as target:
        write(FileFormat.XML2, units, date(2024, 1, 31), target)
    text = first.read_text(encoding="utf-8-sig")
    name = re.search(r"EntityName>([^<]+)<", text)[1]
    second.write_text(text.replace(name, "Et andet navn"), encoding="utf-8")
    assert CliRunner().invoke(main, ["feed", str(second), "--previous", str(first), "--out", str(out)]).exit_code == 0
    versions = {json.loads(line)["value"]["version"] for line in out.read_text(encoding="utf-8").splitlines()}
    assert versions == {20240132}


def test_a_second_csv_of_one_day_gives_versions_of_its_own_r10(feed):
    """A CSV does not tell its day: with the version and the id of the first file's, its change would be lost."""
    before, _ = feed(list(ROWS.values()))
    changed = [ROWS[OWNER], ROWS[CLINIC].replace("Klinikken", "Ny klinik", 1), ROWS[PLACE]]
    after, _ = feed(changed, previous=list(ROWS.values()))
    assert [line["value"]["version"] for line in (*before, *after)] == [20240131] * 3 + [20240132]
    assert len({line["headers"]["ce_id"] for line in (*before, *after)}) == 4


def test_a_fault_that_stood_in_the_snapshot_before_is_named_all_the_same_r1(feed, tmp_path):
    """Nobody need have been told: the one before may never have been fed."""
    rows = [
        ROWS[OWNER].replace("privat", "raketbase"),
        ROWS[CLINIC].replace(",,,x", ",1234567890123,,x"),
        ROWS[PLACE].replace("Behandler", ""),
    ]
    report = tmp_path / "report.json"
    lines, _ = feed(
        [*rows, f"{SorId.of_item(5004)},SI,,Ny,25052943,{OWNER},,,x"], "--report", str(report), previous=rows
    )
    assert [line["value"]["name"] for line in lines] == ["Ny"]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert [(each["sorId"], each["reason"], each["unitKept"]) for each in told["damaged"]] == [
        (OWNER, "unreadable", False),
        (CLINIC, "invalid-location-number", True),
        (PLACE, "unreadable", False),
    ]
    assert (told["read"], told["unchanged"], told["new"]) == (2, 1, 1)


def test_a_report_into_a_folder_that_is_not_there_is_refused_before_the_work(tmp_path):
    """It was lost when all had been sent."""
    done = CliRunner().invoke(main, ["feed", __file__, "--report", str(tmp_path / "none" / "report.json")])
    assert (done.exit_code, "there is no folder" in done.output) == (2, True)
