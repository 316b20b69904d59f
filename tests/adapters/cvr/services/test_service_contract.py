"""What whoever stands before a service may count on, whichever of the two it is (R20)."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from adapters.cvr.documents import FileRegistry
from adapters.cvr.port import Found, NotFound
from adapters.cvr.sample import sample_company, sample_production_unit
from adapters.cvr.service import Answer, LastingError, PassingError, RejectedError
from contracts.identifiers import CvrNumber, PNumber
from support.cvr_service import cvr_numbers
from support.cvr_services import TODAY, same_for_both, service_at, standing_in


async def test_a_service_says_what_the_file_says(service, standin, cvrs, p_numbers):
    file = FileRegistry(standin._store)
    answer = await service.ask([*cvrs, *p_numbers], TODAY)
    assert answer.defect is None
    for number in (*cvrs, *p_numbers):
        known = file.find(number, TODAY)
        if isinstance(known, Found):
            assert same_for_both(answer.readings[number].fact) == same_for_both(known.fact)
        else:
            assert isinstance(known, NotFound)
            assert number not in answer.readings
    assert len(answer.readings) == 40


async def test_it_says_so_as_of_the_day_asked(service, cvrs):
    closed = cvrs[1]
    alive = await service.ask([closed], date(2026, 1, 31))
    gone = await service.ask([closed], date(2026, 2, 1))
    assert alive.readings[closed].fact.status == "active"
    assert gone.readings[closed].fact.status == "ceased"


async def test_the_version_grows_where_there_is_one(kind, service, cvrs):
    answer = await service.ask(cvrs[:1], TODAY)
    assert answer.readings[cvrs[0]].version == (1 if kind == "elasticsearch" else None)


async def test_nothing_asked_is_nothing_called(service, standin):
    assert await service.ask([], TODAY) == Answer()
    assert standin.requests == 0


async def test_a_number_asked_twice_is_answered_once(service, cvrs):
    assert list((await service.ask([cvrs[0], cvrs[0]], TODAY)).readings) == [cvrs[0]]


async def test_one_question_is_one_request_or_one_for_each_entity(kind, service, standin, cvrs, p_numbers):
    await service.ask([*cvrs, *p_numbers], TODAY)
    assert standin.requests == (1 if kind == "elasticsearch" else 6)


async def test_it_takes_as_many_numbers_as_it_says(kind, client):
    numbers = cvr_numbers(201)
    documents = [sample_company(number, f"C {number}", started=TODAY) for number in numbers]
    async with standing_in(*documents) as server:
        service = service_at(kind, client, server.url)
        assert service.batch_size == (200 if kind == "elasticsearch" else 100)
        whole = await service.ask(numbers[: service.batch_size], TODAY)
        assert (len(whole.readings), whole.defect) == (service.batch_size, None)
        with pytest.raises(RejectedError, match="numbers in a question that takes"):
            await service.ask(numbers[: service.batch_size + 1], TODAY)


@pytest.mark.parametrize("wrong", [CvrNumber("12345678"), PNumber("1234567890"), CvrNumber(""), CvrNumber("1")])
async def test_a_number_that_fails_its_check_is_never_asked_for_r2(service, standin, cvrs, wrong):
    with pytest.raises(RejectedError, match="R2"):
        await service.ask([cvrs[0], wrong], TODAY)
    assert standin.requests == 0


async def test_p_numbers_of_both_series_are_asked_for_r2(kind, client):
    """LEGO's is of the old series, whose weights are others (notes §6)."""
    old = PNumber("1001897135")
    unit = sample_production_unit(old, "Billund", cvr=None, started=date(1999, 1, 1))
    async with standing_in(unit) as server:
        answer = await service_at(kind, client, server.url).ask([old], TODAY)
    assert answer.readings[old].fact.name == "Billund"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 520])
async def test_what_is_busy_or_down_is_passing(service, standin, cvrs, status):
    standin.faults.status = status
    with pytest.raises(PassingError, match=str(status)) as failure:
        await service.ask(cvrs, TODAY)
    assert (failure.value.wait, failure.value.partial) == (None, None)
    assert standin.requests == 1


async def test_retry_after_is_passed_on_in_seconds(service, standin, cvrs):
    standin.faults.status, standin.faults.retry_after = 429, "120"
    with pytest.raises(PassingError) as failure:
        await service.ask(cvrs, TODAY)
    assert failure.value.wait == 120


