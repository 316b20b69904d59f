"""The worker's own line to its page: it tells how it stands. No browser reaches it (`workers.app.pages`)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from workers.app.page_keeper import WORKER_LINE
from workers.app.standing import WorkerStanding
from workers.page.views.cvr import calls_of

if TYPE_CHECKING:
    from workers.page.follower import Follower

_LARGEST: Final = 1024 * 1024
"""Bytes: a worker with many partitions, each of which stands still, and every figure on CVR."""


def add_worker_line(app: web.Application, follower: Follower) -> None:
    """Put the line on the app."""

    async def told(request: web.Request) -> web.Response:
        body = await request.clone(client_max_size=_LARGEST).read()
        worker = follower.worker = WorkerStanding.from_json(body)
        follower.recent_calls.heard(sum(calls_of(worker.cvr_figures).values()), asyncio.get_running_loop().time())
        return web.Response(status=web.HTTPNoContent.status_code)

    app.router.add_put(WORKER_LINE, told)
