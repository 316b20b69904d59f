"""What an HTTP response of CVR's Elasticsearch service amounts to: documents, or a reason for none (R20)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import httpx

from adapters.cvr.elasticsearch.search import SearchAnswer, client_error_type, read_answer
from adapters.cvr.exchange import OK, failure_by_status, json_if_any, json_of
from adapters.cvr.service import NoAnswerError, RejectedError

_INTERNAL_ERROR: Final = 500
_LASTING: Final = MappingProxyType(
    {
        401: "CVR refused the credentials (HTTP 401): check user and password",
        403: "CVR denied access (HTTP 403): check the agreement with Erhvervsstyrelsen and the caller's address",
        404: "CVR does not know the address (HTTP 404): check url and search path",
    }
)


def read_response(response: httpx.Response) -> SearchAnswer:
    """Return the documents in a response, also those of an answer that is not whole.

    Raises one of the three kinds of `NoAnswerError` if there are none to read.
    """
    if response.status_code != OK:
        raise _failure(response)
    answer = read_answer(json_of(response))
    if answer is None:
        raise RejectedError("CVR sent something else than a search answer (HTTP 200): if it always does, check the url")
    return answer


def _failure(response: httpx.Response) -> NoAnswerError:
    if response.status_code == _INTERNAL_ERROR and (blame := client_error_type(json_if_any(response))):
        return RejectedError(f"CVR rejected the question (HTTP 500, {blame})")
    return failure_by_status(response, _LASTING)