async def test_retry_after_may_be_a_date(service, standin, cvrs):
    until = datetime.now(UTC) + timedelta(seconds=90)
    standin.faults.down, standin.faults.retry_after = True, format_datetime(until, usegmt=True)
    with pytest.raises(PassingError) as failure:
        await service.ask(cvrs, TODAY)
    assert 80 < failure.value.wait <= 91


async def test_a_slow_service_is_passing(kind, client, standin, cvrs):
    standin.faults.delay_seconds = 30
    service = service_at(kind, client, standin.url, read_timeout=0.05)
    with pytest.raises(PassingError, match="too slow"):
        await service.ask(cvrs, TODAY)


async def test_a_closed_port_is_passing(service, standin, cvrs, kind, client):
    service = service_at(kind, client, standin.url)
    await standin.stop()
    with pytest.raises(PassingError, match="ConnectError"):
        await service.ask(cvrs, TODAY)


async def test_a_service_that_hangs_up_is_passing(service, standin, cvrs):
    standin.faults.hangs_up = True
    with pytest.raises(PassingError, match="no connection"):
        await service.ask(cvrs, TODAY)


@pytest.mark.parametrize(("status", "hint"), [(401, "check"), (403, "check"), (404, "path"), (418, "nobody expected")])
async def test_what_only_settings_mend_is_lasting(service, standin, cvrs, status, hint):
    standin.faults.status = status
    with pytest.raises(LastingError, match=hint):
        await service.ask(cvrs, TODAY)
    assert standin.requests == 1


async def test_wrong_credentials_are_lasting(kind, client, standin, cvrs):
    service = service_at(kind, client, standin.url, secret=SecretStr("wrong"))
    with pytest.raises(LastingError, match="401"):
        await service.ask(cvrs, TODAY)


async def test_a_redirect_is_lasting_and_not_followed(service, standin, cvrs):
    async with standing_in() as elsewhere:
        standin.faults.redirects_to = elsewhere.url
        with pytest.raises(LastingError, match="redirects"):
            await service.ask(cvrs, TODAY)
        assert elsewhere.requests == 0


async def test_a_page_with_status_200_is_lasting(service, standin, cvrs):
    standin.faults.page = True
    with pytest.raises(LastingError, match="url and proxy"):
        await service.ask(cvrs, TODAY)


@pytest.mark.parametrize("status", [400, 413])
async def test_a_question_that_cannot_be_answered_is_rejected(service, standin, cvrs, status):
    standin.faults.status = status
    with pytest.raises(RejectedError, match=str(status)):
        await service.ask(cvrs, TODAY)


async def test_json_that_breaks_off_is_rejected(service, standin, cvrs):
    standin.faults.garbage = True
    with pytest.raises(RejectedError, match="cannot be read"):
        await service.ask(cvrs, TODAY)


@pytest.mark.parametrize("status", [400, 500])
async def test_a_poisonous_number_is_rejected_with_its_question_and_spares_the_others(service, standin, cvrs, status):
    standin.faults.poison, standin.faults.poison_status = frozenset({cvrs[3]}), status
    with pytest.raises(RejectedError):
        await service.ask(cvrs, TODAY)
    with pytest.raises(RejectedError):
        await service.ask([cvrs[3]], TODAY)
    answer = await service.ask([number for number in cvrs if number != cvrs[3]], TODAY)
    assert (len(answer.readings), answer.defect) == (19, None)


async def test_what_ended_leaves_no_trace(service, standin, cvrs):
    standin.faults.down = True
    with pytest.raises(PassingError):
        await service.ask(cvrs, TODAY)
    standin.faults.down = False
    assert len((await service.ask(cvrs, TODAY)).readings) == 20


async def test_cancelling_is_passed_on(service, standin, cvrs):
    standin.faults.delay_seconds = 30
    task = asyncio.create_task(service.ask(cvrs, TODAY))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_questions_may_be_put_at_once(service, cvrs, p_numbers):
    answers = await asyncio.gather(*(service.ask([number], TODAY) for number in (*cvrs[:10], *p_numbers[:10])))
    assert all(len(answer.readings) == 1 for answer in answers)


async def test_an_outcome_is_about_the_number_that_was_asked(service, cvrs, p_numbers):
    answer = await service.ask([cvrs[0], p_numbers[1]], TODAY)
    assert answer.readings[cvrs[0]].fact.cvr == cvrs[0]
    assert answer.readings[p_numbers[1]].fact.p_number == p_numbers[1]
    assert len(answer.readings) == 2
