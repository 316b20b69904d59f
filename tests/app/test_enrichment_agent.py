"""What the agent makes of CVR's outcomes: facts with the age that CVR gave them, in records of the present."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from adapters.clock import SettableClock
from adapters.cvr.port import Found, InvalidNumber, Lookup, NotFound, Unavailable
from contracts.cvr_facts import CvrAnswer, CvrRequest
from contracts.identifiers import SorId
from support.cvr_service import cvr_numbers, p_numbers, reading
from workers.app.enrichment_agent import _answer_some, _parse

NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=9)
OWNER = SorId.of_item(1_000_001)
(CVR,), (UNIT, OTHER, BAD) = cvr_numbers(1), p_numbers(3)


class Registry:
    async def find_many(self, cvrs, p_numbers):
        assert (set(cvrs), set(p_numbers)) == ({CVR}, {UNIT, OTHER, BAD})
        return Lookup(
            {CVR: Found(reading(CVR).fact, EARLIER, is_stale=True)},
            {UNIT: NotFound(EARLIER), OTHER: Unavailable("down"), BAD: InvalidNumber()},
        )


class Facts:
    def __init__(self):
        self.sent = []

    async def send(self, **record):
        self.sent.append(record)

        async def acknowledged():
            pass

        return acknowledged()


@pytest.fixture
async def answered():
    """The facts sent for one request about four numbers, and the requests left over."""
    request = CvrRequest(owner_sor_id=OWNER, cvr=CVR, p_numbers=(UNIT, OTHER, BAD))
    event = SimpleNamespace(
        value=request.model_dump_json().encode(), headers={"ce_id": b"cause"}, message=SimpleNamespace(partition=3)
    )
    facts = Facts()
    left = await _answer_some([(event, _parse(event))], Registry(), SettableClock(NOW), facts)
    return facts.sent, left


async def test_a_fact_carries_the_instant_of_cvr_and_its_record_that_of_writing(answered):
    sent, _ = answered
    answers = [CvrAnswer.model_validate_json(record["value"]) for record in sent]
    assert [answer.fetched_at for answer in answers] == [EARLIER, EARLIER]
    assert [answer.fact.kind for answer in answers] == ["company", "not-found"]
    assert [record["timestamp"] for record in sent] == [NOW.timestamp()] * 2
    assert all(record["headers"]["ce_time"] == b"2026-06-15T08:00:00Z" for record in sent)
    assert {record["partition"] for record in sent} == {3}


async def test_only_what_could_not_be_asked_is_left_over(answered):
    _, [(_, request)] = answered
    assert (request.cvr, request.p_numbers) == (None, (OTHER,))
