"""Which service answers for CVR, from the environment or from files."""

import httpx
import pytest
from pydantic import ValidationError

from adapters.cvr.datafordeler.service import DatafordelerService
from adapters.cvr.elasticsearch.service import ElasticsearchService
from workers.app.cvr import cvr_service, registry_settings
from workers.app.settings import Settings


@pytest.fixture
async def client():
    async with httpx.AsyncClient() as client:
        yield client


def test_elasticsearch_answers_unless_told_otherwise(client, monkeypatch):
    monkeypatch.setenv("SORBRO_CVR_URL", "http://cvr.test")
    monkeypatch.setenv("SORBRO_CVR_USERNAME", "worker")
    monkeypatch.setenv("SORBRO_CVR_PASSWORD", "hush")
    service = cvr_service(Settings(), client)
    assert isinstance(service, ElasticsearchService)
    assert service._settings.url == "http://cvr.test"
    assert service._settings.search_path == "/cvr-permanent/_search"
    assert (service._settings.user, service._settings.password.get_secret_value()) == ("worker", "hush")


def test_datafordeler_answers_when_chosen(client, monkeypatch):
    monkeypatch.setenv("SORBRO_CVR_SERVICE", "datafordeler")
    monkeypatch.setenv("SORBRO_CVR_API_KEY", "hush")
    service = cvr_service(Settings(), client)
    assert isinstance(service, DatafordelerService)
    assert (service._settings.url, service._settings.path) == ("https://graphql.datafordeler.dk", "/CVR/v2")
    assert service._settings.api_key.get_secret_value() == "hush"


def test_a_production_unit_sings_too_where_one_is_named(monkeypatch):
    monkeypatch.setenv("SORBRO_CVR_CANARY", "29190623")
    monkeypatch.setenv("SORBRO_CVR_CANARY_UNIT", "1007256945")
    assert registry_settings(Settings()).canary_unit == "1007256945"


@pytest.mark.parametrize("kind", ["elasticsearch", "datafordeler"])
def test_the_path_is_for_the_chosen_service(client, kind):
    settings = Settings(cvr_service=kind, cvr_url="http://cvr.test", cvr_path="/elsewhere")
    chosen = cvr_service(settings, client)._settings
    assert "/elsewhere" in {getattr(chosen, "path", None), getattr(chosen, "search_path", None)}


def test_the_key_may_be_a_file(client, tmp_path):
    (tmp_path / "sorbro_cvr_api_key").write_text("from a file\n")
    settings = Settings(_secrets_dir=tmp_path, cvr_service="datafordeler")
    assert cvr_service(settings, client)._settings.api_key.get_secret_value() == "from a file"
    assert "from a file" not in repr(settings)


def test_an_unknown_service_is_refused(monkeypatch):
    monkeypatch.setenv("SORBRO_CVR_SERVICE", "cvrapi.dk")
    with pytest.raises(ValidationError, match="'elasticsearch' or 'datafordeler'"):
        Settings()


@pytest.mark.parametrize("kind", ["elasticsearch", "datafordeler"])
def test_a_refused_address_is_not_repeated(client, kind):
    with pytest.raises(ValidationError) as refusal:
        cvr_service(Settings(cvr_service=kind, cvr_url="http://worker:hush@cvr.test"), client)
    assert "hush" not in str(refusal.value)
