"""The addresses of *Dead letters*: anybody may read, and only who is signed in may send (contracts.md)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import orjson
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from contracts.redrives import Chosen, Why
from workers.page.desk import A_FEW, FASTEST, BusyError, Desk
from workers.page.rendering import page
from workers.page.signing import operator_of, see_other, session_of
from workers.page.views.dead_letters import as_text, dead_letters_json, group_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workers.page.follower import Follower
    from workers.page.sessions import Session, Sessions

_DESK: Final = "/dead-letters/desk"
_WHY: Final[TypeAdapter[str]] = TypeAdapter(Why)
_USUAL_PACE: Final = 20.0


class LetterRoutes:
    """The handlers."""

    def __init__(self, follower: Follower, desk: Desk, sessions: Sessions) -> None:
        self._follower = follower
        self._desk = desk
        self._sessions = sessions

    def add(self, app: web.Application) -> None:
        """Put the addresses on the app."""
        app.router.add_get("/dead-letters", self.groups)
        app.router.add_get("/dead-letters.json", self.as_json)
        app.router.add_get(_DESK, self.desk)
        app.router.add_post("/dead-letters/try", self.try_out)
        app.router.add_post("/dead-letters/send", self.send)
        app.router.add_post("/dead-letters/stop", self.stop)

    async def groups(self, request: web.Request) -> web.Response:
        """Show the groups."""
        groups = self._follower.groups
        at, matter = self._follower.clock.now(), self._desk.matter
        return page(
            request, "dead-letters", self._session(request), groups=groups, matter=matter, as_text=as_text, at=at
        )

    async def as_json(self, _request: web.Request) -> web.Response:
        """The same as JSON."""
        view = dead_letters_json(self._follower, self._desk.matter)
        return web.Response(body=orjson.dumps(view), content_type="application/json", charset="utf-8")

    async def desk(self, request: web.Request) -> web.Response:
        """Show what is on the desk."""
        return self._desk_page(request)

    async def try_out(self, request: web.Request) -> web.Response:
        """Begin a dry run of the group that was chosen."""
        session, fields = await operator_of(request, self._sessions)
        try:
            self._desk.try_out(_chosen(fields), session.operator)
        except BusyError:
            return self._desk_page(request, "busy")
        return see_other(_DESK)

    async def send(self, request: web.Request) -> web.Response:
        """Begin to send a few, or the rest."""
        session, fields = await operator_of(request, self._sessions)
        try:
            why = _WHY.validate_python(fields.get("why", "").strip())
            first = A_FEW if fields.get("which") == "few" else None
            self._desk.send(session.operator, why, first, _pace(fields.get("pace", "")))
        except BusyError:
            return self._desk_page(request, "busy")
        except ValidationError:
            return self._desk_page(request, "why")
        except ValueError:
            return self._desk_page(request, "order")
        return see_other(_DESK)

    async def stop(self, request: web.Request) -> web.Response:
        """Stop what is being sent."""
        await operator_of(request, self._sessions)
        self._desk.stop()
        return see_other(_DESK)

    def _desk_page(self, request: web.Request, error: str | None = None) -> web.Response:
        matter = self._desk.matter
        group = group_of(self._follower, matter) if matter is not None else None
        return page(
            request,
            "desk",
            self._session(request),
            status=web.HTTPOk.status_code if error is None else web.HTTPConflict.status_code,
            matter=matter,
            group=group,
            error=error,
            few=A_FEW,
            pace=_USUAL_PACE,
            fastest=FASTEST,
            at=self._follower.clock.now(),
        )

    def _session(self, request: web.Request) -> Session | None:
        return session_of(request, self._sessions)


def _chosen(fields: Mapping[str, str]) -> Chosen:
    """The group a form names. Raises `HTTPNotFound` for what can be no group."""
    named = {name: fields.get(name, "") for name in ("reason", "ceType", "topic", "day")}
    try:
        return Chosen.from_json(json.dumps(named))
    except ValidationError as error:
        raise web.HTTPNotFound from error


def _pace(text: str) -> float:
    """Letters a second. Raises `ValueError` unless it is a number above nothing."""
    pace = float(text.replace(",", ".") or _USUAL_PACE)
    if not 0 < pace <= FASTEST:
        raise ValueError("no pace")
    return pace
