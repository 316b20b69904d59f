"""Ten bad minutes with hundreds of callers: no storm, nobody held up, one probe at a time, and all answered after."""

import asyncio
from random import Random

import pytest

from adapters.cvr.port import Found, NotFound, Unavailable
from adapters.cvr.registry.breaker import Closed, Probing
from adapters.cvr.service import Answer, LastingError, PassingError
from support.cvr_service import cvr_numbers, reading

CVRS = cvr_numbers(3000)
CANARY, ABSENT = CVRS[0], CVRS[1]
CALLERS, WANTED = 200, 8
BEGINS, OUTAGE = 30.0, 600.0
ENDS = BEGINS + OUTAGE
# The settings' own defaults.
BUDGET, RATE, BREAKER_CALLS, CALLS_AT_ONCE, OPEN_LONGEST = 10.0, 5, 20, 4, 300.0


def now():
    return asyncio.get_running_loop().time()


class Outage:
    """A service that is well, then not for ten minutes, in one way or in ever other ways, and well again.

    It counts its probes: only a probe can be asked while the breaker is probing.
    """

    def __init__(self, service, kinds):
        self.service, self.kinds, self.chance = service, kinds, Random(11)  # noqa: S311
        self.registry = self.kind = None
        self.wishes = [1.0, 3.0, 45.0] if kinds == ["429"] else [1.0, 3.0]
        self.probes, self.probes_out, self.probes_at_once = [], 0, 0
        self.answer, service.ask = service.ask, self.ask
        service.fault = self.fault
        service.unknown = {ABSENT}

    @property
    def calls(self):
        return [at for at, _ in self.service.asked if BEGINS <= at < ENDS]

    async def ask(self, numbers, today):
        self.kind = self.kinds[int(now() - BEGINS) // 20 % len(self.kinds)] if BEGINS <= now() < ENDS else None
        if self.kind == "any":
            self.kind = self.chance.choice(["refused", "slow", "503", "429", "partial", "partial", "well"])
        self.service.seconds = {"slow": 3600.0, "refused": 0.001}.get(self.kind, 0.05)
        if not isinstance(self.registry.standing().breaker, Probing):
            return await self.answer(numbers, today)
        self.probes.append(len(numbers))
        self.probes_out += 1
        self.probes_at_once = max(self.probes_at_once, self.probes_out)
        try:
            return await self.answer(numbers, today)
        finally:
            self.probes_out -= 1

    def fault(self, numbers):
        match self.kind:
            case "refused":
                raise PassingError("no connection to CVR (ConnectError)")
            case "503":
                raise PassingError("CVR is busy or down (HTTP 503)")
            case "429":
                raise PassingError("CVR is busy or down (HTTP 429)", wait=self.chance.choice(self.wishes))
            case "html":
                raise LastingError("CVR sent something else than a search answer (HTTP 200): check url and proxy")
            case "partial":
                some = {number: reading(number) for number in numbers[:2] if number != ABSENT}
                raise PassingError("CVR answered without 2 of 6 shards", partial=Answer(some))


class Caller:
    """Asks as the enrichment agent does: again and again for what is still open, and ever more seldom."""

    def __init__(self, registry, wanted):
        self.registry, self.open = registry, set(wanted)
        self.longest = 0.0
        self.wrong = []

    async def run(self):
        attempt = 0
        while self.open:
            began = now()
            outcomes = (await self.registry.find_many(self.open, [])).companies
            self.longest = max(self.longest, now() - began)
            for cvr, outcome in outcomes.items():
                self.take(cvr, outcome)
            await asyncio.sleep((1.0, 2.0, 5.0, 10.0)[min(attempt, 3)])
            attempt += 1

    def take(self, cvr, outcome):
        if isinstance(outcome, Unavailable):
            return
        self.open.discard(cvr)
        if not isinstance(outcome, NotFound if cvr == ABSENT else Found):
            self.wrong.append((cvr, outcome))


async def live_through(registry):
    """Callers come during the whole outage; return them when each has all its answers."""
    chance = Random(5)  # noqa: S311
    canary = asyncio.create_task(registry.run())
    await asyncio.sleep(BEGINS)
    callers = [Caller(registry, {ABSENT, *chance.sample(CVRS, WANTED)}) for _ in range(CALLERS)]
    tasks = []
    for caller in callers:
        tasks.append(asyncio.create_task(caller.run()))
        await asyncio.sleep(OUTAGE / CALLERS)
    async with asyncio.timeout(OPEN_LONGEST + 60):
        await asyncio.gather(*tasks)
    canary.cancel()
    return callers


def outage_of(service, play, kinds):
    """Play it, and hold what came of it to what must hold in any outage."""
    outage = Outage(service, kinds)

    async def story(registry):
        outage.registry = registry
        return await live_through(registry), registry.standing()

    callers, standing = play(story, calls_per_second=RATE, burst=5, canary=CANARY)
    assert not [caller.wrong for caller in callers if caller.wrong]
    assert not any(caller.open for caller in callers)
    assert max(caller.longest for caller in callers) <= BUDGET + 0.01
    assert isinstance(standing.breaker, Closed)
    assert standing.waiting == 0
    assert service.most_in_the_air <= CALLS_AT_ONCE
    assert outage.probes_at_once == 1
    assert max(outage.probes) <= 2  # a number, and the canary beside it
    return outage


@pytest.mark.parametrize("kind", ["refused", "slow", "503", "429", "html"])
def test_ten_minutes_of_one_trouble_r20(service, play, kind):
    outage = outage_of(service, play, [kind])
    probes = 4  # after 30, 90, 210 and 450 s; the next would be after 750
    assert len(outage.calls) <= BREAKER_CALLS + CALLS_AT_ONCE + probes


def test_ten_minutes_of_one_trouble_after_the_other_r20(service, play):
    outage = outage_of(service, play, ["refused", "slow", "503", "429", "html"])
    assert len(outage.calls) <= BREAKER_CALLS + CALLS_AT_ONCE + 4


def test_ten_minutes_of_all_troubles_at_once_r20(service, play):
    """Now and then an answer or a part of one comes through and closes the breaker: then a new window must fill."""
    outage = outage_of(service, play, ["any"])
    assert len(outage.calls) <= (len(outage.probes) + 1) * (BREAKER_CALLS + CALLS_AT_ONCE)
    assert len(outage.calls) < 0.1 * RATE * OUTAGE
