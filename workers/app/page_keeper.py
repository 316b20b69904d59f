"""Keeps the operations page's process: starts it, tells it how the worker stands, starts it again when it dies."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import mode
import structlog
from aiohttp import web

from adapters.broker.errors import BrokerError
from adapters.broker.guarded_process import GuardedProcess
from workers.app.standing import standing_of

if TYPE_CHECKING:
    from adapters.cvr.registry.lookup import ServiceRegistry
    from workers.app.reporter import LogAndMetrics
    from workers.app.settings import Settings

_log = structlog.get_logger("sorbro.page")

WORKER_LINE: Final = "/-/worker"
"""Where the page hears the worker; closed to browsers."""
_EVERY_SECONDS: Final = 1.0
_AGAIN_SECONDS: Final = (1.0, 1.0, 5.0, 30.0)
"""How long to the next look, after so many failures."""
_STOP_SECONDS: Final = 3.0
_HEARD: Final = web.HTTPNoContent.status_code


class PageKeeper(mode.Service):  # type: ignore[misc]  # mode publishes no types
    """Lives as long as the worker. `client` reaches the page while it runs."""

    def __init__(
        self, settings: Settings, reporter: LogAndMetrics, registry: ServiceRegistry | None, **options: Any
    ) -> None:
        super().__init__(**options)
        self._settings = settings
        self._reporter = reporter
        self._registry = registry
        # Not in the data folder: the name of a socket may have a hundred characters and no more.
        self._folder = TemporaryDirectory(prefix="sorbro-page-")
        self._socket = Path(self._folder.name) / "socket"
        self._process: GuardedProcess | None = None
        self._failures = 0
        self._answered = _HEARD
        self.client: aiohttp.ClientSession | None = None

    async def on_start(self) -> None:
        """Begin to keep the page."""
        self.client = aiohttp.ClientSession(
            connector=aiohttp.UnixConnector(str(self._socket)),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=30),
        )
        self.add_future(self._keep())
        self.add_future(self._tell())

    async def on_stop(self) -> None:
        """End the page."""
        if self.client is not None:
            await self.client.close()
        if self._process is not None:
            self._process.terminate()
            if not await asyncio.to_thread(self._process.wait, _STOP_SECONDS):
                await asyncio.to_thread(self._process.kill)
        self._folder.cleanup()

    async def _keep(self) -> None:
        while not self.should_stop:
            await self.look_after()
            await self.sleep(_AGAIN_SECONDS[min(self._failures, len(_AGAIN_SECONDS) - 1)])

    async def look_after(self) -> None:
        """Start the page if it does not run. That it cannot be started is no trouble of the worker's."""
        if self._process is not None and self._process.is_running:
            return
        if self._process is not None:
            self._failures += 1
            _log.warning("the operations page has died, starting it again", log=str(self._process.log))
        try:
            self._process = await asyncio.to_thread(self._start)
        except (BrokerError, OSError) as error:
            self._failures += 1
            _log.warning("the operations page cannot be started", error=f"{type(error).__name__}: {error}")

    def _start(self) -> GuardedProcess:
        self._socket.unlink(missing_ok=True)
        command = [sys.executable, "-m", "workers.page", str(self._socket)]
        environment = os.environ | self._settings.as_environment()
        self._settings.data_dir.mkdir(parents=True, exist_ok=True)
        return GuardedProcess(command, self._settings.data_dir / "page.log", environment)

    async def _tell(self) -> None:
        while not self.should_stop:
            with suppress(aiohttp.ClientError, TimeoutError, OSError):  # not there yet, or just dead
                await self.tell()
            await self.sleep(_EVERY_SECONDS)

    async def tell(self) -> None:
        """Tell the page once how the worker stands; log it once when the page begins to refuse that."""
        if self.client is None:
            return
        body = standing_of(self._reporter, self._registry, asyncio.get_running_loop().time()).to_json()
        async with self.client.put(f"http://localhost{WORKER_LINE}", data=body) as answer:
            if answer.status not in {_HEARD, self._answered}:
                _log.error("the operations page does not hear its worker, see page.log", status=answer.status)
            self._answered = answer.status
