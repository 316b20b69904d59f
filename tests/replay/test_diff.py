"""`sorbro diff`: two replays side by side, by what became of each place."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from support.trees import municipality, private_clinic
from workers.commands import main

ONE, OTHER, PUBLIC = private_clinic(1000), private_clinic(1010), municipality(3000)
HEADER = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"


@pytest.fixture
def story(world):
    for clinic in (ONE, OTHER):
        world.registered(clinic)
    return world


def diff(replay, a="a.jsonl", b="b.jsonl"):
    done = CliRunner().invoke(main, ["diff", str(replay.folder / a), str(replay.folder / b), "--json"])
    return done.exit_code, json.loads(done.stdout)


def both(replay, a, b, *, until_a="2023-12-31", until_b="2023-12-31"):
    """Replay two stories and compare."""
    replay.run(replay.write(map(str, _lines(replay, a)), "records-a.jsonl"), "--until", until_a, out="a.jsonl")
    replay.run(replay.write(map(str, _lines(replay, b)), "records-b.jsonl"), "--until", until_b, out="b.jsonl")
    return diff(replay)


def _lines(replay, world):
    return replay.story(world.records).read_text(encoding="utf-8").splitlines()


def groups(said):
    return [(each["group"], each["sor_id"]) for each in said["changes"]]


def fields(change):
    return {value["path"]: (value["a"], value["b"]) for value in change["values"]}


def test_the_same_replay_twice_does_not_differ(replay, story):
    status, said = both(replay, story, story)
    assert (status, said["verdict"], said["changes"]) == (0, "same", [])
    assert said["fees"]["a"] == said["fees"]["b"]
    assert said["fees"]["a"]["count"] == 2


def test_another_fee_table_is_told_by_amounts_and_their_sum_r32(replay, story, tmp_path):
    table = tmp_path / "tariffs.csv"
    table.write_text(HEADER + "own-2023-5,2023,5,100.50,,,,,test\n", encoding="utf-8")
    records = replay.story(story.records)
    replay.run(records, out="a.jsonl")
    replay.run(records, "--tariffs", table, out="b.jsonl")
    status, said = diff(replay)
    assert status == 1
    assert groups(said) == [("amount", ONE.place.sor_id), ("amount", OTHER.place.sor_id)]
    amounts = fields(said["changes"][0])
    assert amounts["amount"][1] == "100.50"
    assert amounts["tariff"][1] == "own-2023-5"
    assert said["fees"]["b"] == {"count": 2, "kroner": "201.00"}


def test_a_fee_that_is_not_due_any_more_is_told_with_its_reason_r40(replay, story, new_world):
    other = new_world()
    other.registered(ONE, volunteers_only=True)
    other.registered(OTHER)
    _, said = both(replay, story, other)
    (change,) = said["changes"]
    assert (change["group"], change["b"]) == ("amount", "2023: volunteers-only")


def test_another_recipient_is_told_as_such_r37(replay, new_world):
    one, other = new_world(), new_world()
    one.registered(PUBLIC, ean="5790002401473")
    other.registered(PUBLIC, ean="5798000416604")
    _, said = both(replay, one, other)
    assert groups(said) == [("recipient", PUBLIC.place.sor_id)]
    assert fields(said["changes"][0])["recipient.ean"] == ("5790002401473", "5798000416604")


def test_another_last_day_is_told_as_such_r25(replay, story, new_world):
    other = new_world()
    for clinic in (ONE, OTHER):
        other.registered(clinic)
    story.sor(ONE.place, to_date="2023-03-31")
    other.sor(ONE.place, to_date="2023-04-30")
    _, said = both(replay, story, other)
    assert ("closure-day", ONE.place.sor_id) in groups(said)
    change = next(each for each in said["changes"] if each["group"] == "closure-day")
    assert fields(change)["lastDay"] == ("2023-03-31", "2023-04-30")


def test_two_days_of_one_story_tell_what_happens_in_between_r25(replay, story):
    """What would happen on 1 April?"""
    story.sor(ONE.place, to_date="2023-03-31")
    _, said = both(replay, story, story, until_a="2023-03-31", until_b="2023-04-01")
    assert [(each["group"], each["about"], each["a"], each["b"]) for each in said["changes"]] == [
        ("only-in-b", "ending", None, "2023-03-31")
    ]


def test_register_content_is_told_field_by_field_and_nobody_by_name_r15_r49(replay, story, new_world):
    other = new_world()
    for clinic in (ONE, OTHER):
        other.registered(clinic)
    other.sor(ONE.place, name="Ane Prøves klinik", email="ane@prøve.dk", specialities=[])
    _, said = both(replay, story, other)
    (change,) = said["changes"]
    assert change["group"] == "register"
    assert fields(change) == {"name": ("…", "…"), "email": ("…", "…"), "specialities": ("…", "…")}
    assert "Ane" not in json.dumps(said, ensure_ascii=False)


def test_how_often_a_place_was_forwarded_on_the_way_does_not_count_r17(replay, story, new_world):
    other = new_world()
    for clinic in (ONE, OTHER):
        other.registered(clinic)
    other.sor(ONE.place, telephone="1")
    other.sor(ONE.place, telephone=None)
    assert both(replay, story, other)[0] == 0


def test_the_report_is_for_reading(replay, story, new_world):
    other = new_world()
    other.registered(ONE, volunteers_only=True)
    both(replay, story, other)
    done = CliRunner().invoke(main, ["diff", str(replay.folder / "a.jsonl"), str(replay.folder / "b.jsonl")])
    assert done.exit_code == 1
    for word in ("Gebyr", "Only in A", ONE.place.sor_id, "volunteers-only", "A: 2 fees", "B: 0 fees, 0.00 kr."):
        assert word in done.stdout


def test_one_fee_is_one_fee(replay, story, new_world):
    other = new_world()
    other.registered(ONE)
    both(replay, story, other)
    done = CliRunner().invoke(main, ["diff", str(replay.folder / "a.jsonl"), str(replay.folder / "b.jsonl")])
    assert "A: 2 fees, " in done.stdout
    assert "B: 1 fee, " in done.stdout


def test_a_file_that_is_no_replay_is_named(replay, story):
    replay.run(replay.story(story.records), out="a.jsonl")
    replay.write(["{"], "b.jsonl")
    done = CliRunner().invoke(main, ["diff", str(replay.folder / "a.jsonl"), str(replay.folder / "b.jsonl")])
    assert done.exit_code == 2
    assert "line 1" in done.output


def test_what_cannot_be_read_is_compared_as_it_stands(replay, story):
    """A hand has been at a file: the same on both sides is no difference, another one is, and neither ends the command."""
    both(replay, story, story)
    lines = replay.read("a.jsonl").decode().splitlines()
    first = json.loads(lines[0])
    for name, value in (("a", "{"), ("b", "{"), ("c", "[1]"), ("d", {"lacking": "everything"})):
        text = "\n".join([json.dumps(first | {"value": value}), *lines[1:]]) + "\n"
        (replay.folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    assert diff(replay)[0] == 0
    assert diff(replay, b="c.jsonl")[0] == 1
    assert diff(replay, b="d.jsonl")[0] == 1
