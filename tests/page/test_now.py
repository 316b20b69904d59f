"""The sentence of state: red when something is late or lost, and what to do beside each (R26)."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

from adapters.cvr.registry.canary import UNTRUSTED
from page.fed import following, lag_of
from support.trees import private_clinic
from workers.app.standing import CvrStanding, StuckThing, WorkerStanding
from workers.app.watch import Reason
from workers.explain.words.catalogue import LANGUAGES
from workers.operations.movement import Look
from workers.operations.reconciliation import Difference
from workers.page.views.closures import closures_of
from workers.page.views.now import Kind, now_of, trouble
from workers.page.words.spoken import PageWords

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
WELL = WorkerStanding(version="1", host="a", is_ready=True, assigned=(0,), open_partitions=(0,))
CVR = CvrStanding(
    breaker="closed", canary="well", is_trusted=True, waiting=0, remembered=1, rejected=0, calls_per_second=5.0
)


@pytest.fixture
def closing(world):
    tree = private_clinic()
    world.registered(tree)
    world.at("2023-05-01 10:00").sor(tree.place, to_date="2023-05-31")
    return world


def kinds(follower):
    return [each.kind for each in now_of(follower).troubles]


def test_all_is_well(closing):
    now = now_of(following(closing))
    assert (now.severity, now.troubles, now.due) == ("well", (), 1)


def test_a_late_closure_turns_it_red(closing):
    follower = following(closing, closing.at("2023-06-01 00:02").now)
    now = now_of(follower)
    assert (now.severity, [each.kind for each in now.troubles]) == ("bad", ["closures-overdue"])
    assert now.overdue == 1


@pytest.mark.parametrize(
    ("lag", "stuck", "reason"),
    [
        ({}, (), "unknown"),
        ({"host": None}, (), "nobody-works"),
        ({"records": 3}, (), "inputs-unread"),
        ({}, ("open-transaction",), "open-transaction"),
        ({"records": 3}, ("not-turning",), "not-turning"),
        ({}, None, "opening"),
    ],
)
def test_why_a_closure_is_late_is_told(closing, lag, stuck, reason):
    follower = following(closing, closing.at("2023-06-01 00:02").now)
    follower.lag = lag_of(closing.now, **lag)
    things = tuple(StuckThing(reason=each, partition=0, seconds=95) for each in stuck or ())
    follower.worker = replace(WELL, stuck=things, open_partitions=() if stuck is None else (0,))
    (late,) = closures_of(follower, None).overdue
    assert late.reason == reason


def test_a_partition_without_a_worker_is_red(closing):
    follower = following(closing)
    follower.lag = lag_of(closing.now, host=None)
    assert (now_of(follower).severity, kinds(follower)) == ("bad", ["nobody-works"])


def test_records_that_retention_took_are_lost_and_counted(closing):
    follower = following(closing)
    follower.lag = lag_of(closing.now, lost=7)
    (trouble,) = now_of(follower).troubles
    assert (trouble.kind, trouble.n, trouble.severity) == ("records-lost", 7, "bad")


def test_a_partition_that_stands_still_while_records_wait_is_red(closing):
    follower = following(closing)
    follower.lag = lag_of(closing.now, records=3)
    (partition,) = follower.lag.partitions
    history = follower.histories[partition.topic, 0]
    history._looks.clear()
    for minutes in (6, 3, 0):
        history.add(Look(closing.now - timedelta(minutes=minutes), 100, 3, 103, 7))
    assert "stands-still" in kinds(follower)


def test_a_topic_made_anew_is_red(closing):
    follower = following(closing)
    (partition,) = follower.lag.partitions
    follower.lag = replace(follower.lag, partitions=(replace(partition, position=900),))
    assert kinds(follower) == ["made-anew"]


def test_a_difference_between_state_and_topics_is_red_once_it_stays(closing):
    follower = following(closing, leave_out="bsr.registrations.v1")
    follower.compare()
    assert follower.differences == []
    follower.compare()
    assert kinds(follower) == ["state-differs"]
    assert isinstance(follower.differences[0], Difference)


def test_brokers_that_are_silent_for_a_while_are_away(closing):
    follower = following(closing)
    follower.lag_failed_at = closing.now - timedelta(seconds=10)
    assert kinds(follower) == []
    follower.lag_failed_at = closing.now - timedelta(seconds=30)
    assert kinds(follower) == ["brokers-away"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [({"breaker": "open"}, "cvr-away"), ({"is_trusted": False, "canary": "missing"}, "cvr-not-believed")],
)
def test_a_cvr_that_is_away_wants_a_look_and_is_never_red_r20(closing, change, kind):
    follower = following(closing)
    follower.worker = replace(WELL, cvr=replace(CVR, **change))
    assert (now_of(follower).severity, kinds(follower)) == ("watch", [kind])


@pytest.mark.parametrize("kind", get_args(Kind))
def test_the_chapter_a_trouble_names_is_in_the_runbook(kind):
    headings = re.findall(r"^## (.+)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE)
    chapters = {heading.lower().replace(" ", "-") for heading in headings}
    assert trouble(kind).chapter in chapters | {None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_trouble_has_its_words_and_its_advice(language):
    words = PageWords(language)
    for kind in get_args(Kind):
        told_apart = {"worker-stuck": get_args(Reason), "cvr-not-believed": UNTRUSTED}.get(kind)
        for reason in told_apart or [""]:
            assert words.say(f"trouble.{kind}.{reason}".rstrip("."), n=2, about="1", partition=1, time="1 s")
            assert words.say(f"advice.{kind}-{reason}".rstrip("-"))
