"""The page's process lives as long as its worker, and no longer; it comes back when it dies, and costs the worker nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from adapters.broker.cluster import KafkaCluster
from page.stage import worker
from support.running import eventually, running

pytestmark = pytest.mark.kafka


def pages_of(port: int) -> list[int]:
    """The page processes of the worker on this port, by their environment."""
    return [
        int(each.name)
        for each in Path("/proc").iterdir()
        if each.name.isdecimal() and _is_page(each, f"SORBRO_WEB_PORT={port}".encode())
    ]


def _is_page(process: Path, mark: bytes) -> bool:
    try:
        command, environment = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
    except OSError:
        return False
    return b"workers.page\0" in command and b"guardian.py" not in command and mark in environment.split(b"\0")


@pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="processes are looked for in /proc, which is not here"
)
def test_a_page_that_dies_comes_back_and_dies_with_its_worker(kafka_possible, tmp_path):
    with KafkaCluster(tmp_path / "kafka") as kafka, running(worker(kafka.bootstrap_servers, tmp_path)) as at_work:
        eventually(lambda: "units" in at_work.page("now.json"), "there is no page")
        (first,) = pages_of(at_work.port)
        os.kill(first, signal.SIGKILL)
        eventually(lambda: pages_of(at_work.port) not in ([], [first]), "the page does not come back")
        eventually(lambda: "units" in at_work.page("now.json"), "the new page does not answer")
        assert at_work.page("livez")["alive"]
        at_work.kill()
        eventually(lambda: not pages_of(at_work.port), "the page has outlived its worker")
