"""`python -m workers.page SOCKET`: the page's own process, started by the worker and by nobody else."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

from adapters.clock import SystemClock
from adapters.collector import spare_what_stays
from adapters.kafka.broadcast_clock import BroadcastClock
from adapters.telemetry.logs import configure_logging
from contracts.tariffs import TariffTable
from workers.app.settings import Settings
from workers.page.follower import Follower
from workers.page.server import serve

_NICE: Final = 10
"""The page takes what the write side leaves of the processor."""


async def run(settings: Settings, socket: Path) -> None:
    """Follow the topics and answer on the socket, until told to stop."""
    connection = settings.connection()
    clock = BroadcastClock(connection) if settings.clock == "demo" else SystemClock()
    follower = Follower(connection, settings.group, clock, TariffTable.load(settings.tariffs))
    async with asyncio.TaskGroup() as tasks:
        if isinstance(clock, BroadcastClock):
            tasks.create_task(clock.follow())
        tasks.create_task(follower.run())
        tasks.create_task(serve(follower, settings, socket))


def main() -> None:
    """Run until SIGTERM."""
    os.nice(_NICE)
    spare_what_stays()
    settings = Settings()
    configure_logging("json", settings.log_level)
    asyncio.run(run(settings, Path(sys.argv[1])))


if __name__ == "__main__":
    main()
