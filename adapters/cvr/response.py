"""What an HTTP response of CVR's Elasticsearch service amounts to: an answer, or a reason for none (R20).

Reasons consist of our own words, status codes and known error types, not of bodies, headers or settings.
"""

from __future__ import annotations

from typing import NoReturn

import httpx
import orjson

from adapters.cvr.search import SearchAnswer, client_error_type, read_answer

_OK = 200
_INTERNAL_ERROR = 500
_PASSING_STATUSES = frozenset({429, 502, 503, 504})
_LASTING_STATUSES = {
    400: "CVR did not understand the question (HTTP 400): check search path and service version",
    401: "CVR refused the credentials (HTTP 401): check user and password",
    403: "CVR denied access (HTTP 403): check the agreement with Erhvervsstyrelsen and the caller's address",
    404: "CVR does not know the address (HTTP 404): check url and search path",
}


class FailedError(Exception):
    """CVR gave no usable answer. The text is the reason the caller gets."""


class PassingError(FailedError):
    """A failure that asking again may mend; `wait` is CVR's wish in seconds, `partial` what did arrive."""

    def __init__(self, reason: str, *, wait: float | None = None, partial: SearchAnswer | None = None) -> None:
        super().__init__(reason)
        self.wait = wait
        self.partial = partial


def read_response(response: httpx.Response) -> SearchAnswer:
    """Return the answer in a response; `FailedError` if none, `PassingError` if asking again may help."""
    content = _json_content(response)
    if response.status_code != _OK:
        _raise_for_status(response, content)
    answer = read_answer(content)
    if answer is None:
        raise FailedError("CVR sent something else than a search answer (HTTP 200): check url and proxy")
    if answer.is_passing:
        raise PassingError(answer.defect or "", partial=answer)
    return answer


def _raise_for_status(response: httpx.Response, content: object) -> NoReturn:
    status = response.status_code
    if status in _PASSING_STATUSES:
        raise PassingError(f"CVR is busy or down (HTTP {status})", wait=_retry_after(response))
    if status in _LASTING_STATUSES:
        raise FailedError(_LASTING_STATUSES[status])
    if status == _INTERNAL_ERROR:
        if blame := client_error_type(content):
            raise FailedError(f"CVR rejected the question (HTTP 500, {blame}): this is a fault of ours")
        raise PassingError("CVR failed within (HTTP 500)")
    if response.is_redirect:
        raise FailedError(f"CVR redirects (HTTP {status}), which is not followed: check url and search path")
    raise FailedError(f"CVR answered with HTTP {status}, which nobody expected: check url and proxy")


def _json_content(response: httpx.Response) -> object:
    """Decode the body, or return None: the web server before CVR sends HTML pages (notes/cvr.md §3.12)."""
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        return orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return None


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds of Retry-After; its date form would need a clock, so the usual back-off serves."""
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdecimal() else None
