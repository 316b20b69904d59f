"""State and topics tell the same, and where they do not it is named (R16, R39)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.topics import Topic
from page.fed import feed, lying, read_side
from support.messages import cvr_number
from support.scenario import Scenario
from support.stories import ARRIVALS, CLOSURES, EDITS, MARKS, SELF_REGISTRATIONS
from support.trees import private_clinic
from workers.operations.reconciliation import agree, standing_by_topics


@pytest.fixture
def told(world):
    """A place that has closed, one that got a new CVR number, one that moved, one STPS took out and that came back."""
    closed, renumbered, moved, back = (private_clinic(item) for item in (1000, 1100, 1200, 1300))
    for tree in (closed, renumbered, moved, back):
        world.registered(tree)
    world.at("2023-05-01 10:00").sor(closed.place, to_date="2023-05-20")
    world.sor(renumbered.owner, cvr=cvr_number(77), from_date="2023-05-02")
    world.moves(moved.place, closed.owner)
    world.notice("deregistration.decided", back.place, effectiveOn="2023-05-10", initiator="stps", treatedInYear=True)
    world.until("2023-06-01")
    world.self_registers(back.place, registered_on="2023-06-01")
    world.until("2023-06-10")
    return world


def test_after_every_kind_of_end_state_and_topics_agree(told):
    reconciliation = read_side(told).reconciliation
    assert reconciliation.differences() == []
    assert reconciliation.compared().registrations >= 6
    assert reconciliation.compared().fees >= 4


@given(st.lists(st.one_of(EDITS, CLOSURES, MARKS, SELF_REGISTRATIONS), max_size=12))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_happens_state_and_topics_agree(story):
    world = Scenario()
    for day, said in enumerate([*ARRIVALS, *story], start=2):
        world.at(f"2023-{1 + day // 28:02}-{1 + day % 28:02} 09:00")
        said.tell(world)
    world.until("2024-04-02")
    assert read_side(world).reconciliation.differences() == []


def test_a_lost_deregistration_is_named(told):
    differences = read_side(told, leave_out=Topic.DEREGISTRATIONS).reconciliation.differences()
    assert ("deregistered", "forwarded") in {(each.by_state, each.by_topics) for each in differences}


def test_a_lost_trigger_is_named(told):
    differences = read_side(told, leave_out=Topic.INVOICE_TRIGGERS).reconciliation.differences()
    assert {(each.fee_year, each.by_state, each.by_topics) for each in differences} == {
        (2023, "triggered", "triggered×0")
    }


def test_a_fee_triggered_twice_is_named_r39(told):
    side = read_side(told)
    again = [each for each in lying(told)[Topic.INVOICE_TRIGGERS] if b"triggered.v1" in dict(each.headers)["ce_type"]]
    feed(side, {Topic.INVOICE_TRIGGERS: again[:1]})
    (difference,) = side.reconciliation.differences()
    assert difference.by_topics == "triggered×2"


@pytest.mark.parametrize(
    ("by_state", "told", "ended_at", "is_well"),
    [
        ("registered", "forwarded", None, True),
        ("forwarded", "forwarded", None, True),
        ("withdrawn", "withdrawn", None, True),
        ("deregistered", None, 5, True),
        ("registered", "forwarded", 5, False),
        ("registered", "forwarded", 3, True),  # it registered anew after its end (R46)
        ("registered", None, None, False),
        (None, "forwarded", 5, True),
        (None, "forwarded", None, False),
        (None, "withdrawn", None, True),
    ],
)
def test_the_last_word_on_a_registration_counts(by_state, told, ended_at, is_well):
    assert agree(by_state, standing_by_topics(told, 4, ended_at)) is is_well
