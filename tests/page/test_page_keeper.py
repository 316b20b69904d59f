"""A page that cannot be started, or dies, is no trouble of its worker's; and its secrets stay out of the process list."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from adapters.clock import SystemClock
from workers.app import page_keeper
from workers.app.page_keeper import PageKeeper
from workers.app.reporter import LogAndMetrics
from workers.app.settings import Settings


@pytest.fixture
def started(monkeypatch):
    """The processes that were started; the first two cannot be."""
    found = []

    def start(command, log, environment):
        found.append((command, environment))
        if len(found) <= 2:
            raise OSError("no room")
        return SimpleNamespace(is_running=len(found) > 3, log=log)

    monkeypatch.setattr(page_keeper, "GuardedProcess", start)
    return found


async def test_a_page_is_started_until_it_runs(started, tmp_path):
    keeper = PageKeeper(Settings(data_dir=tmp_path / "new"), None, None)
    for _ in range(6):
        await keeper.look_after()
    assert len(started) == 4


async def test_the_page_gets_its_settings_by_environment_and_not_by_command(started, tmp_path):
    secret = "en-lang-hemmelighed"  # noqa: S105  # of nobody
    settings = Settings(data_dir=tmp_path, kafka_bootstrap_servers="k:9092", page_token=SecretStr(secret))
    await PageKeeper(settings, None, None).look_after()
    ((command, environment),) = started
    assert secret not in " ".join(command)
    assert environment["SORBRO_PAGE_TOKEN"] == secret
    assert environment["SORBRO_KAFKA_BOOTSTRAP_SERVERS"] == "k:9092"


def test_settings_read_back_from_the_environment_are_the_same(monkeypatch, tmp_path):
    settings = Settings(
        data_dir=tmp_path, kafka_transactions=False, page_token=SecretStr("x" * 16), cvr_calls_per_second=2.5
    )
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


async def test_a_page_that_does_not_hear_its_worker_is_logged_once_and_once_more_when_it_happens_anew(tmp_path):
    answers = iter([204, 413, 413, 204, 413])

    @asynccontextmanager
    async def put(url, data):
        yield SimpleNamespace(status=next(answers))

    keeper = PageKeeper(Settings(data_dir=tmp_path), LogAndMetrics(SystemClock()), None)
    keeper.client = SimpleNamespace(put=put)
    with capture_logs() as logs:
        for _ in range(5):
            await keeper.tell()
    assert [each["status"] for each in logs] == [413, 413]
