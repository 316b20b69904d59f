"""However the senders' messages are interleaved, the register ends the same (R13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from contracts.danish_time import start_of_day
from oracle import notices
from oracle.comparing import final_register
from oracle.history import Said, days_named
from oracle.machine import AHEAD, STARTS, WAITS, Histories, number
from oracle.telling import Telling
from oracle.test_histories import HISTORIES, SEED

Step = Callable[[Histories], None]

STEPS: st.SearchStrategy[Step] = st.one_of(
    st.builds(lambda which, what: lambda told: told.edit(which, what), number, number),
    st.builds(lambda which: lambda told: told.mark(which), number),
    st.builds(lambda which, days: lambda told: told.close_by_sor_office(which, days), number, st.integers(-60, 30)),
    st.builds(lambda which, days: lambda told: told.close_by_self_service(which, days), number, st.integers(5, 40)),
    st.builds(lambda which: lambda told: told.undo(which), number),
    st.builds(lambda *drawn: lambda told: told.new_cvr(*drawn), number, number, AHEAD),
    st.builds(lambda *drawn: lambda told: told.new_p_number(*drawn), number, number, AHEAD),
    st.builds(
        lambda *drawn: lambda told: told.self_register(*drawn, None), number, number, st.sampled_from([0, 2, 20])
    ),
    st.builds(lambda which: lambda told: told.repeat(which), number),
    st.builds(lambda by: lambda told: told.wait(by), st.sampled_from(WAITS)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Said]:
    """What SOR and the places said, and one departure after all of it.

    Not on a day that they name: whether a place registered in the morning and left, or left in the morning and
    registered anew, only the order of the messages can tell.
    """
    told = Histories()
    told.begin(draw(st.sampled_from(STARTS)), draw(st.integers(0, 5)), born=99)
    for step in draw(st.lists(STEPS, max_size=25)):
        step(told)
    said = told.telling.history
    if draw(st.booleans()):
        after = days_named(said)[-1] + timedelta(days=1)
        facts = {"effectiveOn": after.isoformat(), "initiator": "stps", "treatedInYear": True}
        told.telling.notice(notices.DEREGISTRATION, **told.about(draw(number)), **facts)
    return said


@st.composite
def reordered(draw: st.DrawFn) -> tuple[list[Said], list[Said]]:
    """A history, and the same with the senders interleaved otherwise, each still in its own order."""
    said = draw(histories())
    senders = [(each.sender, each.message["ownerSorId"] if each.sender == "sor" else "") for each in said]
    streams = {
        sender: iter([each for each, by in zip(said, senders, strict=True) if by == sender]) for sender in senders
    }
    return said, [next(streams[sender]) for sender in draw(st.permutations(senders))]


def register_after(said: list[Said], start: datetime) -> dict[str, Any]:
    """The register when the messages come one after the other from `start` on, keeping the dates they carry."""
    telling = Telling(start)
    for each in said:
        telling.send(each.sender, each.kind, each.message, each.event)
    telling.world.until(telling.now + timedelta(days=400))
    return final_register(telling.world.outputs)


@seed(SEED)
@settings(max_examples=max(20, HISTORIES // 3), deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(reordered())
def test_the_order_between_senders_does_not_matter(both: tuple[list[Said], list[Said]]) -> None:
    said, otherwise = both
    start = start_of_day(days_named(said)[-1] + timedelta(days=2))
    assert register_after(said, start) == register_after(otherwise, start)
