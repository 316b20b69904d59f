"""The CVR stand-in: a local HTTP server that answers as Erhvervsstyrelsen's Elasticsearch 6.8 does.

It serves documents from a `DocumentStore` on 127.0.0.1 to the demo, the tests and a developer without access
to CVR, and it can be told to fail. Shapes follow notes/cvr.md §1.1 to §1.5.
"""

from __future__ import annotations

import asyncio
import hmac
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import BasicAuth, web
from pydantic import SecretStr

from adapters.cvr.documents import Document, DocumentStore
from adapters.cvr.query_language import QueryError, narrowed, predicate
from adapters.cvr.reading import COMPANY, PRODUCTION_UNIT

_SEARCH_KEYS = frozenset({"query", "_source", "from", "size"})
_DEFAULT_SIZE = 10
_RESULT_WINDOW = 3000
_SHUTDOWN_SECONDS = 0.1  # nobody is owed an answer from a stand-in that stops
_SHARDS = 6
_INDICES = {COMPANY: "cvr-v-20220630", PRODUCTION_UNIT: "cvr-p-20200115"}
_PATHS = {
    "/cvr-permanent/_search": (COMPANY, PRODUCTION_UNIT),
    "/cvr-permanent/virksomhed/_search": (COMPANY,),
    "/cvr-permanent/produktionsenhed/_search": (PRODUCTION_UNIT,),
}
_ROOT_INFO = {
    "name": "cvr-stand-in",
    "cluster_name": "sorbro.cvr-stand-in",
    "cluster_uuid": "AAAAAAAAAAAAAAAAAAAAAA",
    "version": {
        "number": "6.8.16",
        "build_flavor": "default",
        "build_type": "zip",
        "build_hash": "0000000",
        "build_date": "2021-05-21T00:00:00.000000Z",
        "build_snapshot": False,
        "lucene_version": "7.7.3",
        "minimum_wire_compatibility_version": "5.6.0",
        "minimum_index_compatibility_version": "5.0.0",
    },
    "tagline": "You Know, for Search",
}


@dataclass(slots=True)
class Faults:
    """What is wrong with the stand-in; may be changed while it runs.

    `down` answers everything with HTTP 503 and an HTML page, `delay_seconds` holds every answer back,
    `timed_out` and `failed_shards` mark answers as partial, with HTTP 200 as in CVR (notes/cvr.md §3.11).
    """

    down: bool = False
    delay_seconds: float = 0.0
    timed_out: bool = False
    failed_shards: int = 0


class CvrStandIn:
    """A stand-in for CVR that lives in the running event loop between `start` and `stop`.

    Port 0 takes a free one. Without `user` it asks for no credentials. `requests` counts the HTTP requests
    that have reached it, whatever became of them.
    """

    def __init__(
        self,
        store: DocumentStore,
        *,
        port: int = 0,
        user: str | None = None,
        password: SecretStr | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.faults = faults or Faults()
        self.requests = 0
        self._store = store
        self._port = port
        self._user = user
        self._password = password or SecretStr("")
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The address to give to a client, ``http://127.0.0.1:port``; `RuntimeError` unless it runs."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("the CVR stand-in is not running: start() it first")
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def start(self) -> None:
        """Open the port; `OSError` if it is taken."""
        app = web.Application(middlewares=[self._before_all])
        app.router.add_get("/", self._root)
        for path in _PATHS:
            app.router.add_post(path, self._search)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=_SHUTDOWN_SECONDS
        )
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        except OSError:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close the port and every connection; harmless when it is not running."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    @web.middleware
    async def _before_all(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests += 1
        if self.faults.delay_seconds:
            await asyncio.sleep(self.faults.delay_seconds)
        if self.faults.down:
            return _html(503, "503 Service Temporarily Unavailable")
        if not self._is_admitted(request):
            return _html(401, "401 Authorization Required", {"WWW-Authenticate": 'Basic realm="CVR"'})
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as refusal:
            return _html(refusal.status, f"{refusal.status} {refusal.reason}")
        response.enable_compression()
        return response

    def _is_admitted(self, request: web.Request) -> bool:
        if self._user is None:
            return True
        try:
            given = BasicAuth.decode(request.headers.get("Authorization", ""), encoding="utf-8")
        except ValueError:
            return False
        password = self._password.get_secret_value()
        return given.login == self._user and hmac.compare_digest(given.password.encode(), password.encode())

    async def _root(self, _request: web.Request) -> web.Response:
        return _json(_ROOT_INFO)

    async def _search(self, request: web.Request) -> web.Response:
        try:
            body = orjson.loads(await request.read() or b"{}")
            return self._answer(body, _PATHS[request.path])
        except orjson.JSONDecodeError:
            return _error(400, "json_parse_exception", "the body is not JSON", line=1, col=1)
        except QueryError as error:
            return _error(400, "parsing_exception", str(error), line=1, col=1)

    def _answer(self, body: Any, kinds: tuple[str, ...]) -> web.Response:
        if not isinstance(body, dict) or (unknown := sorted(body.keys() - _SEARCH_KEYS)):
            raise QueryError(f"Unknown key for a VALUE in {unknown if isinstance(body, dict) else '[body]'}.")
        query, source = body.get("query", {"match_all": {}}), body.get("_source", True)
        if not isinstance(source, bool | str | list):
            raise QueryError("[_source] as an object is not understood here")
        is_hit = predicate(query)
        first, size = _count(body, "from", 0), _count(body, "size", _DEFAULT_SIZE)
        if first + size > _RESULT_WINDOW:
            return _error(
                500,
                "search_phase_execution_exception",
                "Result window is too large, from + size must be less than or equal to: "
                f"[{_RESULT_WINDOW}] but was [{first + size}].",
                phase="query",
                grouped=True,
            )
        found = [document for document in self._store if _kind(document) in kinds and is_hit(document)]
        hits = [_hit(document, source=source) for document in found[first : first + size]]
        failed = self.faults.failed_shards
        return _json(
            {
                "took": 1,
                "timed_out": self.faults.timed_out,
                "_shards": {"total": _SHARDS, "successful": _SHARDS - failed, "skipped": 0, "failed": failed},
                "hits": {"total": len(found), "max_score": 1.0 if hits else None, "hits": hits},
            }
        )


def _count(body: dict[str, Any], name: str, default: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or value < 0:
        raise QueryError(f"[{name}] parameter cannot be negative and must be a number")
    return value


def _kind(document: Document) -> str:
    return COMPANY if COMPANY in document else PRODUCTION_UNIT


def _hit(document: Document, *, source: bool | str | list[str]) -> dict[str, Any]:
    kind = _kind(document)
    hit = {
        "_index": _INDICES[kind],
        "_type": "_doc",
        "_id": str(document[kind].get("enhedsNummer")),
        "_score": 1.0,
    }
    if source is True:
        return hit | {"_source": document}
    if source is False:
        return hit
    return hit | {"_source": narrowed(document, [source] if isinstance(source, str) else source)}


def _error(status: int, kind: str, reason: str, **more: object) -> web.Response:
    return _json({"error": {"type": kind, "reason": reason, **more}, "status": status}, status)


def _json(content: object, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json", charset="UTF-8")


def _html(status: int, title: str, headers: dict[str, str] | None = None) -> web.Response:
    page = (
        f"<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n"
        "<hr><center>nginx</center>\n</body>\n</html>\n"
    )
    return web.Response(text=page, status=status, content_type="text/html", headers=headers)
