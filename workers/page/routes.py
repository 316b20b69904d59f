"""Which address shows which view; each as HTML, and as JSON under the same name with ``.json``."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from contracts.identifiers import SorId
from contracts.publish import ROOT
from contracts.wire import CivilDate
from workers.page.months import months_of
from workers.page.rendering import language_of, page, words_of
from workers.page.signing import see_other, session_of
from workers.page.story_lines import told_in
from workers.page.views.closures import closures_of
from workers.page.views.contracts import contracts_of
from workers.page.views.cvr import cvr_of
from workers.page.views.flow import flow_of
from workers.page.views.now import now_of
from workers.page.views.unit import MOST_RECORDS, search_of, story_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import HttpUrl

    from adapters.kafka.picked import Picker
    from contracts.wire import Message
    from workers.page.follower import Follower
    from workers.page.sessions import Sessions

_DAY: Final[TypeAdapter[date]] = TypeAdapter(CivilDate)
_FRESH_SECONDS: Final = 1.0
"""However many look at once, a view is made anew this often at most."""


class Routes:
    """The handlers of all views that only show."""

    def __init__(self, follower: Follower, picker: Picker, sessions: Sessions, runbook: HttpUrl | None) -> None:
        self._follower = follower
        self._picker = picker
        self._sessions = sessions
        self._runbook = runbook
        self._made: dict[str, tuple[float, Message]] = {}

    def add(self, app: web.Application) -> None:
        """Put the views on the app."""
        get = app.router.add_get
        simple: dict[str, Callable[[Follower], Message]] = {
            "now": now_of,
            "flow": flow_of,
            "cvr": cvr_of,
            "contracts": contracts_of,
        }
        for name, make in simple.items():
            self._add_simple(app, name, "/" if name == "now" else f"/{name}", make)
        get("/closures", self.closures)
        get("/closures.json", self.closures_json)
        get("/units", self.ask_for_unit)
        app.router.add_post("/units", self.search)
        app.router.add_post("/units.json", self.search_json)
        get(r"/units/{sor_id:\d{11,18}}", self.unit)
        get(r"/units/{sor_id:\d{11,18}}.json", self.unit_json)
        get("/asyncapi.json", self.asyncapi)

    def _add_simple(self, app: web.Application, name: str, path: str, make: Callable[[Follower], Message]) -> None:
        async def as_html(request: web.Request) -> web.Response:
            return self._page(request, name, data=self._fresh(name, make))

        async def as_json(_request: web.Request) -> web.Response:
            return _json(self._fresh(name, make))

        app.router.add_get(path, as_html)
        app.router.add_get(f"/{name}.json", as_json)

    async def closures(self, request: web.Request) -> web.Response:
        """Show what is due, late and done."""
        data = closures_of(self._follower, _day(request))
        return self._page(request, "closures", data=data, months=months_of(data.calendar))

    async def closures_json(self, request: web.Request) -> web.Response:
        """The same as JSON."""
        return _json(closures_of(self._follower, _day(request)))

    async def ask_for_unit(self, request: web.Request) -> web.Response:
        """Show the search."""
        return self._page(request, "unit", question="", data=None)

    async def search(self, request: web.Request) -> web.Response:
        """Show what is found. What is asked for may be a name, so it stands in no address (R49)."""
        question = str((await request.post()).get("question", ""))
        found = search_of(self._follower, question)
        if len(found.found) == 1:
            return see_other(f"/units/{found.found[0].sor_id}")
        return self._page(request, "unit", question=question, data=found)

    async def search_json(self, request: web.Request) -> web.Response:
        """The same as JSON."""
        return _json(search_of(self._follower, str((await request.post()).get("question", ""))))

    async def unit(self, request: web.Request) -> web.Response:
        """Show one unit's story."""
        sor_id = _sor_id(request)
        told = await story_of(self._follower, self._picker, sor_id)
        if told is None:
            status = web.HTTPNotFound.status_code
            return self._page(request, "unit", status=status, question=sor_id, data=None, unknown=sor_id)
        lines = told_in(told.story, words_of(language_of(request)))
        return self._page(request, "story", data=told, most=MOST_RECORDS, lines=lines)

    async def unit_json(self, request: web.Request) -> web.Response:
        """The same as JSON."""
        told = await story_of(self._follower, self._picker, _sor_id(request))
        if told is None:
            raise web.HTTPNotFound
        return _json(told)

    async def asyncapi(self, _request: web.Request) -> web.Response:
        """The published document."""
        return web.Response(body=(ROOT / "asyncapi.json").read_bytes(), content_type="application/json")

    def _page(self, request: web.Request, view: str, *, status: int = 200, **given: Any) -> web.Response:
        session = session_of(request, self._sessions)
        return page(request, view, session, status=status, left=self._left(), runbook=self._runbook, **given)

    def _left(self) -> int | None:
        return None if self._follower.is_complete else self._follower.left or 0

    def _fresh(self, name: str, make: Callable[[Follower], Message]) -> Message:
        now = asyncio.get_running_loop().time()
        made = self._made.get(name)
        if made is None or now - made[0] > _FRESH_SECONDS:
            made = self._made[name] = (now, make(self._follower))
        return made[1]


def _json(view: Message) -> web.Response:
    return web.Response(body=view.to_json(), content_type="application/json", charset="utf-8")


def _day(request: web.Request) -> date | None:
    """The day chosen; none for what is no day of a contract."""
    try:
        return _DAY.validate_python(request.query.get("day", ""))
    except ValidationError:
        return None


def _sor_id(request: web.Request) -> SorId:
    try:
        return SorId.parse(request.match_info["sor_id"])
    except ValueError as error:
        raise web.HTTPNotFound from error
