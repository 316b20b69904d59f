"""Bad numbers found by halving: few calls for few, an early end for many, and everybody settled once."""

import asyncio
from collections import Counter
from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cvr.registry.isolation import Isolation
from adapters.cvr.registry.patience import GaveUp
from adapters.cvr.service import Answer, RejectedError
from support.cvr_service import cvr_numbers, reading

NUMBERS = cvr_numbers(200)


class Run:
    """One batch taken through; `answer` gives or raises what CVR makes of a group."""

    def __init__(self, batch, answer):
        self.calls, self.told, self.settled = 0, {}, Counter()

        async def ask(group):
            self.calls += 1
            return answer(group)

        self.vain = asyncio.run(Isolation(ask, self.take).run(batch))

    def take(self, settled):
        for kind in ("readings", "absent", "untold", "rejected"):
            for number in getattr(settled, kind):
                self.told[number] = kind
                self.settled[number] += 1

    def of(self, kind):
        return {number for number, told in self.told.items() if told == kind}


def rejecting(bad, absent=()):
    def answer(group):
        if bad.intersection(group):
            raise RejectedError("HTTP 400")
        return Answer({number: reading(number) for number in group if number not in absent})

    return answer


def test_a_good_batch_is_one_call():
    run = Run(NUMBERS, rejecting(set(), absent={NUMBERS[7]}))
    assert (run.calls, run.vain, run.of("absent")) == (1, None, {NUMBERS[7]})
    assert len(run.of("readings")) == 199


@pytest.mark.parametrize("position", [0, 1, 99, 100, 150, 199])
def test_one_bad_number_costs_two_calls_a_halving_and_nobody_else_an_answer(position):
    run = Run(NUMBERS, rejecting({NUMBERS[position]}))
    assert run.of("rejected") == {NUMBERS[position]}
    assert len(run.of("readings")) == 199
    assert run.calls <= 1 + 2 * ceil(log2(200))


def test_when_everything_is_rejected_halving_ends_at_the_quarters():
    run = Run(NUMBERS, rejecting(set(NUMBERS)))
    assert run.calls == run.vain.calls == 7
    assert run.vain.reason == "HTTP 400"
    assert run.of("untold") == set(NUMBERS)


def test_of_many_bad_numbers_some_are_found_and_the_rest_left_for_the_next_time():
    bad = set(NUMBERS[100::4])
    run = Run(NUMBERS, rejecting(bad))
    assert run.calls == 1 + 8 * (200).bit_length()
    assert run.settled == Counter(NUMBERS)
    assert set(NUMBERS[:100]) <= run.of("readings")


def test_a_single_number_that_is_rejected_is_known_at_once():
    run = Run(NUMBERS[:1], rejecting(set(NUMBERS)))
    assert (run.calls, run.of("rejected")) == (1, set(NUMBERS[:1]))


def test_when_cvr_goes_away_meanwhile_nobody_asks_on():
    def answer(group):
        if len(group) == 200:
            raise RejectedError("HTTP 400")
        return GaveUp("CVR is down", {group[0]: reading(group[0])})

    run = Run(NUMBERS, answer)
    assert (run.calls, len(run.of("readings")), len(run.of("untold"))) == (2, 1, 199)


def test_an_unreadable_document_does_not_keep_absent_numbers_in_the_dark():
    bad, absent = NUMBERS[3], {NUMBERS[50], NUMBERS[120]}

    def answer(group):
        known = {number: reading(number) for number in group if number not in {bad, *absent}}
        return Answer(known, "CVR sent 1 unreadable document(s)" if bad in group else None)

    run = Run(NUMBERS, answer)
    assert (run.of("rejected"), run.of("absent"), len(run.of("readings"))) == ({bad}, absent, 197)
    assert run.calls <= 6


@given(st.integers(1, 200), st.sets(st.integers(0, 199), max_size=12))
def test_however_many_are_bad_the_calls_are_bounded_and_everybody_is_settled_once(count, positions):
    batch = NUMBERS[:count]
    bad = {NUMBERS[position] for position in positions if position < count}
    run = Run(batch, rejecting(bad))
    assert run.settled == Counter(batch)
    assert run.calls <= 1 + 8 * count.bit_length()
    assert run.of("rejected") <= bad
    assert run.of("readings") <= set(batch) - bad
    if len(bad) <= 3:
        assert run.of("rejected") == bad
        assert run.calls <= 1 + 2 * max(1, len(bad)) * ceil(log2(max(2, count)))
