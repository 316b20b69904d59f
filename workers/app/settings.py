"""Everything an operator can set: environment variables ``SORBRO_…``, or files for secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final, Literal

import click
from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from adapters.kafka.connection import Connection
from adapters.kafka.gap import Gap, parse_gaps
from contracts.identifiers import CvrNumber, PNumber

EMBEDDED: Final = "embedded"


def configured(**options: Any) -> Settings:
    """The settings of the environment, with the options given on a command line over them; None is not given.

    `embedded` for the brokers is a local one, whatever the environment says. Raises `click.UsageError`, which names the
    variables that cannot be used and never what stands in them: it may be a secret.
    """
    try:
        settings = Settings(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        said = (f"SORBRO_{each['loc'][0]}".upper() + f": {each['msg'].removeprefix('Value error, ')}" for each in wrong)
        raise click.UsageError("; ".join(said)) from None
    if settings.kafka_bootstrap_servers == EMBEDDED:
        return settings.model_copy(update={"kafka_bootstrap_servers": None})
    return settings


class Settings(BaseSettings):
    """The worker's settings. A secret may also be a file named after its variable in /run/secrets."""

    model_config = SettingsConfigDict(
        env_prefix="SORBRO_",
        secrets_dir=tuple(path for path in (Path("/run/secrets"),) if path.is_dir()) or None,
        frozen=True,
    )

    kafka_bootstrap_servers: str | None = None
    """Brokers as host:port,host:port. Unset: a local broker is started."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_ca_file: Path | None = None
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_transactions: bool = True
    """False only for a broker without transactions: at least once, with the same ids."""

    group: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")] = "sorbro"
    """The consumer group, and the prefix of the transactional ids."""
    partitions: Annotated[int, Field(ge=1, le=1000)] = 4
    """Partitions of the topics Sorbro creates; frozen once they exist."""

    cvr_service: Literal["elasticsearch", "datafordeler"] = "elasticsearch"
    """Who answers for CVR: Erhvervsstyrelsen's Elasticsearch service, or Datafordeler's GraphQL service."""
    cvr_url: str | None = None
    """Its address: http://distribution.virk.dk, or https://graphql.datafordeler.dk. Unset: records stay ``pending``."""
    cvr_path: str | None = None
    """Unset: /cvr-permanent/_search, or /CVR/v2."""
    cvr_username: str | None = None
    """For Elasticsearch, with the password."""
    cvr_password: SecretStr | None = None
    cvr_api_key: SecretStr | None = None
    """For Datafordeler; a new key takes effect after 15 minutes."""
    cvr_calls_per_second: Annotated[float, Field(gt=0)] | None = None
    """How many questions one worker puts at most. Unset: 5. Nobody publishes a limit: agree on one."""
    cvr_batch_size: Annotated[int, Field(ge=3)] | None = None
    """Numbers in one question. Unset: as many as the service takes, 200 or 100."""
    cvr_pause_seconds: Annotated[float, Field(gt=0)] | None = None
    """How long CVR is left alone when it keeps failing; doubled while it does, up to ten times. Unset: 30."""
    cvr_canary: CvrNumber | None = None
    """A company that CVR must know, e.g. 29190623, Region Hovedstaden: what CVR says is believed only while it does."""
    cvr_canary_name: str | None = None
    """A part of its name."""
    cvr_canary_unit: PNumber | None = None
    """A production unit that CVR must know too: P numbers have a path and field names of their own."""

    tariffs: Path | None = None
    """A tariff table of your own instead of the one that ships with Sorbro."""
    flood_limit: Annotated[int, Field(ge=1)] = 100
    """So many bad records in a row on one partition stop the worker."""

    pass_over: str = ""
    """Gaps that the worker may go on over, divided by commas, as its own refusal names them; see the runbook."""

    web_port: Annotated[int, Field(ge=0, le=65535)] = 6066
    web_host: str = "127.0.0.1"
    page: bool = True
    """Whether the worker has an operations page: a process of its own beside it, with the register in memory."""
    page_token: Annotated[SecretStr, Field(min_length=16)] | None = None
    """Who has it may send dead letters once more from the page. Unset: the page is read only."""
    page_hosts: str = "localhost,127.0.0.1,[::1]"
    """The names under which browsers may ask for the page, without ports, divided by commas."""
    page_runbook: HttpUrl | None = None
    """Where you publish docs/runbook.md: from each trouble the page leads to its chapter. Unset: it only names it."""
    data_dir: Path = Path("var")
    """Where the local broker and Faust keep their files."""
    clock: Literal["system", "demo"] = "system"
    """``demo``: the time is what the demo last announced on sorbro.demo-clock.v1."""
    tracing: Literal["off", "otlp"] = "off"
    """``otlp``: send spans by HTTP to where the ``OTEL_EXPORTER_OTLP_…`` variables say; needs ``sorbro[tracing]``."""
    log_format: Literal["auto", "json", "console"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    def as_environment(self) -> dict[str, str]:
        """The same settings as environment variables, secrets included, for a child process and nobody else."""
        names = self.model_fields_set
        return {
            f"SORBRO_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name in names
            if (value := getattr(self, name)) is not None
        }

    @field_validator("pass_over")
    @classmethod
    def _names_gaps(cls, text: str) -> str:
        parse_gaps(text)
        return text

    def gaps(self) -> frozenset[Gap]:
        """What a person has said may be passed over."""
        return parse_gaps(self.pass_over)

    def connection(self) -> Connection:
        """How to reach the brokers. Raises `ValueError` when none are configured."""
        if self.kafka_bootstrap_servers is None:
            raise ValueError("no brokers: set SORBRO_KAFKA_BOOTSTRAP_SERVERS, or let sorbro run start a local broker")
        return Connection(
            bootstrap_servers=self.kafka_bootstrap_servers,
            security_protocol=self.kafka_security_protocol,
            ca_file=self.kafka_ca_file,
            sasl_mechanism=self.kafka_sasl_mechanism,
            sasl_username=self.kafka_sasl_username,
            sasl_password=self.kafka_sasl_password,
            transactions=self.kafka_transactions,
        )
