"""Bad numbers, partial answers and broken paths: nobody else pays for them, and they are no storm."""

import asyncio
from datetime import timedelta

import pytest

from adapters.cvr.port import Found, Unavailable
from adapters.cvr.service import Answer, LastingError, PassingError, RejectedError
from support.cvr_service import always, cvr_numbers, failing, p_numbers, reading

CVRS, UNITS = cvr_numbers(1000), p_numbers(50)
CVR, OTHER = CVRS[:2]


async def one(registry, number=CVR):
    return (await registry.find_many([number], [])).companies[number]


def test_a_bad_number_is_found_told_and_left_alone_for_a_while(service, play):
    bad = CVRS[123]

    def fault(numbers):
        if bad in numbers:
            raise RejectedError("CVR rejected the question (HTTP 400)")

    service.fault = fault

    async def story(registry):
        lookup = await registry.find_many(CVRS[:200], [])
        assert lookup.companies[bad] == Unavailable("CVR rejected the question (HTTP 400)")
        assert sum(isinstance(outcome, Found) for outcome in lookup.companies.values()) == 199
        assert service.calls <= 17
        before = service.calls
        for _ in range(100):
            assert isinstance((await registry.find_many(CVRS[:200], [])).companies[bad], Unavailable)
        assert service.calls == before
        assert registry.standing().rejected == 1
        await asyncio.sleep(301)
        await one(registry, bad)
        assert service.calls == before + 1
        service.fault = lambda _: None
        await asyncio.sleep(601)
        assert isinstance(await one(registry, bad), Found)
        assert registry.standing().rejected == 0

    play(story)


def test_a_number_asked_for_again_while_its_first_batch_is_still_out_keeps_its_second_flight(service, play):
    def fault(numbers):
        if CVRS[0] in numbers:
            raise RejectedError("HTTP 400")

    service.fault = fault

    async def story(registry):
        whole = asyncio.create_task(registry.find_many(CVRS[:200], []))
        await asyncio.sleep(0.2)  # the good half is answered, the bad one not found yet
        assert registry.standing().remembered
        again = await one(registry, CVRS[199])
        await whole
        return again

    at_once = {"fresh_for": timedelta(microseconds=1), "calls_at_once": 1}
    again = play(story, **at_once)
    assert isinstance(again, Found)
    assert not again.is_stale


def test_a_batch_full_of_bad_numbers_does_not_bury_the_good_among_them(service, play):
    """One in each quarter looks as if everything were rejected; smaller batches tell."""
    bad = {CVRS[10], CVRS[60], CVRS[110], CVRS[160]}

    def fault(numbers):
        if bad.intersection(numbers):
            raise RejectedError("HTTP 400")

    service.fault = fault

    async def story(registry):
        for _ in range(4):
            lookup = await registry.find_many(CVRS[:200], [])
            await asyncio.sleep(1)
        return {cvr for cvr, outcome in lookup.companies.items() if not isinstance(outcome, Found)}

    assert play(story) == bad


@pytest.mark.parametrize("failure", [RejectedError("HTTP 400"), LastingError("HTTP 404")])
def test_a_broken_path_is_no_storm(service, play, failure):
    service.fault = always(failure)

    async def story(registry):
        for _ in range(120):
            await registry.find_many(CVRS, [])
            await asyncio.sleep(5)

    play(story)
    # Until it opens: four batches of seven at most; then a probe after 30, 60, 120, 240 and 300 s.
    assert service.calls <= 4 * 7 + 6


def test_a_fault_of_ours_in_reading_is_isolated_like_a_bad_number(service, play):
    def fault(numbers):
        if CVR in numbers:
            raise KeyError("secret")

    service.fault = fault

    async def story(registry):
        lookup = await registry.find_many(CVRS[:50], [])
        assert lookup.companies[CVR] == Unavailable("the answer could not be read (KeyError): this is a fault of ours")
        assert sum(isinstance(outcome, Found) for outcome in lookup.companies.values()) == 49

    play(story)


def test_a_partial_answer_is_used_for_what_it_holds_and_only_the_rest_is_asked_again(service, play):
    half = {number: reading(number) for number in CVRS[:2]}
    service.fault = failing(PassingError("2 of 6 shards", partial=Answer(half)))
    play(lambda registry: registry.find_many(CVRS[:4], []))
    assert service.questions == [tuple(CVRS[:4]), tuple(CVRS[2:4])]


def test_a_partial_answer_that_has_all_that_was_asked_is_not_asked_again(service, play):
    whole = {number: reading(number) for number in CVRS[:2]}
    service.fault = failing(PassingError("2 of 6 shards", partial=Answer(whole)))

    async def story(registry):
        lookup = await registry.find_many(CVRS[:2], [])
        assert all(isinstance(outcome, Found) for outcome in lookup.companies.values())

    play(story)
    assert service.calls == 1


def test_a_bad_number_asked_for_alone_does_not_make_the_batches_small(service, play):
    service.fault = failing(RejectedError("HTTP 400"))

    async def story(registry):
        await one(registry)
        await registry.find_many(CVRS[1:201], [])

    play(story)
    assert [len(numbers) for numbers in service.questions] == [1, 200]


def test_a_partial_answer_is_never_not_found(service, play):
    service.unknown = {OTHER}
    service.fault = always(PassingError("2 of 6 shards", partial=Answer({CVR: reading(CVR)})))

    async def story(registry):
        lookup = await registry.find_many([CVR, OTHER], [])
        assert isinstance(lookup.companies[CVR], Found)
        assert lookup.companies[OTHER] == Unavailable("2 of 6 shards")

    play(story)


def test_a_service_that_mixes_kinds_up_is_not_believed(service, play):
    service.told[CVR] = reading(UNITS[0])

    async def story(registry):
        assert isinstance(await one(registry), Unavailable)

    play(story)
