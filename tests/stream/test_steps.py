"""Long cascades go in steps, so that no transaction grows with the tree (R11); everything comes once and in order."""

from __future__ import annotations

from collections import Counter

import pytest

from support.scenario import Scenario
from support.trees import wide_owner
from workers.decide import STEP
from workers.stream.world import FULL, Turn

SIZE = 1_300
OWNER = wide_owner(SIZE)
PLACES = [place.sor_id for place in OWNER.places]


@pytest.fixture
def wide() -> Scenario:
    world = Scenario()
    world.sor(OWNER)
    return world


@pytest.fixture
def steps(monkeypatch):
    """How many messages each decision sent, in order."""
    sizes: list[int] = []
    take = Turn._take

    def counting(turn, owner, decision, now, traceparent):
        sizes.append(len(decision.effects))
        take(turn, owner, decision, now, traceparent)

    monkeypatch.setattr(Turn, "_take", counting)
    return sizes


def test_a_parent_edit_fans_out_in_steps_and_reaches_every_child_once_r11_r8(wide, steps):
    sent = wide.sor(OWNER.owner, telephone="1")
    assert [each.key for each in sent.forwards()] == PLACES
    assert steps == [STEP - 1, STEP, SIZE + 1 - 2 * STEP], "the owner is the first unit of the first step"
    assert wide.until("2023-12-31") == []


def test_all_steps_belong_to_the_same_instant_and_the_same_cause_r11(wide):
    sent = wide.sor(OWNER.owner, telephone="1")
    caused_by = dict(wide.records[-1].headers)["ce_id"].decode()
    sent += wide.until("2023-02-01")
    assert len(sent) == SIZE
    assert {each.time for each in sent} == {wide.records[-1].timestamp}
    assert {each.headers["ce_causationid"] for each in sent} == {caused_by}


@pytest.mark.parametrize("later", ["2023-01-02 09:00", "2023-01-02 09:01"])
def test_the_rest_of_a_cascade_comes_before_the_next_record_r11(wide, later):
    first = wide.sor(OWNER.owner, telephone="1")
    sent = wide.at(later).sor(OWNER.places[-1], name="Nyt navn")
    assert [each.key for each in first.forwards()] == PLACES
    assert [each.key for each in sent] == [PLACES[-1]]
    assert (sent.last["name"], sent.last["telephone"]) == ("Nyt navn", "1")


def test_closing_goes_in_steps_and_closes_every_place_once_r11_r22(wide, steps):
    wide.sor(OWNER.owner, to_date="2023-05-20")
    wide.until("2023-01-03")
    steps.clear()
    sent = wide.until("2023-05-21")
    assert Counter(each.key for each in sent.withdrawals()) == Counter(PLACES)
    assert Counter(each.key for each in sent.not_due()) == Counter(PLACES)
    assert max(steps) <= 2 * STEP
    assert {each.time.isoformat() for each in sent} == {"2023-05-20T22:00:00+00:00"}
    assert wide.until("2024-12-31") == []


def test_a_backdated_closing_of_a_long_cascade_comes_oldest_first_r11_r26(wide):
    for number, place in enumerate(OWNER.places[::-1]):
        wide.sor(place, to_date=f"2023-1{1 + number % 2}-{1 + number % 28:02}")
    sent = wide.sor(OWNER.owner, to_date="2023-12-31", channel="sor-office") + wide.until("2023-01-03")
    assert not sent.withdrawals()
    closed = wide.restart().until("2024-02-01").withdrawals()
    assert Counter(each.key for each in closed) == Counter(PLACES)
    assert [each.time for each in closed] == sorted(each.time for each in closed)


def test_a_restart_in_the_middle_of_a_cascade_finishes_it_r11_r39(wide):
    twin = Scenario()
    twin.sor(OWNER)
    twin.sor(OWNER.owner, telephone="1")
    edit = twin.records[-1]
    first = [sent.key.decode() for sent in wide._replay._receive(edit, edit.timestamp)]  # its first step alone
    rest = wide.restart().until(wide.now)
    assert first == PLACES[: STEP - 1]
    assert first + [each.key for each in rest] == PLACES
    assert wide.restart().until("2023-12-31") == []


def test_a_closure_that_is_due_waits_for_the_rest_of_its_cascade_r11_r26(wide):
    wide.self_registers(OWNER.places[0])
    sent = wide.sor(OWNER.owner, to_date="2022-12-31", channel="sor-office") + wide.until("2023-01-03")
    assert Counter(each.key for each in sent.withdrawals()) == Counter(PLACES[1:])
    assert sent.deregistrations().one.key == PLACES[0]
    types = [each.type for each in sent]
    last_forward = len(types) - 1 - types[::-1].index("dk.bsr.registration.forwarded.v1")
    first_closing = types.index("dk.bsr.registration.withdrawn.v1")
    assert last_forward < first_closing


def test_a_full_turn_leaves_the_rest_for_the_next_one_r11(world):
    size = 1_600
    owner = wide_owner(size)
    world.sor(owner)
    world.sor(owner.owner, to_date="2023-05-20")
    world.until("2023-01-03")
    turn = Turn(world.world)
    until = world.at("2023-05-21").now
    assert turn.let_days_come(until) is False
    assert FULL <= len(turn.outputs) < FULL + 2 * STEP
    turn.adopt()
    rest = Turn(world.world)
    assert rest.let_days_come(until) is True
    assert len(turn.outputs) + len(rest.outputs) == 2 * size
