"""Who takes part: how each is started, what work it is given, and what it promises."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from benchmarks.peers.contestants import kafka_streams
from benchmarks.peers.contestants.kafka_streams import NotBuiltError

Command = Callable[[str, str, Path], list[str]]
"""From the brokers, the name of the group, and a folder for files. Raises `NotBuiltError`."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """One of them. `job` is the one it is judged by (see `jobs`)."""

    name: str
    job: str
    promise: str
    command: Command


def _python(module: str, *arguments: str, needs: str = "benchmarks") -> Command:
    def command(servers: str, group: str, folder: Path) -> list[str]:
        if find_spec(needs) is None:
            raise NotBuiltError(f"the package {needs} is not installed: uv sync --group bench")
        program = [sys.executable, "-W", "ignore", "-m", f"benchmarks.peers.contestants.{module}"]
        return [*program, servers, group, str(folder), *arguments]

    return command


SORBRO: Final = Contestant("Sorbro", "rules", "exactly once", _python("sorbro_loop"))
SORBRO_PLAIN: Final = Contestant(
    "Sorbro's loop, plain job", "plain", "exactly once", _python("sorbro_loop", "--variant", "plain")
)
SORBRO_PLAIN_CONFLUENT: Final = Contestant(
    "Sorbro's loop on confluent-kafka, plain job",
    "plain",
    "exactly once",
    _python("sorbro_loop", "--variant", "plain,confluent", needs="confluent_kafka"),
)
SORBRO_AT_MIDNIGHT: Final = Contestant(
    "Sorbro by an announced clock", "rules", "exactly once", _python("sorbro_loop", "--variant", "demo-clock")
)
SORBRO_CONFLUENT: Final = Contestant(
    "Sorbro on confluent-kafka",
    "rules",
    "exactly once",
    _python("sorbro_loop", "--variant", "confluent", needs="confluent_kafka"),
)
BARE_COPY: Final = Contestant("bare aiokafka copy loop", "copy", "transactional", _python("bare_copy"))
LIBRDKAFKA: Final = Contestant(
    "librdkafka copy loop", "copy", "transactional", _python("librdkafka_copy", needs="confluent_kafka")
)
FAUST: Final = Contestant("Faust agent with a table", "plain", "at least once", _python("faust_agent"))
FAUST_RULES: Final = Contestant(
    "Faust agent, Sorbro's rules", "rules", "at least once", _python("faust_agent", "--job", "rules")
)
QUIX: Final = Contestant("Quix Streams", "plain", "exactly once", _python("quix_app", needs="quixstreams"))
QUIX_RULES: Final = Contestant(
    "Quix Streams, Sorbro's rules",
    "rules",
    "exactly once",
    _python("quix_app", "--job", "rules", needs="quixstreams"),
)
KAFKA_STREAMS: Final = Contestant("Kafka Streams (Java)", "plain", "exactly once v2", kafka_streams.command)

ALL: Final = (
    SORBRO_PLAIN, SORBRO_PLAIN_CONFLUENT, FAUST, QUIX, KAFKA_STREAMS,
    SORBRO, SORBRO_CONFLUENT, FAUST_RULES, QUIX_RULES,
    BARE_COPY, LIBRDKAFKA,
)  # fmt: skip
