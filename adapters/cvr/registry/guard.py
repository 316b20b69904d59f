"""The breaker at work: it learns from every call, says who may call next, and tells whoever waits when it opens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import get_args

import structlog

from adapters.cvr.registry.breaker import Breaker, BreakerPolicy, Closed, Open, Probing
from adapters.cvr.registry.settings import RegistrySettings
from adapters.cvr.service import LastingError, NoAnswerError, PassingError, RejectedError
from adapters.telemetry import cvr as metrics

_log = structlog.get_logger("sorbro.cvr")


class NotAskedError(Exception):
    """CVR is left alone just now. The text is the reason why."""


class Guard:
    """One breaker on the running loop's clock. `opened` is called with the reason whenever it opens."""

    def __init__(self, settings: RegistrySettings, opened: Callable[[str], None]) -> None:
        self._policy = BreakerPolicy(
            settings.breaker_calls,
            settings.breaker_share,
            settings.breaker_window,
            settings.open_first,
            settings.open_longest,
        )
        self._opened = opened
        self._breaker: Breaker = Closed()
        self._probe_is_back = asyncio.Event()
        _show(self._breaker)

    @property
    def breaker(self) -> Breaker:
        """The state of the breaker."""
        return self._breaker

    @property
    def is_closed(self) -> bool:
        """Whether calls go out as usual."""
        return isinstance(self._breaker, Closed)

    def refusal(self) -> str | None:
        """Why nobody may call now; None if somebody may, be it as the probe."""
        if isinstance(self._breaker, Open) and self._policy.admission(self._breaker, _now()) == "refuse":
            return self._breaker.reason
        return None

    async def admit(self) -> bool:
        """Whether the caller's next call is the probe; waits for one that is out already.

        Raises `NotAskedError` while nobody may call.
        """
        while isinstance(self._breaker, Probing):
            await self._probe_is_back.wait()
        if (reason := self.refusal()) is not None:
            raise NotAskedError(reason)
        if isinstance(self._breaker, Open):
            self._become(self._policy.probing(self._breaker))
            return True
        return False

    def check(self) -> None:
        """Raise `NotAskedError` unless calls go out as usual."""
        if not isinstance(self._breaker, Closed):
            raise NotAskedError(self._breaker.reason)

    def succeeded(self, *, is_probe: bool) -> None:
        """A call has brought something."""
        self._become(self._policy.succeeded(self._breaker, _now(), is_probe=is_probe))

    def failed(self, failure: NoAnswerError, *, is_probe: bool) -> None:
        """A call has ended with this."""
        match failure:
            case PassingError(partial=partial) if partial is not None and partial.readings:
                self.succeeded(is_probe=is_probe)
            case RejectedError() if not is_probe:
                pass  # about its numbers, until a whole batch has shown otherwise: see `in_vain`
            case LastingError():
                self._become(self._policy.broke(self._breaker, _now(), str(failure), is_probe=is_probe))
            case _:
                self._become(self._policy.failed(self._breaker, _now(), str(failure), is_probe=is_probe))

    def asked_to_wait(self, seconds: float, reason: str) -> None:
        """CVR wishes to be left alone for so long."""
        self._become(self._policy.asked_to_wait(self._breaker, _now(), seconds, reason))

    def in_vain(self, calls: int, reason: str) -> None:
        """So many calls were rejected and none was answered: this is hardly about the numbers."""
        for _ in range(calls):
            self._become(self._policy.failed(self._breaker, _now(), reason, is_probe=False))

    def given_up(self) -> None:
        """The probe ended without a result."""
        self._become(self._policy.given_up(self._breaker, _now()))

    def _become(self, breaker: Breaker) -> None:
        before, self._breaker = self._breaker, breaker
        if type(breaker) is type(before):
            return
        _show(breaker)
        if isinstance(breaker, Probing):
            self._probe_is_back.clear()
            return
        self._probe_is_back.set()
        if isinstance(breaker, Open):
            _log.warning("CVR is left alone for a while", reason=breaker.reason, seconds=breaker.period)
            self._opened(breaker.reason)
        else:
            _log.info("CVR answers again")


def _show(breaker: Breaker) -> None:
    for state in get_args(Breaker):
        metrics.BREAKER.labels(state.__name__.lower()).set(isinstance(breaker, state))


def _now() -> float:
    return asyncio.get_running_loop().time()
