"""How to reach the brokers: one place for addresses, TLS and SASL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiokafka.helpers import create_ssl_context

from adapters.kafka.port import LogError

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Connection:
    """Broker addresses and, where the cluster wants them, TLS and SASL. Secrets stay wrapped until used."""

    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    ca_file: Path | None = None
    sasl_mechanism: str = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    transactions: bool = True
    """False for a broker that refuses transactions: then at least once, with the same ids (design.md)."""

    @property
    def isolation_level(self) -> str:
        """How readers read: only what is committed, where there is such a thing."""
        return "read_committed" if self.transactions else "read_uncommitted"

    def client_options(self) -> dict[str, Any]:
        """Keyword arguments that every aiokafka client takes. Raises `LogError` for a CA file that cannot be used."""
        options: dict[str, Any] = {
            "bootstrap_servers": self.bootstrap_servers,
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = self._ssl_context()
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_username
            options["sasl_plain_password"] = self.sasl_password.get_secret_value() if self.sasl_password else None
        return options

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            context: ssl.SSLContext = create_ssl_context(cafile=str(self.ca_file) if self.ca_file else None)
        except OSError as error:  # ssl's own errors are such
            raise LogError(f"the CA file {self.ca_file} cannot be used: {error.strerror or error}") from error
        return context
