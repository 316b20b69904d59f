"""One HTTP request, whatever comes of it: the kind of failure, the wait that is asked for, and no trace of a secret."""

import httpx
import pytest

from adapters.cvr.exchange import failure_by_status, json_if_any, json_of, post, retry_after
from adapters.cvr.service import LastingError, PassingError, RejectedError

URL = "http://cvr.test/search?apiKey=hush"


async def exchange(outcome):
    """What becomes of a request with which the network does this."""

    def handle(request):
        if isinstance(outcome, Exception):
            outcome.request = request  # as httpx's own exceptions have it
            raise outcome
        return outcome

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        return await post(client, URL, b"{}", patience=httpx.Timeout(1))


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        (httpx.ConnectError("refused"), PassingError),
        (httpx.ConnectTimeout("slow"), PassingError),
        (httpx.ReadTimeout("slow"), PassingError),
        (httpx.WriteTimeout("slow"), PassingError),
        (httpx.PoolTimeout("busy"), PassingError),
        (httpx.ReadError("reset"), PassingError),
        (httpx.WriteError("reset"), PassingError),
        (httpx.CloseError("reset"), PassingError),
        (httpx.RemoteProtocolError("hung up"), PassingError),
        (httpx.DecodingError("no gzip"), RejectedError),
        (httpx.ProxyError("no"), LastingError),
        (httpx.UnsupportedProtocol("odd"), LastingError),
        (httpx.LocalProtocolError("odd"), LastingError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
async def test_what_the_network_does_has_its_kind_and_keeps_the_address_to_itself(outcome, kind):
    with pytest.raises(kind) as failure:
        await exchange(outcome)
    assert type(failure.value) is kind
    assert type(outcome).__name__ in str(failure.value) or kind is RejectedError
    assert failure.value.__context__ is None
    assert failure.value.__cause__ is None


async def test_a_response_is_returned_whatever_its_status():
    assert (await exchange(httpx.Response(503))).status_code == 503


async def test_a_password_in_a_netrc_is_not_sent(tmp_path, monkeypatch):
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine cvr.test login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    sent = []

    def handle(request):
        sent.append(request.headers.get("Authorization"))
        return httpx.Response(200)

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        await post(client, URL, b"{}", patience=httpx.Timeout(1))
    assert sent == [None]


@pytest.mark.parametrize(
    ("value", "date", "wait"),
    [
        ("0", None, 0),
        ("120", None, 120),
        (" 7 ", None, 7),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 30),
        ("Wed, 21 Oct 2026 07:28:30 GMT", "Wed, 21 Oct 2026 09:28:00 +0200", 30),
        ("Wed, 21 Oct 2026 07:27:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT", 0),
        ("Wed, 21 Oct 2026 07:28:30 -0000", "Wed, 21 Oct 2026 07:28:00 -0000", 30),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None, None),
        ("Wed, 21 Oct 2026 07:28:00 GMT", "today", None),
        ("soon", "Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None, None),
        ("1.5", None, None),
        ("²", None, None),
        ("", None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_sender_s_own_clock(value, date, wait):
    headers = [(b"Retry-After", value.encode())] + ([(b"Date", date.encode())] if date else [])
    assert retry_after(httpx.Response(429, headers=headers)) == wait


def test_without_retry_after_no_wait_is_asked_for():
    assert retry_after(httpx.Response(429, headers={"Date": "Wed, 21 Oct 2026 07:28:00 GMT"})) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_lasting(status):
    failure = failure_by_status(httpx.Response(status, headers={"Location": "http://elsewhere"}), {})
    assert isinstance(failure, LastingError)
    assert "redirects" in str(failure)
    assert "elsewhere" not in str(failure)


def test_a_body_that_is_not_shown_is_not_carried_along_either():
    response = httpx.Response(200, content=b'{"hush', headers={"Content-Type": "application/json"})
    with pytest.raises(RejectedError) as failure:
        json_of(response)
    assert failure.value.__context__ is None
    assert json_if_any(response) is None


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/graphql-response+json", "text/JSON"])
def test_json_is_json_under_any_of_its_names(kind):
    response = httpx.Response(200, content=b"[1]", headers={"Content-Type": kind})
    assert json_of(response) == json_if_any(response) == [1]
