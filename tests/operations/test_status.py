"""When the state is well, and when something is late or lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from contracts.topics import Topic
from workers.commands import main
from workers.operations.as_json import status_json
from workers.operations.dues import Dues
from workers.operations.lag import Lag, PartitionLag
from workers.operations.movement import Look, Movement
from workers.operations.status import Status, is_settled

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
TOPIC = Topic.ENTITY_CHANGES.value


def partition(position=5, start=0, end=5, records=0):
    return PartitionLag(TOPIC, 0, start, end, position, "group", records if position is not None else None)


def status(each=None, movement=Movement.OK, hosts=None, dues=None):
    each = each or partition()
    lag = Lag(NOW, (each,), {}, {0: "10.0.0.7"} if hosts is None else hosts, {0: 9})
    return Status(lag, {(TOPIC, 0): movement}, dues or Dues(NOW), 0)


def test_all_read_and_nothing_overdue_is_well():
    assert status().troubles == []
    assert status_json(status())["level"] == "well"


@pytest.mark.parametrize("movement", [Movement.OK, Movement.WARN, Movement.STALL, Movement.UNKNOWN])
def test_lag_that_is_being_worked_on_is_no_trouble(movement):
    assert status(partition(records=5000, end=5005), movement).troubles == []


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("lost", status(partition(position=2, start=4))),
        ("made-anew", status(partition(position=9))),
        ("overdue", status(dues=Dues(NOW, overdue=3, overdue_since=NOW - timedelta(hours=1)))),
        ("nobody-works", status(hosts={})),
        ("not-moving", status(partition(records=2, end=7), Movement.STOP)),
        ("not-moving", status(partition(position=None), Movement.NONE)),
        ("rewound", status(partition(records=2), Movement.REWIND)),
    ],
)
def test_each_fault_is_the_trouble_it_is(kind, found):
    assert [each.kind for each in found.troubles] == [kind]
    assert status_json(found)["level"] == "late"


@pytest.fixture
def say(monkeypatch):
    """What `sorbro status` says of a status, and its exit status."""

    def command(found):
        async def read(*_):
            return found

        monkeypatch.setattr("workers.commands.status.read_status", read)
        answer = CliRunner().invoke(main, ["status", "--broker", "127.0.0.1:1"])
        return answer.exit_code, " ".join(answer.output.split())

    return command


@pytest.mark.parametrize(
    ("found", "sentence", "advice"),
    [
        (status(hosts={}), "Late or lost: nobody works on 1 partitions.", "start a worker: `sorbro run` (0)"),
        (
            status(partition(position=2, start=4)),
            "were deleted before they were processed",
            f"{TOPIC}[0]:2-4 ({TOPIC}[0])",
        ),
        (status(partition(position=9)), "the topics were made anew", f"SORBRO_PASS_OVER={TOPIC}[0]:9-0 "),
        (
            status(dues=Dues(NOW, overdue=3, overdue_since=NOW - timedelta(hours=3))),
            "Late or lost: 3 closures, departures or new numbers are overdue, for 3 h.",
            "`sorbro explain`",
        ),
    ],
)
def test_a_fault_is_said_in_a_sentence_with_what_to_do_and_status_1(say, found, sentence, advice):
    code, text = say(found)
    assert code == 1
    assert sentence in text
    assert advice in text


def test_well_is_said_with_what_lies_ahead_in_danish_time_and_status_0(say):
    dues = Dues(NOW, ahead=2, today=1, next_at=datetime(2026, 11, 22, 23, tzinfo=UTC))
    code, text = say(status(dues=dues))
    assert code == 0
    assert "Well: everything is read; 2 closures and the like ahead, the next on 2026-11-23 00:00" in text


def test_an_empty_topic_that_nobody_has_committed_on_is_no_trouble():
    assert status(partition(position=None, end=0), Movement.NONE).troubles == []


def test_overdue_closures_are_told_by_number_and_since_when():
    (trouble,) = status(dues=Dues(NOW, overdue=3, overdue_since=NOW - timedelta(hours=1))).troubles
    assert (trouble.count, trouble.since) == (3, NOW - timedelta(hours=1))


@pytest.mark.parametrize(
    ("looks", "settled"),
    [
        ([(5, 0, 9)], True),
        ([(5, 2, 9)], False),
        ([(5, 2, 9), (5, 3, 9)], False),
        ([(5, 2, 9), (5, 3, 10)], True),
        ([(None, 0, 0)], False),
    ],
)
def test_one_looks_on_only_where_records_wait_and_nothing_is_committed(looks, settled):
    seen = [Look(NOW, position, lag, 7, commits) for position, lag, commits in looks]
    assert is_settled(seen) is settled
