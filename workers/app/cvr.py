"""The service that answers for CVR, as the settings choose it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.cvr.datafordeler.service import DatafordelerService
from adapters.cvr.datafordeler.settings import DatafordelerSettings
from adapters.cvr.elasticsearch.service import ElasticsearchService
from adapters.cvr.elasticsearch.settings import ElasticsearchSettings
from adapters.cvr.registry.settings import RegistrySettings

if TYPE_CHECKING:
    import httpx

    from adapters.cvr.service import CvrService
    from workers.app.settings import Settings


def cvr_service(settings: Settings, client: httpx.AsyncClient) -> CvrService:
    """Return the service; what is not set has the service's own default.

    Raises `ValidationError`, without repeating it, for an address or path that is none.
    """
    if settings.cvr_service == "datafordeler":
        chosen = _given(url=settings.cvr_url, path=settings.cvr_path, api_key=settings.cvr_api_key)
        return DatafordelerService(client, DatafordelerSettings(**chosen))
    chosen = _given(
        url=settings.cvr_url,
        search_path=settings.cvr_path,
        user=settings.cvr_username,
        password=settings.cvr_password,
    )
    return ElasticsearchService(client, ElasticsearchSettings(**chosen))


def registry_settings(settings: Settings) -> RegistrySettings:
    """Return how much is asked of the service. Raises `ValidationError` for a canary that fails its check."""
    return RegistrySettings(
        **_given(
            calls_per_second=settings.cvr_calls_per_second,
            batch_size=settings.cvr_batch_size,
            open_first=settings.cvr_pause_seconds,
            open_longest=10 * settings.cvr_pause_seconds if settings.cvr_pause_seconds is not None else None,
            canary=settings.cvr_canary,
            canary_name=settings.cvr_canary_name,
            canary_unit=settings.cvr_canary_unit,
        )
    )


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
