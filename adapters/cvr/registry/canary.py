"""A company that CVR must know: it tells "not in CVR" from "asked in vain" (notes/cvr.md §1.2).

CVR answers a wrong path or a misspelt field name with 200 and nothing found. So the known numbers ride along with every
question, and a number is believed to be absent only on an answer that has them. A look of its own, now and then, says
what is wrong while nobody asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

import structlog

from adapters.cvr.registry.guard import NotAskedError
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import Answer, LastingError, NoAnswerError, Number, Reading, RejectedError
from adapters.telemetry import cvr as metrics

_log = structlog.get_logger("sorbro.cvr")

Finding = Literal["unasked", "well", "missing", "changed", "rejected", "refused", "unreachable"]
"""Not looked yet; known as it must be; 200 and empty; known, but not as it must be; a question that CVR or our reading
of it could not do with; wrong address, path or credentials, or no JSON; no answer at present."""

UNTRUSTED: Final = frozenset[Finding]({"missing", "changed", "rejected", "refused"})
"""Findings upon which no empty answer is believed."""
_SILENT: Final = "CVR answers but does not find {}, which it must know: check path and field names"

Ask = Callable[[Sequence[Number]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the canary last saw, why, and when (UTC)."""

    finding: Finding
    reason: str
    at: datetime | None

    @property
    def is_trusted(self) -> bool:
        """Whether an empty answer may be believed, as far as this goes."""
        return self.finding not in UNTRUSTED


class Canary:
    """Looks with `ask`, which may raise as a service does, or `NotAskedError`. Without a known company it is no help.

    `recovered` is called whenever answers are to be trusted that were not before.
    """

    def __init__(
        self,
        settings: RegistrySettings,
        ask: Ask,
        now: Callable[[], datetime],
        recovered: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._ask = ask
        self._now = now
        self._recovered = recovered
        self._known: tuple[Number, ...] = tuple(
            number for number in (settings.canary, settings.canary_unit) if number is not None
        )
        self._verdict = Verdict("unasked", "nobody has looked yet", None)
        self._show()

    @property
    def verdict(self) -> Verdict:
        """What is to be thought of CVR's answers."""
        return self._verdict

    @property
    def known(self) -> tuple[Number, ...]:
        """The numbers that CVR must know; none where none is configured."""
        return self._known

    @property
    def riders(self) -> tuple[Number, ...]:
        """The numbers to put beside every question. None while they themselves are what CVR rejects."""
        return () if self._verdict.finding == "rejected" else self._known

    def vouches_for(self, answer: Answer, riders: Sequence[Number]) -> bool:
        """Whether a number that is not in this answer is not in CVR. `riders` were asked for with it.

        A part of an answer without them says nothing about them.
        """
        if not riders:
            return answer.defect is None and self._verdict.is_trusted
        if answer.defect is not None and any(number not in answer.readings for number in riders):
            return False
        finding, reason = self._judge(answer)
        self._conclude(finding, reason)
        return finding == "well" and answer.defect is None

    def lets_pass(self, reading: Reading) -> bool:
        """Whether the reading may be believed: while the known ones are hollow, no other hollow one is."""
        return self._verdict.finding != "changed" or _hollow(reading) is None

    async def look(self, ask: Ask | None = None) -> Verdict:
        """Ask for the known numbers alone, and conclude. While the breaker is open, nothing new is concluded.

        `ask` serves instead of the canary's own, for one who has a turn already.
        """
        if not self._known:
            return self._verdict
        try:
            answer = await (ask or self._ask)(self._known)
        except NotAskedError:
            return self._verdict
        except LastingError as failure:
            self._conclude("refused", str(failure))
        except RejectedError as failure:
            self._conclude("rejected", str(failure))
        except NoAnswerError as failure:
            self._conclude("unreachable", str(failure))
        else:
            self._conclude(*self._judge(answer))
        return self._verdict

    async def run(self, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep) -> None:
        """Look, for ever: seldom while all is well, and not at all while questions show that it is."""
        while True:
            if not self._is_fresh():
                await self.look()
            is_well = self._verdict.finding == "well"
            await sleep(self._settings.canary_every if is_well else self._settings.canary_soon)

    def _is_fresh(self) -> bool:
        at = self._verdict.at
        every = timedelta(seconds=self._settings.canary_every)
        return self._verdict.finding == "well" and at is not None and self._now() - at < every

    def _judge(self, answer: Answer) -> tuple[Finding, str]:
        missing = [number for number in self._known if number not in answer.readings]
        if missing and answer.defect is not None:
            return "unreachable", answer.defect
        if missing:
            return "missing", _SILENT.format(" and ".join(missing))
        faults = [fault for number in self._known if (fault := self._fault(number, answer.readings[number]))]
        return ("changed", "; ".join(faults)) if faults else ("well", "")

    def _fault(self, number: Number, reading: Reading) -> str | None:
        name, wanted = reading.fact.name, self._settings.canary_name
        if (lacking := _hollow(reading)) is not None:
            return f"CVR finds {number} without {lacking}: check whether its fields have changed"
        if number == self._settings.canary and wanted is not None and wanted.casefold() not in (name or "").casefold():
            return f"CVR finds {number} under another name than the configured one: check the canary's number"
        return None

    def _conclude(self, finding: Finding, reason: str) -> None:
        before, self._verdict = self._verdict, Verdict(finding, reason, self._now())
        self._show()
        if finding == before.finding:
            return
        if finding == "well":
            self._recovered()
        else:
            _log.warning("CVR does not answer for a company it must know", finding=finding, reason=reason)

    def _show(self) -> None:
        for finding in get_args(Finding):
            metrics.CANARY.labels(finding).set(finding == self._verdict.finding)
        if self._verdict.finding == "well" and self._verdict.at is not None:
            metrics.CANARY_WELL.set(self._verdict.at.timestamp())


def _hollow(reading: Reading) -> str | None:
    """What is missing of a reading that no company or unit is without."""
    if not reading.fact.name:
        return "a name"
    return "a life span or status" if reading.fact.status == "unknown" else None
