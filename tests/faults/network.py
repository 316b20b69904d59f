"""What happens between a worker and the brokers, and between the agents and CVR."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

from faults.fleet import until
from faults.plan import Plan
from faults.proxy import ADD_PARTITIONS, END_TXN, INIT_PRODUCER_ID, PRODUCE, TXN_OFFSETS, Link
from faults.stage import Stage

_APIS: Final = {
    END_TXN: "EndTxn",
    PRODUCE: "Produce",
    ADD_PARTITIONS: "AddPartitionsToTxn",
    TXN_OFFSETS: "TxnOffsetCommit",
    INIT_PRODUCER_ID: "InitProducerId",
}


class NetworkFaults:
    """Disturbs one worker's link at a time; each kind comes in its turn."""

    def __init__(self, scene: Stage, rng: random.Random, count: Callable[[str, str], None]) -> None:
        self._scene = scene
        self._rng = rng
        self._count = count
        self._cvr = 0

    def episodes(self, plan: Plan) -> list[Callable[[], Awaitable[None]]]:
        """As many as planned, network faults of all kinds alike."""
        kinds = [
            self.hold_produce,
            self.swallow_end_of_transaction,
            self.swallow,
            self.cut_both_ways,
            self.cut_one_way,
            self.hold_produce,
            self.swallow_end_of_transaction,
            self.slow_down,
            self.reset,
        ]
        drawn = [kinds[number % len(kinds)] for number in range(plan.network)]
        return drawn + [self.trouble_at_cvr] * plan.cvr

    async def hold_produce(self) -> None:
        """Keep a Produce back until its transaction has been ended by a successor; then deliver it."""
        name, link = self._drawn()
        seen, late = link.held, sum(self._scene.network.late_produce.values())
        link.hold_produce = True
        if await until(lambda: link.held > seen, 30):
            await until(lambda: sum(self._scene.network.late_produce.values()) > late, 40)
            answers = dict(self._scene.network.late_produce)
            self._count("network fault", f"{name}: a Produce came after its transaction; answers by code {answers}")
        link.hold_produce = False

    async def swallow_end_of_transaction(self) -> None:
        """Whether the commit took effect stays unknown."""
        await self._swallow(END_TXN)

    async def swallow(self) -> None:
        """Any other answer of a transaction gets lost."""
        await self._swallow(self._rng.choice([PRODUCE, ADD_PARTITIONS, TXN_OFFSETS, INIT_PRODUCER_ID]))

    async def _swallow(self, api: int) -> None:
        name, link = self._drawn()
        then = self._rng.choice(["silence", "reset"])
        seen, before = link.swallowed[api], self._scene.observer.snapshot()
        link.swallow[api] = then
        if await until(lambda: link.swallowed[api] > seen, 30):
            self._count("network fault", f"{name}: an answer to {_APIS[api]} swallowed, then {then}")
            await until(lambda: self._scene.observer.has_moved_since(before), 20)
        link.swallow.clear()

    async def cut_both_ways(self) -> None:
        """The worker is cut off for longer than its session; what waited is lost, or comes late."""
        await self._cut()

    async def cut_one_way(self) -> None:
        """The brokers hear the worker but it does not hear them, or the other way round."""
        await self._cut(self._rng.choice(["to broker", "to client"]))

    async def _cut(self, *directions: str) -> None:
        name, link = self._drawn()
        link.cut(*directions)
        seconds = self._rng.choice([1.0, 4.0, 9.0])
        await asyncio.sleep(seconds)  # the length of the fault itself
        resets = self._rng.random() < 0.5
        if resets:
            link.reset()
        link.heal()
        way = " and ".join(directions) or "both ways"
        self._count(
            "network fault", f"{name}: cut {way} for {seconds:g} s, then {'reset' if resets else 'all at once'}"
        )

    async def slow_down(self) -> None:
        """Every frame takes its time."""
        name, link = self._drawn()
        link.delay = self._rng.choice([0.05, 0.3])
        await asyncio.sleep(5)
        self._count("network fault", f"{name}: every frame {link.delay:g} s late for 5 s")
        link.heal()

    async def reset(self) -> None:
        """All connections break, and for two seconds none can be made."""
        name, link = self._drawn()
        link.refusing = True
        link.reset()
        await asyncio.sleep(2)
        link.heal()
        self._count("network fault", f"{name}: all connections reset, none for 2 s")

    async def trouble_at_cvr(self) -> None:
        """CVR is slow, down, or answers a part as if it were the whole."""
        faults, kind = self._scene.cvr.faults, ("slow", "down", "lying")[self._cvr % 3]
        self._cvr += 1
        faults.delay_seconds = 3.0 if kind == "slow" else 0.0
        faults.down = kind == "down"
        faults.failed_shards, faults.timed_out = (2, True) if kind == "lying" else (0, False)
        await asyncio.sleep(6)
        faults.delay_seconds, faults.down, faults.failed_shards, faults.timed_out = 0.0, False, 0, False
        self._count("CVR fault", kind)

    async def calm(self) -> None:
        """Heal every link."""
        for link in self._scene.links.values():
            link.heal()

    def _drawn(self) -> tuple[str, Link]:
        name = self._rng.choice(list(self._scene.links))
        return name.lower().replace("worker", "worker-"), self._scene.links[name]
