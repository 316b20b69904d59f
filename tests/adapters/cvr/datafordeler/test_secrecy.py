"""The API key stands in the address, and shows up nowhere: settings, reasons, exceptions, logs, metrics."""

import logging
import pickle
import traceback
from datetime import date
from urllib.parse import quote_plus

import httpx
import pytest
from prometheus_client import generate_latest
from pydantic import SecretStr, ValidationError

from adapters.cvr.datafordeler.secrecy import guard_the_log, without_key
from adapters.cvr.datafordeler.service import DatafordelerService
from adapters.cvr.datafordeler.settings import DatafordelerSettings
from adapters.cvr.sample import sample_cvr_numbers
from adapters.cvr.service import NoAnswerError
from adapters.cvr.standin import Faults
from adapters.telemetry.catalogue import REGISTRY
from support.cvr_services import standing_in

TODAY = date(2026, 6, 15)
CVR = next(sample_cvr_numbers())
KEY = "hush-hush/æ+42"
SHOWN = (KEY, quote_plus(KEY), "hush-hush")


def settings(url="http://cvr.test"):
    return DatafordelerSettings(url=url, api_key=SecretStr(KEY))


def is_clean(text):
    return not any(form in text for form in SHOWN)


def test_settings_do_not_show_the_key():
    assert all(is_clean(text) for text in (repr(settings()), str(settings()), settings().model_dump_json()))


@pytest.mark.parametrize(
    "wrong", [{"url": f"http://{KEY}"}, {"url": f"http://k:{KEY}@a"}, {"path": f"/CVR?apiKey={KEY}"}, {"batch_size": 0}]
)
def test_refused_settings_are_not_repeated(wrong):
    with pytest.raises(ValidationError) as refusal:
        DatafordelerSettings(**{"api_key": SecretStr(KEY), **wrong})
    assert is_clean(str(refusal.value))
    assert is_clean(repr(refusal.value))


def parts_of(failure):
    """Everything an exception carries along."""
    while failure is not None:
        yield repr(failure)
        yield repr(failure.args)
        yield repr(vars(failure))
        yield repr(pickle.dumps(failure.args))
        failure = failure.__cause__ or failure.__context__


@pytest.mark.parametrize(
    "faults",
    [
        Faults(),
        Faults(down=True),
        Faults(hangs_up=True),
        Faults(delay_seconds=5),
        Faults(status=400),
        Faults(status=404),
        Faults(status=500),
        Faults(redirects_to="http://127.0.0.1:9"),
        Faults(page=True),
        Faults(garbage=True),
        Faults(timed_out=True),
        Faults(poison=frozenset({CVR})),
    ],
    ids=repr,
)
async def test_no_failure_gives_the_key_away(faults, caplog, capsys):
    """The key that is sent is not the one that is asked for, so that without a fault it is a refusal."""
    for name in ("httpx", "httpcore", "asyncio", ""):
        caplog.set_level(logging.DEBUG, logger=name)
    async with standing_in() as server, httpx.AsyncClient() as client:
        server.faults = faults
        short = settings(server.url).model_copy(update={"read_timeout": 0.1})
        service = DatafordelerService(client, short)
        with pytest.raises(NoAnswerError) as failure:
            await service.ask([CVR], TODAY)
    assert "receive_response_headers" in caplog.text  # httpcore has spoken, so the search below means something
    if not (faults.hangs_up or faults.delay_seconds):
        assert "apiKey=***" in caplog.text  # and so has httpx
    shown = capsys.readouterr()
    trace = "".join(traceback.format_exception(failure.value))
    logged = "".join(f"{record.getMessage()}{record.args!r}{record.exc_info!r}" for record in caplog.records)
    metrics = generate_latest(REGISTRY).decode()
    for text in (*parts_of(failure.value), trace, repr(service), caplog.text, logged, shown.out, shown.err, metrics):
        assert is_clean(text)


async def test_an_answer_gives_nothing_away_either(caplog):
    caplog.set_level(logging.DEBUG)
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={}))) as client:
        with pytest.raises(NoAnswerError):
            await DatafordelerService(client, settings()).ask([CVR], TODAY)
    assert "POST http://cvr.test/CVR/v2?apiKey=*** " in caplog.text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("POST https://a/CVR/v2?apiKey=abc%2Bd HTTP/1.1", "POST https://a/CVR/v2?apiKey=*** HTTP/1.1"),
        ("?apikey=abc&first=1", "?apikey=***&first=1"),
        ("URL('https://a?apiKey=abc')", "URL('https://a?apiKey=***')"),
        ("b'https://a?x=1&api_key=abc'", "b'https://a?x=1&api_key=***'"),
        ("next=%3FapiKey%3Dabc ", "next=%3FapiKey%3D*** "),
        ("apiKey=", "apiKey="),
        ("an api key", "an api key"),
    ],
)
def test_the_key_is_cut_out_and_the_rest_is_left(text, clean):
    assert without_key(text) == clean


def test_the_loggers_are_guarded_once_and_stay_guarded():
    guard_the_log()
    guard_the_log()
    assert len(logging.getLogger("httpx").filters) == 1
    assert len(logging.getLogger("httpcore.http11").filters) == 1
