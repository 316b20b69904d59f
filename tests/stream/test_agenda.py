"""When each owner wants to be woken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.trees import private_clinic
from workers.stream.agenda import Agenda

START = datetime(2023, 5, 1, tzinfo=UTC)
ENTRIES = st.lists(
    st.tuples(st.integers(0, 50).map(lambda hours: START + timedelta(hours=hours)), st.sampled_from("abc"))
)


@given(planned=ENTRIES, added=ENTRIES)
def test_every_entry_comes_once_and_soonest_first_r26(planned, added):
    agenda = Agenda(planned)
    for instant, owner in added:
        agenda.add(instant, owner)
    assert len(agenda) == len({*planned, *added})
    assert [agenda.pop() for _ in range(len(agenda))] == sorted({*planned, *added})


def test_an_empty_agenda_has_no_next_and_nothing_to_pop():
    assert Agenda().next() is None
    with pytest.raises(IndexError):
        Agenda().pop()


def test_looking_at_the_next_does_not_take_it():
    agenda = Agenda([(START, "a")])
    assert agenda.next() == agenda.next() == START
    assert len(agenda) == 1


def test_an_entry_taken_off_may_be_planned_again():
    agenda = Agenda([(START, "a")])
    agenda.pop()
    agenda.add(START, "a")
    assert agenda.pop() == (START, "a")


def test_an_instant_overtaken_by_a_new_version_wakes_its_owner_for_nothing_r24(world):
    clinic = private_clinic()
    world.registered(clinic)
    world.sor(clinic.place, to_date="2023-05-20")
    world.sor(clinic.place, to_date="2023-06-30")
    assert world.until("2023-05-31") == []
    assert world.outcomes["settled"] == 1
