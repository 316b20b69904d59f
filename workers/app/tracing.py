"""Tracing as the settings have it; OpenTelemetry is loaded only when it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.telemetry.tracing import OpenTelemetry
    from workers.app.settings import Settings


class TracingError(RuntimeError):
    """Tracing is on and cannot be; the message tells the operator what to do."""


def tracing_of(settings: Settings) -> OpenTelemetry | None:
    """Return the tracer, None while tracing is off. Raises `TracingError`."""
    if settings.tracing == "off":
        return None
    try:
        from adapters.telemetry.tracing import OpenTelemetry, otlp_provider
    except ModuleNotFoundError as error:
        raise TracingError(
            f"SORBRO_TRACING is on, but {error.name} is not installed: pip install 'sorbro[tracing]', or set it to off"
        ) from error
    return OpenTelemetry(otlp_provider())
