"""Whether a broker serves: listening is not enough, it must answer a request of the Kafka protocol."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Collection

from adapters.broker.errors import BrokerError
from adapters.broker.guarded_process import GuardedProcess
from adapters.broker.ports import LOOPBACK

# Metadata request, version 1: api key, version, correlation id, client id (null), topics (none).
_METADATA_REQUEST = struct.pack(">hhihi", 3, 1, 1, -1, 0)
_ANSWER_TIME_OUT = 2.0
_PAUSE = 0.05


def visible_brokers(port: int) -> int:
    """How many live brokers the broker on loopback `port` knows, itself included.

    Raises `OSError` when it does not answer within two seconds.
    """
    with socket.create_connection((LOOPBACK, port), _ANSWER_TIME_OUT) as connection:
        connection.sendall(struct.pack(">i", len(_METADATA_REQUEST)) + _METADATA_REQUEST)
        with connection.makefile("rb") as answer:
            head = answer.read(12)  # size, correlation id, number of brokers
    if len(head) < 12:  # noqa: PLR2004 - as read above
        raise ConnectionError("the broker hung up")
    return int(struct.unpack(">iii", head)[2])


def await_serving(processes: Collection[tuple[GuardedProcess, int]], timeout: float) -> None:
    """Wait until every process answers on its port and knows as many brokers as there are processes.

    Raises `BrokerError`, with the end of the log, when one ends or is not ready after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    for process, port in processes:
        while not _serves(port, among=len(processes)):
            if not process.is_running:
                raise BrokerError(f"the broker on port {port} ended while starting; {process.last_words()}")
            if time.monotonic() > deadline:
                raise BrokerError(
                    f"the broker on port {port} was not ready after {timeout:g} s; {process.last_words()}"
                )
            time.sleep(_PAUSE)


def _serves(port: int, among: int) -> bool:
    try:
        return visible_brokers(port) >= among
    except OSError:
        return False
