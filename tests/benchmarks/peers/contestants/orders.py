"""What a contestant is told on its command line."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.jobs import JOBS, Job


@dataclass(frozen=True, slots=True)
class Orders:
    """Where the broker is, the name of group and transactional ids, a folder for files, and what is to be done."""

    servers: str
    group: str
    folder: Path
    job: Job
    variant: str


def orders() -> Orders:
    """Read the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("servers")
    parser.add_argument("group")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--job", choices=JOBS, default="plain")
    parser.add_argument("--variant", default="")
    given = parser.parse_args()
    return Orders(given.servers, given.group, given.folder, JOBS[given.job](), given.variant)
