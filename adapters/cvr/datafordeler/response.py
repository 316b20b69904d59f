"""What a response of Datafordeler's GraphQL service amounts to: a page of rows, or a reason for none (R20).

Errors come with HTTP 200 as well as with others, and are told apart by ``errors[].extensions.code``. Their messages
are not repeated in reasons, only codes of a known form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

import httpx

from adapters.cvr.datafordeler.entities import Entity
from adapters.cvr.exchange import OK, failure_by_status, json_if_any, json_of, retry_after
from adapters.cvr.periods import entries, section
from adapters.cvr.service import LastingError, NoAnswerError, PassingError, RejectedError

_CODE: Final = re.compile(r"(DAF-[A-Z]{2,8}-|HC)\d{4}")
_PASSING: Final = frozenset({"HC0045"})  # the service's own limit of 60 s
_NO_CODE: Final = "no code"  # an "Unexpected Execution Error": the service's HTTP 500 under another name
_OUR_FORM: Final = MappingProxyType(
    {
        "DAF-GQL-0008": "an alias",
        "DAF-GQL-0009": "a mandatory filter missing",
        "DAF-GQL-0010": "more than one root field",
        "HC0046": "introspection",
    }
)
_LASTING: Final = MappingProxyType(
    {
        401: "Datafordeler refused the API key (HTTP 401): check the key and the addresses it may be used from; "
        "a new key takes effect after 15 minutes",
        403: "Datafordeler denied access (HTTP 403): check what the key gives access to",
        404: "Datafordeler does not know the address (HTTP 404): check url, path and version",
    }
)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one entity, and the cursor after which the next page begins, or None."""

    rows: list[Mapping[str, Any]]
    next_page: str | None


def read_page(response: httpx.Response, entity: Entity) -> Page:
    """Return the rows in a response; one of the three kinds of `NoAnswerError` if there are none to read."""
    if response.status_code != OK:
        raise _failure(response)
    content = json_of(response)
    if codes := _error_codes(content):
        raise _failure_by_code(codes, None)
    match content:
        case {"data": {entity.name: {"nodes": list(nodes), **rest}}}:
            return Page(entries(nodes), _next_page(section(rest.get("pageInfo"))))
        case _:
            raise RejectedError(f"Datafordeler sent something else than rows of {entity.name} (HTTP 200)")


def _next_page(page_info: Mapping[str, Any]) -> str | None:
    match page_info:
        case {"hasNextPage": False}:
            return None
        case {"hasNextPage": True, "endCursor": str(cursor)} if cursor:
            return cursor
        case _:
            raise RejectedError("Datafordeler does not say where the next page begins (HTTP 200)")


def _failure(response: httpx.Response) -> NoAnswerError:
    by_status = failure_by_status(response, _LASTING)
    codes = _error_codes(json_if_any(response)) - {_NO_CODE}
    if isinstance(by_status, LastingError) or not codes:
        return by_status
    by_code = _failure_by_code(codes, retry_after(response))
    # Who is overloaded says so by the status, whatever code stands beside it; a bare 500 may be anything.
    is_told = isinstance(by_status, PassingError) and response.status_code != HTTPStatus.INTERNAL_SERVER_ERROR
    return by_status if is_told and isinstance(by_code, RejectedError) else by_code


def _error_codes(content: object) -> set[str]:
    errors = entries(content.get("errors")) if isinstance(content, dict) else []
    return {_code(section(error.get("extensions")).get("code")) for error in errors}


def _code(value: object) -> str:
    if value is None:
        return _NO_CODE
    return value if isinstance(value, str) and _CODE.fullmatch(value) else "a code of an unknown form"


def _failure_by_code(codes: set[str], wait: float | None) -> NoAnswerError:
    shown = ", ".join(sorted(codes))
    if any(code.startswith("DAF-AUTH-") for code in codes):
        return LastingError(f"Datafordeler denied access ({shown}): check the API key and what it gives access to")
    if ours := sorted(_OUR_FORM[code] for code in codes & _OUR_FORM.keys()):
        # Whatever the numbers: to take the question apart would only put as many of the kind.
        return LastingError(f"Datafordeler rejects the form of the question ({shown}: {ours[0]}): a fault of ours")
    if codes <= _PASSING | {_NO_CODE}:
        return PassingError(f"Datafordeler failed within ({shown})", wait=wait)
    return RejectedError(f"Datafordeler rejected the question ({shown})")
