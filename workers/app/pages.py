"""The operations page on the worker's port: what a browser asks for is handed to the page's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import aiohttp
from aiohttp import hdrs, web
from multidict import CIMultiDict
from yarl import URL

from workers.app.page_keeper import WORKER_LINE

if TYPE_CHECKING:
    from workers.app.page_keeper import PageKeeper
    from workers.app.waiting_list import WaitingList

_HOP_BY_HOP: Final = frozenset(
    name.lower()
    for name in (
        hdrs.CONNECTION,
        hdrs.KEEP_ALIVE,
        hdrs.PROXY_AUTHENTICATE,
        hdrs.PROXY_AUTHORIZATION,
        hdrs.TE,
        hdrs.TRAILER,
        hdrs.TRANSFER_ENCODING,
        hdrs.UPGRADE,
        hdrs.CONTENT_LENGTH,
    )
)
_LARGEST_FORM: Final = 16 * 1024
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})
_COMING: Final = (
    '<!doctype html><html lang="da"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta http-equiv="refresh" content="2"><title>Sorbro</title><h1>Sorbro</h1>'
    "<p>Siden starter. Den kommer af sig selv om et øjeblik; bliver den væk, så se page.log i arbejderens datamappe."
    '<p lang="en">The page is starting. It comes by itself in a moment; if it stays away, see page.log in the '
    "worker's data folder."
)


def add_pages(app: Any, waiting_list: WaitingList, keeper: PageKeeper | None) -> None:
    """Put ``/waiting`` on the app, and hand everything that is no page of the worker's own to the operations page."""

    @app.page("/waiting")  # type: ignore[untyped-decorator]  # faust publishes no types
    async def waiting(web: Any, request: Any) -> Any:  # noqa: ARG001  # faust's signature
        found = await waiting_list.read()
        listed = [
            {"sorId": each.sor_id, "ownerSorId": each.owner_sor_id, "kind": each.kind, "waitsFor": each.waits_for}
            for each in found.listed
        ]
        runs = [{"partition": partition, "says": says} for partition, says in found.fee_runs]
        more = found.count - len(listed)
        return web.json({"count": found.count, "waiting": listed, "more": more, "feeRuns": runs})

    if keeper is not None:
        _hand_on(app, keeper)


def _hand_on(app: Any, keeper: PageKeeper) -> None:
    async def hand_on(request: web.Request) -> web.StreamResponse:
        if request.method not in _METHODS or request.path.startswith(WORKER_LINE):
            raise web.HTTPNotFound
        body = await _form_of(request)
        if keeper.client is None:
            return _coming(request.path)
        try:
            async with keeper.client.request(
                request.method,
                URL(f"http://localhost{request.rel_url.raw_path_qs}", encoded=True),
                headers=_passed_on(request.headers),
                data=body,
                allow_redirects=False,
            ) as answer:
                told = await answer.read()
                return web.Response(status=answer.status, headers=_passed_on(answer.headers), body=told)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return _coming(request.path)

    # After Faust's own: a path of its own is found before this one, which takes all.
    app.web.web_app.router.add_route("*", "/{path:.*}", hand_on)


async def _form_of(request: web.Request) -> bytes:
    """The request's body. Raises `HTTPRequestEntityTooLarge` for one larger than any form of ours."""
    body = b""
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _LARGEST_FORM:
            raise web.HTTPRequestEntityTooLarge(_LARGEST_FORM, len(body))
    return body


def _coming(path: str) -> web.Response:
    status, headers = web.HTTPServiceUnavailable.status_code, {"Cache-Control": "no-store"}
    if path.endswith(".json"):
        return web.json_response({"starting": True}, status=status, headers=headers)
    return web.Response(text=_COMING, content_type="text/html", status=status, headers=headers)


def _passed_on(headers: Any) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in _HOP_BY_HOP)
