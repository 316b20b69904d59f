"""The worker's port hands a browser on to the page's own process, and says so while there is none."""

from types import SimpleNamespace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from workers.app.page_keeper import WORKER_LINE
from workers.app.pages import _hand_on


@pytest.fixture
async def behind():
    """The page's own process: it tells what it was asked."""

    async def told(request):
        answer = web.json_response(
            {"method": request.method, "path": request.path_qs, "host": request.host, "body": await request.text()}
        )
        answer.headers.add("Set-Cookie", "a=1")
        answer.headers.add("Set-Cookie", "b=2")
        return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told)
    async with TestServer(app) as server:
        yield server


async def port_of(client: aiohttp.ClientSession | None) -> TestClient:
    app = web.Application()
    faust = SimpleNamespace(web=SimpleNamespace(web_app=app))
    _hand_on(faust, SimpleNamespace(client=client))
    opened = TestClient(TestServer(app))
    await opened.start_server()
    return opened


@pytest.fixture
async def port(behind, monkeypatch):
    async with aiohttp.ClientSession() as client:

        class Reaching:
            """Reaches the page by its path alone, as over its socket."""

            def request(self, method, url, **options):
                return client.request(method, url.with_host(behind.host).with_port(behind.port), **options)

        opened = await port_of(Reaching())
        yield opened
        await opened.close()


async def test_what_is_asked_and_answered_goes_through_whole(port):
    answer = await port.post("/units?a=%26b", data={"question": "x y"}, headers={"Host": "sorbro.example:6066"})
    assert await answer.json() == {
        "method": "POST",
        "path": "/units?a=%26b",
        "host": "sorbro.example:6066",
        "body": "question=x+y",
    }
    assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]


@pytest.mark.parametrize("path", [WORKER_LINE, f"{WORKER_LINE}/", f"{WORKER_LINE}?x"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_the_worker_s_line_is_closed_to_browsers(port, method, path):
    assert (await port.request(method, path)).status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
async def test_only_reading_and_forms_go_through(port, method):
    assert (await port.request(method, "/")).status == 404


async def test_a_large_body_is_refused_at_the_door(port):
    assert (await port.post("/units", data=b"x" * 20_000)).status == 413


async def test_a_large_body_of_unknown_length_is_refused_as_well(port):
    async def endless():
        for _ in range(40):
            yield b"x" * 1000

    assert (await port.post("/units", data=endless())).status == 413


@pytest.mark.parametrize("path", ["/", "/closures"])
async def test_while_there_is_no_page_the_port_says_that_it_is_coming(path):
    opened = await port_of(None)
    answer = await opened.get(path)
    assert answer.status == 503
    assert "Siden starter" in await answer.text()
    assert (await (await opened.get("/now.json")).json()) == {"starting": True}
    await opened.close()


async def test_a_page_that_has_died_is_no_error_of_the_worker_s():
    class Dead:
        def request(self, *_args, **_options):
            raise aiohttp.ClientConnectionError

    opened = await port_of(Dead())
    assert (await opened.get("/")).status == 503
    await opened.close()
