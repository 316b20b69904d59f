"""What the commands that ask the brokers have in common: one option, one way to fail, one way to tell an age."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click
from aiokafka.errors import KafkaConnectionError, KafkaError

from adapters.kafka.port import LogError
from contracts.tariffs import TariffTableError
from workers.stream.changelog import ChangelogError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

CANNOT_TELL: Final = 2
"""The exit status when the question could not be answered."""
_UNITS: Final = ((86400, "days"), (3600, "h"), (60, "min"), (1, "s"))

broker_option = click.option("--broker", help="Brokers as host:port,… (SORBRO_KAFKA_BOOTSTRAP_SERVERS).")
json_option = click.option("--json", "as_json", is_flag=True, help="The same as JSON, for programs.")


@contextmanager
def cannot_tell() -> Iterator[None]:
    """Turn what goes wrong in asking into a sentence on standard error, and exit status 2."""
    try:
        yield
    except (LogError, ChangelogError, TariffTableError, ValueError) as error:
        raise _failure(str(error)) from error
    except (KafkaError, TimeoutError) as error:
        text = f"the brokers do not answer ({type(error).__name__}): are they running, and is the address right?"
        raise _failure(text) from error


def no_broker(error: KafkaConnectionError) -> click.ClickException:
    """The same for a command that works and does not ask: exit status 1."""
    return click.ClickException(f"no broker answers ({error}): is it running, and is the address right?")


def _failure(text: str) -> click.ClickException:
    failure = click.ClickException(text)
    failure.exit_code = CANNOT_TELL
    return failure


def print_json(document: dict[str, Any]) -> None:
    """Write the document to standard output, on lines a person can read as well."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in one unit: ``12 s``, ``3 min``, ``5 h``, ``4 days``; nothing for None."""
    if since is None:
        return ""
    seconds = max(0, int((now - since).total_seconds()))
    size, name = next((each for each in _UNITS if seconds >= 2 * each[0]), _UNITS[-1])
    return f"{seconds // size} {name}"
