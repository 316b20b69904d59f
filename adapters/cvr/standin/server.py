"""The stand-in's server on 127.0.0.1: documents from a `DocumentStore`, for the demo, tests and who has no access.

Shapes follow notes/cvr.md §1.1 to §1.5 for Elasticsearch and §2.2 for Datafordeler.
"""

from __future__ import annotations

import asyncio
import hmac
from typing import Any, Final

import orjson
from aiohttp import BasicAuth, web
from pydantic import SecretStr

from adapters.cvr.documents import DocumentStore
from adapters.cvr.standin.faults import Faults
from adapters.cvr.standin.graphql import answer_query, rejection
from adapters.cvr.standin.pages import html, json
from adapters.cvr.standin.query_language import QueryError
from adapters.cvr.standin.search import PATHS, ROOT_INFO, search, search_error

_SHUTDOWN_SECONDS: Final = 0.1  # nobody is owed an answer from a stand-in that stops
_GRAPHQL_PATH: Final = "/CVR/v2"


class CvrStandIn:
    """A stand-in for CVR that lives in the running event loop between `start` and `stop`.

    Port 0 takes a free one. Without `user` Elasticsearch asks for no credentials, without `api_key` GraphQL asks for
    no key. `requests` counts the HTTP requests that have reached it, whatever became of them.
    """

    def __init__(
        self,
        store: DocumentStore,
        *,
        port: int = 0,
        user: str | None = None,
        password: SecretStr | None = None,
        api_key: SecretStr | None = None,
        faults: Faults | None = None,
    ) -> None:
        self.faults = faults or Faults()
        self.requests = 0
        self._store = store
        self._port = port
        self._user = user
        self._password = password or SecretStr("")
        self._api_key = api_key
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
        for path in PATHS:
            app.router.add_post(path, self._search)
        app.router.add_post(_GRAPHQL_PATH, self._graphql)
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
        if self.faults.hangs_up and request.transport is not None:
            request.transport.abort()
        if (failure := self._failure(request)) is not None:
            return failure
        try:
            response: web.StreamResponse = await handler(request)
        except web.HTTPException as refusal:
            return html(refusal.status, f"{refusal.status} {refusal.reason}")
        response.enable_compression()
        return response

    def _failure(self, request: web.Request) -> web.Response | None:
        faults = self.faults
        wait = {"Retry-After": faults.retry_after} if faults.retry_after is not None else None
        if faults.down:
            return html(503, "503 Service Temporarily Unavailable", wait)
        if faults.status is not None:
            return html(faults.status, f"{faults.status} Fault", wait)
        if faults.redirects_to is not None:
            return html(302, "302 Found", {"Location": faults.redirects_to + request.path_qs})
        if faults.page:
            return html(200, "Log in to the network")
        if faults.garbage:
            return web.Response(body=b'{"data": {"hits', content_type="application/json")
        return None

    async def _root(self, request: web.Request) -> web.Response:
        return json(ROOT_INFO) if self._has_password(request) else _unauthorized()

    async def _search(self, request: web.Request) -> web.Response:
        if not self._has_password(request):
            return _unauthorized()
        body = await request.read()
        if self._is_poisoned(body):
            return search_error(self.faults.poison_status, "query_shard_exception", "a number nobody can do with")
        try:
            return search(self._store, self.faults, orjson.loads(body or b"{}"), PATHS[request.path])
        except orjson.JSONDecodeError:
            return search_error(400, "json_parse_exception", "the body is not JSON", line=1, col=1)
        except QueryError as error:
            return search_error(400, "parsing_exception", str(error), line=1, col=1)

    async def _graphql(self, request: web.Request) -> web.Response:
        if not self._has_key(request):
            return json({"status": 401, "title": "Unauthorized", "errorCode": "DAF-AUTH-0005"}, 401)
        body = await request.read()
        if self._is_poisoned(body):
            return json(rejection("a number nobody can do with"), self.faults.poison_status)
        status, answer = answer_query(self._store, self.faults, body)
        return json(answer, status)

    def _has_password(self, request: web.Request) -> bool:
        if self._user is None:
            return True
        try:
            given = BasicAuth.decode(request.headers.get("Authorization", ""), encoding="utf-8")
        except ValueError:
            return False
        password = self._password.get_secret_value()
        return given.login == self._user and hmac.compare_digest(given.password.encode(), password.encode())

    def _has_key(self, request: web.Request) -> bool:
        if self._api_key is None:
            return True
        given = request.query.get("apiKey", "")
        return hmac.compare_digest(given.encode(), self._api_key.get_secret_value().encode())

    def _is_poisoned(self, body: bytes) -> bool:
        return any(number.encode() in body for number in self.faults.poison)


def _unauthorized() -> web.Response:
    return html(401, "401 Authorization Required", {"WWW-Authenticate": 'Basic realm="CVR"'})
