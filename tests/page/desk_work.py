"""A redrive that a test holds the reins of."""

from __future__ import annotations

import asyncio

from workers.operations.tally import Tally


class Drawer:
    """Twelve letters: ten work, one fails, one is superseded. `gate` holds back what is to be sent."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.orders = []
        self.error: Exception | None = None

    async def dry_run(self, _chosen) -> Tally:
        if self.error is not None:
            raise self.error
        tally = Tally(works=10, superseded=1)
        tally.failing["contract-violation"] += 1
        return tally

    async def send(self, order, told, stop) -> Tally:
        self.orders.append(order)
        tally = Tally(works=10)
        for _ in range(order.first or 5):
            await self.gate.wait()
            if stop.is_set():
                break
            tally.sent += 1
            told(tally)
        return tally
