"""The page over HTTP: on a socket of its own, reached through the worker's port (`workers.app.pages`)."""

from __future__ import annotations

import asyncio
from importlib import resources
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web

from adapters.kafka.picked import Picker
from workers.app.page_keeper import WORKER_LINE
from workers.operations.redrive import Redrive
from workers.page.desk import Desk
from workers.page.letter_routes import LetterRoutes
from workers.page.rendering import page
from workers.page.routes import Routes
from workers.page.safety import HEADERS, LARGEST_FORM, LONGEST_PATH, allowed_hosts, is_allowed_host, is_own_form
from workers.page.sessions import Sessions
from workers.page.signing import add_signing
from workers.page.worker_line import add_worker_line

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from aiohttp.typedefs import Handler, Middleware

    from workers.app.settings import Settings
    from workers.page.follower import Follower

_log = structlog.get_logger("sorbro.page")

_CHANGING: Final = "POST"
_MISDIRECTED: Final = 421
_STATIC: Final = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}


async def serve(follower: Follower, settings: Settings, socket: Path) -> None:
    """Answer on the socket until cancelled."""
    picker = Picker(settings.connection())
    desk = Desk(Redrive(settings.connection(), settings.group, follower.clock, follower.tariffs))
    runner = web.AppRunner(build_app(follower, settings, picker, desk), access_log=None)
    await runner.setup()
    try:
        await web.UnixSite(runner, str(socket)).start()
        await asyncio.Event().wait()
    finally:
        await desk.close()
        await runner.cleanup()
        await picker.close()


def build_app(follower: Follower, settings: Settings, picker: Picker, desk: Desk) -> web.Application:
    """The page as an application."""
    hosts = allowed_hosts(settings.page_hosts)
    app = web.Application(client_max_size=LARGEST_FORM, middlewares=[_safely(hosts)])
    sessions = Sessions(settings.page_token)
    add_worker_line(app, follower)
    add_signing(app, sessions)
    Routes(follower, picker, sessions, settings.page_runbook).add(app)
    LetterRoutes(follower, desk, sessions).add(app)
    for name, content_type in _STATIC.items():
        _add_static(app, name, content_type)
    return app


def _add_static(app: web.Application, name: str, content_type: str) -> None:
    body = resources.files("workers.page").joinpath("static", name).read_bytes()

    async def static(_request: web.Request) -> web.Response:
        return web.Response(
            body=body, content_type=content_type, charset="utf-8", headers={"Cache-Control": "max-age=300"}
        )

    app.router.add_get(f"/static/{name}", static)


def _safely(hosts: Collection[str]) -> Middleware:
    @web.middleware
    async def safely(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let through what comes from a browser at one of our own names; bound it; answer errors in words."""
        response = await _answer(request, handler, hosts)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return safely


async def _answer(request: web.Request, handler: Handler, hosts: Collection[str]) -> web.StreamResponse:
    # No browser reaches the worker's own line, whatever names browsers know us by.
    if request.path != WORKER_LINE and not is_allowed_host(request.headers.get("Host"), hosts):
        return page(request, "error", status=_MISDIRECTED, error="host")
    if len(request.path_qs) > LONGEST_PATH:
        return page(request, "error", status=web.HTTPRequestURITooLong.status_code, error="too-long")
    if request.method == _CHANGING and not is_own_form(request.headers):
        return page(request, "error", status=web.HTTPForbidden.status_code, error="forged")
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge as error:
        return page(request, "error", status=error.status, error="too-long")
    except web.HTTPForbidden as error:
        return page(request, "error", status=error.status, error="forged")
    except web.HTTPNotFound as error:
        return page(request, "error", status=error.status, error="not-found")
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            return error
        return page(request, "error", status=error.status, error="not-found")
    # Nobody reading the page at night is helped by a stack; the log has its kind and no more, for R49.
    except Exception as error:  # noqa: BLE001
        _log.error("a view could not be made", path=request.path, error=type(error).__name__)
        return page(request, "error", status=web.HTTPInternalServerError.status_code, error="failed")
