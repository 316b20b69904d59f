"""The password shows up nowhere: not in settings, reasons, exceptions or logs."""

import base64
import logging
import traceback
from datetime import date

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from adapters.cvr.elasticsearch.service import ElasticsearchService
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.sample import sample_cvr_numbers
from adapters.cvr.service import NoAnswerError

PASSWORD = "correct-horse-battery"  # noqa: S105 - the bait that these tests look for
ENCODED = base64.b64encode(f"worker:{PASSWORD}".encode()).decode()
CVR = next(sample_cvr_numbers())


def settings():
    return ElasticsearchSettings(url="http://cvr.test", user="worker", password=SecretStr(PASSWORD))


def is_clean(text):
    return PASSWORD not in text and ENCODED not in text


def test_settings_do_not_show_the_password():
    assert all(is_clean(text) for text in (repr(settings()), str(settings()), settings().model_dump_json()))


@pytest.mark.parametrize(
    "url",
    [f"http://worker:{PASSWORD}@cvr.test", f"ftp://{PASSWORD}", f"http://a/{PASSWORD}", f"http://worker:{PASSWORD}"],
)
def test_a_refused_url_is_not_repeated(url):
    with pytest.raises(ValidationError) as refusal:
        ElasticsearchSettings(url=url)
    assert is_clean(str(refusal.value))
    assert is_clean(repr(refusal.value))


def test_the_url_takes_no_credentials():
    with pytest.raises(ValidationError, match="must not carry credentials"):
        ElasticsearchSettings(url="http://a:b@cvr.test")


@pytest.mark.parametrize("status", [None, 200, 302, 400, 401, 403, 404, 429, 500, 503])
async def test_no_failure_gives_the_credentials_away(status, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    seen = []

    def echo(request):
        seen.append(request.headers["Authorization"])
        if status is None:
            raise httpx.ConnectError(f"cannot send {request.headers['Authorization']}", request=request)
        return httpx.Response(status, text=request.headers["Authorization"], headers={"Location": "/"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(echo)) as client:
        service = ElasticsearchService(client, settings())
        with pytest.raises(NoAnswerError) as failure:
            await service.ask([CVR], date(2026, 6, 15))
    assert seen == [f"Basic {ENCODED}"]  # it was sent, so the search below means something
    assert failure.value.__context__ is None
    shown = capsys.readouterr()
    trace = "".join(traceback.format_exception(failure.value))
    for text in (repr(service), repr(failure.value), trace, caplog.text, shown.out, shown.err):
        assert is_clean(text)
