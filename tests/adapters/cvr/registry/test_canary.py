"""Silent failures found and named, and nobody said to be missing on the word of a CVR that sees nobody."""

import asyncio
from dataclasses import replace

import pytest
from pydantic import ValidationError

from adapters.cvr.port import Found, NotFound, Unavailable
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Answer, LastingError, PassingError, RejectedError
from adapters.telemetry.catalogue import REGISTRY
from support.cvr_service import START, cvr_numbers, p_numbers, reading

CVRS = cvr_numbers(100)
CANARY, CVR, OTHER = CVRS[0], CVRS[1], CVRS[2]
UNIT, OTHER_UNIT = p_numbers(2)
SILENT = f"CVR answers but does not find {CANARY}, which it must know: check path and field names"


async def one(registry, number=CVR):
    return (await registry.find_many([number], [])).companies[number]


def empty(_numbers):
    return Answer()


def raising(failure):
    def fault(_numbers):
        raise failure

    return fault


def nameless(status="active"):
    fact = replace(reading(CANARY).fact, name=None if status == "active" else "A", status=status)
    return lambda numbers: Answer({number: type(reading(number))(fact) for number in numbers})


@pytest.mark.parametrize(
    ("fault", "finding", "reason"),
    [
        (lambda _: None, "well", ""),
        (empty, "missing", SILENT),
        (nameless(), "changed", f"CVR finds {CANARY} without a name: check whether its fields have changed"),
        (
            nameless("unknown"),
            "changed",
            f"CVR finds {CANARY} without a life span or status: check whether its fields have changed",
        ),
        (raising(LastingError("HTTP 401: check user")), "refused", "HTTP 401: check user"),
        (
            raising(LastingError("HTML, not JSON: check url and proxy")),
            "refused",
            "HTML, not JSON: check url and proxy",
        ),
        (raising(RejectedError("HTTP 400")), "rejected", "HTTP 400"),
        (raising(PassingError("no connection")), "unreachable", "no connection"),
        (lambda _: Answer({}, "2 of 6 shards"), "unreachable", "2 of 6 shards"),
    ],
    ids=["well", "missing", "no name", "no status", "credentials", "html", "rejected", "unreachable", "partial"],
)
def test_it_says_what_is_wrong(service, play, fault, finding, reason):
    service.fault = fault

    async def story(registry):
        running = asyncio.create_task(registry.run())
        await asyncio.sleep(1)
        running.cancel()
        verdict = registry.standing().canary
        assert (verdict.finding, verdict.reason) == (finding, reason)
        assert verdict.at is not None
        assert REGISTRY.get_sample_value("sorbro_cvr_canary", {"verdict": finding}) == 1
        assert REGISTRY.get_sample_value("sorbro_cvr_canary", {"verdict": "unasked"}) == 0
        well = REGISTRY.get_sample_value("sorbro_cvr_canary_last_well_timestamp_seconds")
        assert (well is not None and START.timestamp() <= well <= START.timestamp() + 1) or finding != "well"

    play(story, canary=CANARY)
    assert service.questions == [(CANARY,)]


def test_another_name_than_expected_is_noticed(service, play):
    service.told[CANARY] = reading(CANARY, "Region Nordjylland")

    async def story(registry):
        await one(registry)
        return registry.standing().canary.finding

    assert play(story, canary=CANARY, canary_name="NORDJYLLAND") == "well"
    assert play(story, canary=CANARY, canary_name="Hovedstaden") == "changed"


def test_it_rides_along_with_every_question_and_takes_a_place(service, play):
    play(lambda registry: registry.find_many(CVRS[1:], []), canary=CANARY, canary_unit=UNIT, batch_size=50)
    assert [len(numbers) for numbers in service.questions] == [50, 50, 5]
    assert all(numbers[-2:] == (CANARY, UNIT) for numbers in service.questions)


def test_a_number_is_missing_only_in_an_answer_that_has_the_known_one(service, play):
    service.unknown = {OTHER}

    async def story(registry):
        assert isinstance(await one(registry, OTHER), NotFound)
        service.fault = empty
        assert await one(registry) == Unavailable(SILENT)
        assert registry.standing().canary.finding == "missing"
        service.fault = lambda _: None
        service.unknown = {CVR}
        assert isinstance(await one(registry), NotFound)
        assert registry.standing().canary.finding == "well"

    play(story, canary=CANARY)


def test_hollow_readings_are_not_believed_while_the_known_one_is_hollow_too(service, play):
    """A field of CVR's has another name: whoever has a name, or a status, has it all the same."""
    service.fault = nameless()

    async def story(registry):
        outcome = await one(registry)
        assert outcome == Unavailable(f"CVR finds {CANARY} without a name: check whether its fields have changed")
        service.fault = lambda _: None
        service.told[CANARY] = nameless()([CANARY]).readings[CANARY]
        assert isinstance(await one(registry), Found)
        service.told.clear()
        service.told[OTHER] = nameless()([OTHER]).readings[OTHER]
        assert (await one(registry, OTHER)).fact.name is None, "one alone may have none"

    play(story, canary=CANARY)


