"""The campaign's worker: `sorbro run` with failpoints, and, where a test of the tests wants it, a broken loop."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Final

import adapters.kafka.membership
from adapters.kafka.connection import Connection
from adapters.kafka.partition_log import KafkaPartitionLog
from adapters.kafka.port import PartitionLog
from adapters.telemetry.logs import configure_logging
from faults.broken_loops import BROKEN
from faults.failing_log import FailingLog, Failpoints
from workers.app.settings import configured
from workers.app.worker import build_worker
from workers.commands.run import run_worker

SESSION_SECONDS: Final = 6
"""How long a dead worker of the campaign keeps its partitions: shorter than in production, for more faults a minute."""


def main() -> None:
    settings = configured()
    configure_logging(settings.log_format, settings.log_level)
    adapters.kafka.membership.SESSION_TIMEOUT_MS = SESSION_SECONDS * 1000  # type: ignore[misc]
    if broken := os.environ.get("SORBRO_BROKEN"):
        BROKEN[broken]()
    failpoints = Failpoints(Path(os.environ["SORBRO_FAILPOINT"]))

    def open_log(connection: Connection, group: str, number: int) -> PartitionLog:
        return FailingLog(KafkaPartitionLog(connection, group, number), failpoints)

    run_worker(settings, partial(build_worker, open_log=open_log))


if __name__ == "__main__":
    main()
