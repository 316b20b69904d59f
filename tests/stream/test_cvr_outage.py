"""Ten minutes without CVR, from the messages in to the records out: nothing waits for it, and all is completed (R20)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from random import Random

import pytest

from adapters.cvr.registry.lookup import ServiceRegistry
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import LastingError, PassingError
from contracts.cvr_facts import CvrRequest
from contracts.identifiers import CvrNumber, SorId
from contracts.topics import Topic
from support.cvr_service import FakeService, LoopClock, always, cvr_numbers
from support.outputs import Output
from support.scenario import Scenario
from support.trees import private_clinic
from support.virtual_time import run_in_virtual_time
from support.work import broker_with, working
from workers.app.enquiries import Enquiries, Enquiry

CLINICS = [private_clinic(1000 + 10 * number) for number in range(30)]
CANARY = cvr_numbers(1)[0]
EVERY = 20.0
"""Seconds: thirty clinics in ten minutes."""
LONGEST_PAUSE = 300.0
"""Seconds: the breaker's."""
FAULTS = {
    "refused": PassingError("no connection to CVR (ConnectError)"),
    "503": PassingError("CVR is busy or down (HTTP 503)"),
    "429": PassingError("CVR is busy or down (HTTP 429)", wait=3.0),
    "a page": LastingError("something else than CVR answered (HTTP 200 without JSON): check url and proxy"),
}


@asynccontextmanager
async def everything(service):
    """The worker's two halves at work on one broker in memory, and the records they have sent."""
    clock = LoopClock()
    broker = broker_with(Scenario())
    registry = ServiceRegistry(service, RegistrySettings(canary=CANARY), clock, Random(3))  # noqa: S311

    async def send(record):
        broker.receive(record.as_input())

    enquiries = Enquiries(registry, clock, send)
    tasks = [asyncio.create_task(each) for each in (_agent(broker, enquiries), enquiries.keep_asking(), registry.run())]
    async with working(broker, clock=clock):
        yield broker
    for task in tasks:
        task.cancel()
    await registry.close()


async def _agent(broker, enquiries):
    seen = 0
    while True:
        new = [each for each in broker.committed[seen:] if each.topic == Topic.CVR_REQUESTS]
        seen = len(broker.committed)
        requests = [CvrRequest.from_json(each.value) for each in new]
        numbers = [(each.owner_sor_id, number) for each in requests for number in each.numbers]
        await enquiries.take([Enquiry(SorId(owner), number, 0, "") for owner, number in numbers])
        await asyncio.sleep(0.5)


def enrichment(broker):
    """By clinic, how each of its records was enriched."""
    found = {}
    for record in broker.sent():
        found.setdefault((record.key or b"").decode(), []).append(Output(record)["enrichment"])
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_ten_minutes_without_cvr_hold_up_no_registration_and_afterwards_every_one_is_completed(fault, monkeypatch):
    monkeypatch.setattr("workers.stream.loop._IDLE_SECONDS", 2.0)  # less often for nothing: it is a long time
    service = FakeService()
    service.fault = always(FAULTS[fault])

    async def play():
        async with everything(service) as broker:
            clock = LoopClock()
            for number, clinic in enumerate(CLINICS, start=1):
                world = Scenario()
                world.at(clock.now()).sor(clinic)
                for record in world.records:
                    broker.receive(record)
                await asyncio.sleep(EVERY)
                assert len(enrichment(broker)) == number, "each within seconds, whatever CVR does"
            meanwhile = service.calls
            assert {each for states in enrichment(broker).values() for each in states} == {"pending"}
            service.fault = lambda _: None
            await asyncio.sleep(LONGEST_PAUSE + 60)
            return meanwhile, enrichment(broker)

    calls, states = run_in_virtual_time(play())
    assert {each[-1] for each in states.values()} == {"complete"}
    assert all(each.count("complete") == 1 for each in states.values())
    # Twenty failures open the breaker; then there is one probe after 30 s, 60, 120, 240, and the canary's look.
    assert calls < 40, "no storm"
    asked = {number for numbers in service.questions for number in numbers if isinstance(number, CvrNumber)}
    assert len(asked - {CANARY}) == len(CLINICS)