def test_who_is_missing_from_the_rest_of_an_answer_is_so_only_beside_the_known_one(service, play):
    """The first part had it; the rest comes from a CVR that finds nobody."""
    first = Answer({number: reading(number) for number in (CANARY, OTHER)})
    parts = iter([PassingError("2 of 6 shards", partial=first), Answer()])

    def fault(_numbers):
        part = next(parts, None)
        if isinstance(part, Exception):
            raise part
        return part

    service.fault = fault

    async def story(registry):
        lookup = await registry.find_many([CVR, OTHER], [])
        assert isinstance(lookup.companies[OTHER], Found)
        assert lookup.companies[CVR] == Unavailable(SILENT)

    play(story, canary=CANARY)
    assert service.questions == [(CVR, OTHER, CANARY), (CVR, CANARY)]


def test_an_answer_is_judged_by_who_was_asked_for_with_it(service, play):
    """While it is on its way the known one is believed again, and would ride along by now."""
    service.fault = raising(RejectedError("HTTP 400"))

    async def story(registry):
        await registry._canary.look()
        service.fault = lambda _: None
        asking = asyncio.create_task(one(registry))
        await asyncio.sleep(0.03)
        service.seconds = 0.001
        await registry._canary.look()
        assert isinstance(await asking, Found)
        return registry.standing().canary.finding

    assert play(story, canary=CANARY) == "well"
    assert (CVR,) in service.questions


def test_the_p_numbers_own_field_is_watched_by_a_unit(service, play):
    def fault(numbers):
        return Answer({number: reading(number) for number in numbers if len(number) == 8})

    service.fault = fault

    async def story(registry):
        lookup = await registry.find_many([CVR], [OTHER_UNIT])
        assert isinstance(lookup.companies[CVR], Found)
        assert isinstance(lookup.units[OTHER_UNIT], Unavailable)
        assert UNIT in lookup.units[OTHER_UNIT].reason

    play(story, canary=CANARY, canary_unit=UNIT)


def test_a_canary_that_cvr_rejects_spoils_nobody_s_batch_but_is_no_help_either(service, play):
    service.unknown = {OTHER}

    def fault(numbers):
        if CANARY in numbers:
            raise RejectedError("unreadable")

    service.fault = fault

    async def story(registry):
        await registry.find_many(CVRS[1:], [])
        await asyncio.sleep(1)
        assert registry.standing().canary.finding == "rejected"
        lookup = await registry.find_many(CVRS[1:], [])
        assert isinstance(lookup.companies[CVR], Found)
        assert lookup.companies[OTHER] == Unavailable("unreadable")

    play(story, canary=CANARY)


def test_numbers_rejected_while_the_path_was_broken_are_asked_again_when_it_is_not(service, play):
    service.fault = raising(RejectedError("HTTP 400"))

    async def story(registry):
        await one(registry)
        await asyncio.sleep(1)
        assert registry.standing().rejected == 1
        service.fault = lambda _: None
        await registry._canary.look()
        assert isinstance(await one(registry), Found)

    play(story, canary=CANARY)


def test_it_looks_seldom_while_all_is_well_and_soon_while_it_is_not(service, play):
    async def story(registry):
        running = asyncio.create_task(registry.run())
        await asyncio.sleep(3000)
        assert service.calls == 10
        service.fault = raising(PassingError("down"))
        await asyncio.sleep(600)
        assert service.calls - 10 == pytest.approx(20, abs=1)
        assert registry.standing().canary.finding == "unreachable"
        running.cancel()

    play(story, canary=CANARY)


def test_without_traffic_the_canary_is_the_probe_that_finds_cvr_back(service, play):
    service.fault = raising(LastingError("HTTP 401"))

    async def story(registry):
        running = asyncio.create_task(registry.run())
        await asyncio.sleep(100)
        service.fault = lambda _: None
        await asyncio.sleep(150)
        running.cancel()
        assert registry.standing().canary.finding == "well"
        assert isinstance(await one(registry), Found)

    play(story, canary=CANARY)


def test_without_a_known_company_there_is_nothing_to_look_for(service, play):
    async def story(registry):
        running = asyncio.create_task(registry.run())
        await asyncio.sleep(1000)
        running.cancel()
        service.fault = empty
        assert isinstance(await one(registry), NotFound)

    play(story)
    assert service.questions == [(CVR,)]


@pytest.mark.parametrize(
    "settings",
    [{"canary": "12345678"}, {"canary_unit": UNIT}, {"canary_name": "A"}, {"fresh_for": "P8D"}, {"unknown": 1}],
)
def test_settings_that_cannot_work_are_refused(settings):
    with pytest.raises(ValidationError):
        RegistrySettings(**settings)
