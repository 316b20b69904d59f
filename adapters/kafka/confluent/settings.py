"""How librdkafka reaches the brokers: the same connection, in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.kafka.connection import Connection

Settings = dict[str, str | int | bool]


def client_settings(connection: Connection) -> Settings:
    """What every client of librdkafka takes."""
    settings: Settings = {
        "bootstrap.servers": connection.bootstrap_servers,
        "security.protocol": connection.security_protocol,
    }
    if connection.security_protocol.endswith("SSL") and connection.ca_file is not None:
        settings["ssl.ca.location"] = str(connection.ca_file)
    if connection.security_protocol.startswith("SASL"):
        settings["sasl.mechanism"] = connection.sasl_mechanism
        if connection.sasl_username is not None:
            settings["sasl.username"] = connection.sasl_username
        if connection.sasl_password is not None:
            settings["sasl.password"] = connection.sasl_password.get_secret_value()
    return settings
