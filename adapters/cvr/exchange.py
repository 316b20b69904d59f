"""One HTTP request to a service that answers for CVR, and what its failing means (R20, notes/cvr.md §3.12).

Reasons consist of our own words, status codes and names of error types: a body, a header, an address and httpx's own
exceptions may hold a credential.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final

import httpx
import orjson

from adapters.cvr.service import LastingError, NoAnswerError, PassingError, RejectedError

OK: Final = 200
_SERVER_ERRORS: Final = 500
_PASSING_STATUSES: Final = frozenset({408, 429, 502, 503, 504})
_REJECTING_STATUSES: Final = frozenset({400, 413, 414, 422})
_HEADERS: Final = MappingProxyType(
    {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip"}
)


async def post(
    client: httpx.AsyncClient,
    url: str,
    body: bytes,
    *,
    patience: httpx.Timeout,
    auth: httpx.Auth | None = None,
    params: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Send one request and return the response, whatever its status.

    Raises `PassingError` if the network is to blame, `RejectedError` for a body that cannot be unpacked, and
    `LastingError` for what the settings must have caused.
    """
    failure: NoAnswerError
    try:
        return await client.post(
            url,
            content=body,
            params=params,
            headers=_HEADERS,
            auth=auth or httpx.Auth(),  # which adds nothing
            timeout=patience,
            follow_redirects=False,  # a redirect would carry the credentials elsewhere
        )
    except httpx.TimeoutException as error:
        failure = PassingError(f"CVR was too slow ({type(error).__name__})")
    except (httpx.NetworkError, httpx.RemoteProtocolError) as error:
        failure = PassingError(f"no connection to CVR ({type(error).__name__}): check url and egress")
    except httpx.DecodingError:
        failure = RejectedError("CVR sent a body that cannot be unpacked")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        failure = LastingError(f"the call to CVR failed ({type(error).__name__}): check url and proxy")
    # Raised out here because httpx's exception would come along as the context, with the request and its address.
    raise failure


def failure_by_status(response: httpx.Response, lasting: Mapping[int, str]) -> NoAnswerError:
    """Return what a status other than 200 means; `lasting` says what to check for 401, 403 and 404."""
    status = response.status_code
    if status in lasting:
        return LastingError(lasting[status])
    if status in _PASSING_STATUSES:
        return PassingError(f"CVR is busy or down (HTTP {status})", wait=retry_after(response))
    if status in _REJECTING_STATUSES:
        return RejectedError(f"CVR could not do with the question (HTTP {status}): if it never can, check the path")
    if status >= _SERVER_ERRORS:
        return PassingError(f"CVR failed within (HTTP {status})", wait=retry_after(response))
    if response.is_redirect:
        return LastingError(f"CVR redirects (HTTP {status}), which is not followed: check url and path")
    return LastingError(f"CVR answered with HTTP {status}, which nobody expected: check url and proxy")


def retry_after(response: httpx.Response) -> float | None:
    """Return the wait a response asks for, in seconds; None if it asks for none, or not so that it can be read.

    Its date form counts from the response's own Date: our clock and the sender's need not agree.
    """
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    until, now = _instant(value), _instant(response.headers.get("Date", ""))
    return max((until - now).total_seconds(), 0.0) if until and now else None


def _instant(http_date: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def json_of(response: httpx.Response) -> object:
    """Decode the body of a response with status 200.

    Raises `LastingError` for a page, which comes from a web server or a proxy and not from the service, and
    `RejectedError` for JSON that is broken.
    """
    if not _says_json(response):
        raise LastingError("something else than CVR answered (HTTP 200 without JSON): check url and proxy")
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        pass
    # Raised out here, or the decoder's exception would come along with the whole body.
    raise RejectedError("CVR sent JSON that cannot be read (HTTP 200)")


def json_if_any(response: httpx.Response) -> object:
    """Decode the body of an error, or return None: most are pages of the web server before the service."""
    try:
        return orjson.loads(response.content) if _says_json(response) else None
    except orjson.JSONDecodeError:
        return None


def _says_json(response: httpx.Response) -> bool:
    return "json" in response.headers.get("Content-Type", "").lower()
