"""Workers that come and go in the middle of the look-ups: CVR is asked for nothing twice that it has answered (R20)."""

from __future__ import annotations

import asyncio
import json
import math
import re
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import date

import pytest
from aiohttp import web

from adapters.cvr.standin import CvrStandIn
from adapters.samples import generate_register
from contracts.cvr_facts import CvrAnswer
from contracts.topics import Topic
from support.feeding import ListedTopic
from support.running import Worker, eventually, outputs, publish, running
from workers.demo.cvr_documents import documents_of
from workers.enrichment.questions import number_of

pytestmark = pytest.mark.kafka

_NUMBER = re.compile(rb'"(\d{8}|\d{10})"')


class Counting(CvrStandIn):
    """It answers as many calls as it is told to, and remembers which numbers they asked for."""

    def __init__(self, store):
        super().__init__(store)
        self.asked = Counter()
        self._left = 0.0
        self._is_over = asyncio.Event()

    async def answer(self, calls):
        """From now on answer so many calls; those that still wait have come from the dead."""
        self._left = calls
        self._is_over.set()
        self._is_over = asyncio.Event()

    async def _search(self, request):
        if self._left < 1:
            await self._is_over.wait()
            return web.Response(status=503)
        self._left -= 1
        self.asked.update(each.decode() for each in set(_NUMBER.findall(await request.read())))
        return await super()._search(request)


@contextmanager
def standing_in(standin):
    """The stand-in in a thread of its own, and how to tell it something."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def tell(something):
        return asyncio.run_coroutine_threadsafe(something, loop).result()

    try:
        tell(standin.start())
        yield standin, tell
    finally:
        tell(standin.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def answered(broker):
    """The numbers that have an answer on the topic."""
    facts = (CvrAnswer.from_json(each.value).fact for each in outputs(broker, [Topic.CVR_FACTS]))
    return {number_of(fact) for fact in facts if fact.kind != "unavailable"}


def pending(broker):
    """The places whose newest record still waits for CVR."""
    newest = {each.key: json.loads(each.value) for each in outputs(broker, [Topic.REGISTRATIONS])}
    return [key for key, record in newest.items() if record.get("enrichment") == "pending"]


def worker(broker, folder, cvr):
    """Faust's own group notices a death after six seconds instead of a minute."""
    soon = {"BROKER_SESSION_TIMEOUT": "6", "BROKER_REBALANCE_TIMEOUT": "10"}
    return running(Worker(broker, folder, SORBRO_CVR_URL=cvr.url, **soon))


def test_a_number_that_has_been_answered_is_not_asked_for_again_by_who_comes_after(broker, tmp_path):
    register = generate_register(2000, seed=11)  # more numbers than go into two calls
    topic = ListedTopic()
    topic.feed(register.entities, date(2026, 1, 5))
    publish(broker, topic.records)
    with standing_in(Counting(documents_of(register))) as (cvr, tell):
        for _ in range(2):
            before = len(answered(broker))
            tell(cvr.answer(calls=1))
            with worker(broker, tmp_path, cvr) as first:
                eventually(lambda before=before: len(answered(broker)) > before, "CVR is not asked")
                first.kill()
        known, asked_before = answered(broker), Counter(cvr.asked)
        tell(cvr.answer(calls=math.inf))
        with worker(broker, tmp_path, cvr):
            eventually(lambda: not pending(broker), "records stay pending")
        asked_after = cvr.asked - asked_before
    assert known
    assert not known & asked_after.keys(), "all that had been answered was learnt from the topic"
    assert max(cvr.asked.values()) <= 3, "once, and what was in flight when a worker died once more"
