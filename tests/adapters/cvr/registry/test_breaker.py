"""The breaker as a value: when it opens, what closes it, and that one probe is out at a time."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.registry.breaker import BreakerPolicy, Closed, Open, Probing

POLICY = BreakerPolicy(calls=4, share=0.5, window=60, first=30, longest=300)


def after(results, between=1.0):
    """A closed breaker that has seen these results, a second apart: + is a success, - a failure."""
    breaker = Closed()
    for number, result in enumerate(results):
        if result == "+":
            breaker = POLICY.succeeded(breaker, number * between, is_probe=False)
        else:
            breaker = POLICY.failed(breaker, number * between, "down", is_probe=False)
    return breaker


def test_it_opens_on_the_share_of_failures_and_not_before_it_has_seen_enough():
    assert isinstance(after("---"), Closed)
    assert after("++--") == Open(3 + 30, 30, "down")
    assert isinstance(after("+++-"), Closed)


def test_only_the_last_calls_within_the_window_count():
    assert isinstance(after("-+++-"), Closed)
    assert isinstance(after("----", between=61), Closed)


def test_a_lasting_failure_opens_at_once():
    assert POLICY.broke(Closed(), 5, "HTTP 401", is_probe=False) == Open(35, 30, "HTTP 401")


def test_while_open_nobody_calls_and_then_one_does():
    breaker = Open(100, 30, "down")
    assert POLICY.admission(breaker, 99.9) == "refuse"
    assert POLICY.admission(breaker, 100) == "probe"
    assert POLICY.admission(POLICY.probing(breaker), 100) == "wait"


def test_a_probe_that_fails_doubles_the_pause_up_to_the_longest():
    breaker, pauses = Open(0, 30, "down"), []
    for _ in range(6):
        breaker = POLICY.failed(POLICY.probing(breaker), 1000, "still down", is_probe=True)
        pauses.append(breaker.until - 1000)
    assert pauses == [60, 120, 240, 300, 300, 300]
    assert breaker.reason == "still down"


def test_a_probe_that_succeeds_closes_and_the_next_pause_is_short_again():
    assert POLICY.succeeded(Probing(240, "down"), 9, is_probe=True) == Closed()
    assert POLICY.broke(Closed(), 9, "gone", is_probe=False).period == 30


def test_calls_from_before_it_opened_do_not_speak_for_the_probe():
    for breaker in (Open(100, 30, "down"), Probing(30, "down")):
        assert POLICY.succeeded(breaker, 50, is_probe=False) == breaker
        assert POLICY.failed(breaker, 50, "late", is_probe=False) == breaker
        assert POLICY.broke(breaker, 50, "late", is_probe=False) == breaker


def test_a_cancelled_probe_counts_for_nothing_and_another_may_go_at_once():
    given_up = POLICY.given_up(Probing(120, "down"), 7)
    assert given_up == Open(7, 120, "down")
    assert POLICY.admission(given_up, 7) == "probe"
    assert POLICY.given_up(Closed(), 7) == Closed()


def test_a_long_wish_of_cvr_s_is_heeded_but_not_for_ever():
    assert POLICY.asked_to_wait(Closed(), 0, 120, "busy") == Open(120, 30, "busy")
    assert POLICY.asked_to_wait(Closed(), 0, 86_400, "busy").until == 300
    assert POLICY.asked_to_wait(Open(60, 60, "down"), 0, 20, "busy") == Open(60, 60, "down")
    assert POLICY.asked_to_wait(Open(60, 60, "down"), 0, 90, "busy") == Open(90, 60, "busy")
    assert POLICY.asked_to_wait(Probing(60, "down"), 0, 90, "busy") == Probing(60, "down")


EVENTS = st.lists(
    st.tuples(st.floats(0, 400), st.sampled_from(["success", "failure", "lasting", "wish", "late failure", "give up"])),
    max_size=60,
)


class Caller:
    """Obeys the breaker, and counts its probes."""

    def __init__(self):
        self.breaker, self.probes = Closed(), 0

    def ask(self, now):
        admission = POLICY.admission(self.breaker, now)
        assert (admission == "wait") == (self.probes == 1)
        if admission == "probe":
            self.breaker, self.probes = POLICY.probing(self.breaker), 1

    def hear(self, event, now):
        match event:
            case "wish":
                self.breaker = POLICY.asked_to_wait(self.breaker, now, 1000, event)
            case "late failure":
                self.breaker = POLICY.failed(self.breaker, now, event, is_probe=False)
            case "give up":
                self.breaker, self.probes = POLICY.given_up(self.breaker, now), 0
            case _ if isinstance(self.breaker, Closed) or self.probes:
                self.conclude(event, now)

    def conclude(self, event, now):
        is_probe, self.probes = bool(self.probes), 0
        if event == "success":
            self.breaker = POLICY.succeeded(self.breaker, now, is_probe=is_probe)
            assert isinstance(self.breaker, Closed)
        elif event == "failure":
            self.breaker = POLICY.failed(self.breaker, now, event, is_probe=is_probe)
        else:
            self.breaker = POLICY.broke(self.breaker, now, event, is_probe=is_probe)
            assert isinstance(self.breaker, Open)


@given(EVENTS)
def test_whatever_happens_one_probe_is_out_and_pauses_stay_within_bounds(events):
    caller, now = Caller(), 0.0
    for passed, event in events:
        now += passed
        caller.ask(now)
        caller.hear(event, now)
        match caller.breaker:
            case Open(until=until, period=period):
                assert until - now <= 300 + 1e-6
                assert 30 <= period <= 300
            case Closed(calls=calls):
                assert len(calls) <= 4
