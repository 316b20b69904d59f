"""The desk where dead letters are sent once more: one matter at a time, tried out first, then a few, then the rest.

What happened stays on the desk until the next matter. The writer is one for the whole group, so another page or the
command line takes over from this one, and says so.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

import structlog

from adapters.kafka.port import LogError
from workers.operations.audit import Order
from workers.operations.tally import Tally
from workers.stream.changelog import ChangelogError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from contracts.redrives import Chosen

_log = structlog.get_logger("sorbro.page")

A_FEW: Final = 5
FASTEST: Final = 100.0
"""Letters a second."""

Stage = Literal["trying", "tried", "sending", "sent", "stopped", "failed"]
_AT_WORK: Final = frozenset[Stage]({"trying", "sending"})


class Redriving(Protocol):
    """What does the work; see `workers.operations.redrive.Redrive`."""

    async def dry_run(self, chosen: Chosen) -> Tally:
        """Say what would become of the letters."""
        ...

    async def send(self, order: Order, told: Callable[[Tally], None], stop: asyncio.Event) -> Tally:
        """Send them."""
        ...


@dataclass(frozen=True, slots=True)
class Matter:
    """What is on the desk. `order` is what was last ordered, `sent` what has come of it."""

    chosen: Chosen
    operator: str
    stage: Stage
    tried: Tally | None = None
    order: Order | None = None
    sent: Tally = field(default_factory=Tally)
    sent_before: int = 0
    """Letters of the orders before this one."""
    error: str = ""

    @property
    def goal(self) -> int:
        """How many letters the order is about."""
        left = (self.tried.works if self.tried is not None else 0) - self.sent_before
        return left if self.order is None or self.order.first is None else min(left, self.order.first)

    @property
    def left(self) -> int:
        """How many letters that work are still to be sent."""
        return max(0, (self.tried.works if self.tried is not None else 0) - self.sent_before - self.sent.sent)

    @property
    def may_send_rest(self) -> bool:
        """Whether a few have been sent, so that the rest may follow."""
        return self.sent_before + self.sent.sent > 0

    @property
    def is_at_work(self) -> bool:
        """Whether something is under way."""
        return self.stage in _AT_WORK


class BusyError(Exception):
    """Something else is under way at the desk."""


class Desk:
    """Holds one matter."""

    def __init__(self, redriving: Redriving) -> None:
        self._redriving = redriving
        self._task: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self.matter: Matter | None = None

    def try_out(self, chosen: Chosen, operator: str) -> None:
        """Begin to find out what would become of the chosen letters. Raises `BusyError`."""
        self._free()
        self.matter = Matter(chosen, operator, "trying")
        self._begin(self._try(chosen))

    def send(self, operator: str, why: str, first: int | None, per_second: float) -> None:
        """Begin to send what has been tried out. Raises `BusyError`; `ValueError` for the rest before a few."""
        self._free()
        matter = self.matter
        if matter is None or matter.tried is None:
            raise ValueError("nothing has been tried out")
        if first is None and not matter.may_send_rest:
            raise ValueError("a few come before the rest")
        order = Order(matter.chosen, operator, why, first, min(per_second, FASTEST))
        before = matter.sent_before + matter.sent.sent
        self.matter = replace(
            matter, operator=operator, stage="sending", order=order, sent=Tally(), sent_before=before, error=""
        )
        self._begin(self._send(order))

    def stop(self) -> None:
        """Let what is being sent end after the transaction under way."""
        self._stop.set()

    async def close(self) -> None:
        """Stop, and wait for the end; what sends nothing need not come to one."""
        self.stop()
        if self._task is not None:
            if self.matter is not None and self.matter.stage == "trying":
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _free(self) -> None:
        if self.matter is not None and self.matter.is_at_work:
            raise BusyError

    def _begin(self, work: Awaitable[None]) -> None:
        async def do() -> None:
            try:
                await work
            # These say what to do; of any other only the kind is told, for R49.
            except (LogError, ChangelogError) as error:
                self._change(stage="failed", error=str(error))
            except Exception as error:  # noqa: BLE001
                _log.warning("dead letters could not be handled", error=type(error).__name__)
                self._change(stage="failed", error=type(error).__name__)

        self._stop.clear()
        self._task = asyncio.get_running_loop().create_task(do(), name="desk")

    async def _try(self, chosen: Chosen) -> None:
        self._change(tried=await self._redriving.dry_run(chosen), stage="tried")

    async def _send(self, order: Order) -> None:
        sent = await self._redriving.send(order, lambda tally: self._change(sent=tally), self._stop)
        self._change(sent=sent, stage="stopped" if self._stop.is_set() else "sent")

    def _change(self, **news: object) -> None:
        if self.matter is not None:
            self.matter = replace(self.matter, **news)  # type: ignore[arg-type]  # by name, as the dataclass has them
