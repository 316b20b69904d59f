"""Signing in and out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from workers.explain.words.catalogue import LANGUAGES
from workers.page.rendering import LANGUAGE_COOKIE, page
from workers.page.sessions import LASTS_SECONDS, TooOftenError

if TYPE_CHECKING:
    from workers.page.sessions import Session, Sessions

_COOKIE: Final = "sorbro_session"
_YEAR_SECONDS: Final = 365 * 24 * 3600


def session_of(request: web.Request, sessions: Sessions) -> Session | None:
    """Whose browser asks."""
    return sessions.find(request.cookies.get(_COOKIE), _now())


async def operator_of(request: web.Request, sessions: Sessions) -> tuple[Session, dict[str, str]]:
    """The session, and the fields of a form that changes something. Raises `HTTPForbidden` for any other's."""
    session = session_of(request, sessions)
    fields = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    if session is None or not session.is_own(fields.get("secret", "")):
        raise web.HTTPForbidden
    return session, fields


def add_signing(app: web.Application, sessions: Sessions) -> None:
    """Put signing in and out, and the choice of language, on the app."""

    async def ask(request: web.Request) -> web.Response:
        return page(request, "sign-in", session_of(request, sessions), is_possible=sessions.are_possible, error=None)

    async def sign_in(request: web.Request) -> web.Response:
        fields = await request.post()
        try:
            name = sessions.sign_in(str(fields.get("token", "")), str(fields.get("operator", "")), _now())
            error = "wrong"
        except TooOftenError:
            name, error = None, "too-often"
        if name is None:
            status = web.HTTPForbidden.status_code
            return page(request, "sign-in", status=status, is_possible=sessions.are_possible, error=error)
        response = see_other("/dead-letters")
        response.set_cookie(
            _COOKIE,
            name,
            max_age=int(LASTS_SECONDS),
            httponly=True,
            samesite="Strict",
            secure=request.headers.get("X-Forwarded-Proto") == "https",
        )
        return response

    async def sign_out(request: web.Request) -> web.Response:
        await operator_of(request, sessions)
        sessions.sign_out(request.cookies.get(_COOKIE))
        response = see_other("/")
        response.del_cookie(_COOKIE)
        return response

    async def choose_language(request: web.Request) -> web.Response:
        chosen = request.match_info["language"]
        if chosen not in LANGUAGES:
            raise web.HTTPNotFound
        response = see_other(_own_path(request.query.get("back", "/")))
        response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax")
        return response

    app.router.add_get("/sign-in", ask)
    app.router.add_post("/sign-in", sign_in)
    app.router.add_post("/sign-out", sign_out)
    app.router.add_get("/language/{language}", choose_language)


def see_other(path: str) -> web.Response:
    """Send the browser on to another of our addresses."""
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": path})


def _own_path(path: str) -> str:
    """The path if it is one of this page; a link must not lead elsewhere through us."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def _now() -> float:
    """The event loop's own clock, in seconds."""
    return asyncio.get_running_loop().time()
