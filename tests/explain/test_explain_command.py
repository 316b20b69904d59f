"""`sorbro explain`: the same story as text and as JSON, in two languages, and errors that say what to do."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from adapters.record_lines import input_line
from support.trees import private_clinic
from workers.commands import main

CLINIC = private_clinic()
PLACE = CLINIC.place.sor_id


@pytest.fixture
def explain(world, tmp_path):
    """Runs the command on a recording of a clinic that will close."""
    world.at("2023-05-01 10:00").registered(CLINIC)
    world.sor(CLINIC.place, to_date="2024-02-29")
    file = tmp_path / "night.jsonl"
    file.write_text("".join(input_line(record) + "\n" for record in world.records), encoding="utf-8")

    def run(*options, sor_id=PLACE, recording=file):
        source = ("--from", str(recording)) if recording is not None else ()
        return CliRunner().invoke(main, ["explain", sor_id, *source, *options])

    return run


def test_a_recording_gives_a_page_of_text_without_colours_in_a_pipe(explain):
    done = explain()
    assert done.exit_code == 0
    assert done.output.startswith(f"Brønderslev fodterapi · SOR-ID {PLACE}\n")
    assert "\x1b" not in done.output
    assert max(map(len, done.output.splitlines())) <= 120


def test_until_says_what_would_happen_r25(explain):
    assert "Deregistered" not in explain().output
    assert "Deregistered from 2024-03-01 because it closed (R25)" in explain("--until", "2024-03-01").output


def test_danish_is_one_option_away(explain):
    assert (
        "Afregistreret fra 01.03.2024, fordi det lukkede (R25)"
        in explain("--until", "2024-03-01", "--language", "da").output
    )


def test_json_tells_the_same(explain):
    story = json.loads(explain("--until", "2024-03-01", "--json").output)
    assert story["present"]["standing"]["isNow"] == "deregistered"
    text = explain("--until", "2024-03-01").output
    for event in story["events"]:
        assert event.get("eventId", event.get("id")) in text


def test_a_fee_table_of_your_own_is_used_r32(explain, tmp_path):
    table = tmp_path / "tariffs.csv"
    header = "id,year,category,full,half,exempt_if_turnover_le,half_if_turnover_le,note,source\n"
    table.write_text(header + "own-2023-5,2023,5,7.00,,,,,test\n", encoding="utf-8")
    assert "Fee for 2023: 7.00 kroner" in explain("--tariffs", str(table)).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"sor_id": PLACE[:-1] + "9"}, "check digit"),
        ({"sor_id": "PLACE"}, "no SOR-ID"),
        ({"sor_id": private_clinic(1500).place.sor_id}, "nothing on record speaks of"),
        ({"recording": None}, "no brokers: set SORBRO_KAFKA_BOOTSTRAP_SERVERS"),
    ],
)
def test_an_error_says_what_is_wrong(explain, monkeypatch, arguments, says):
    monkeypatch.delenv("SORBRO_KAFKA_BOOTSTRAP_SERVERS", raising=False)
    done = explain(**arguments)
    assert done.exit_code != 0
    assert says in done.output
    assert "Traceback" not in done.output


def test_a_broker_that_is_not_there_is_said_so(explain):
    done = explain("--broker", "127.0.0.1:1", recording=None)
    assert done.exit_code != 0
    assert "is the address right?" in done.output


def test_what_is_on_the_topics_is_not_asked_what_would_happen(explain):
    done = explain("--until", "2024-03-01", recording=None)
    assert done.exit_code != 0
    assert "need --from" in done.output


def test_a_broken_line_is_named(explain, tmp_path):
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{\n", encoding="utf-8")
    assert "line 1 is not a record" in explain(recording=broken).output
