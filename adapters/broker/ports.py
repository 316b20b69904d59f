"""Free TCP ports for brokers on the loopback interface."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

LOOPBACK = "127.0.0.1"

# Below the range from which kernels take ports for outgoing connections (from 32768 on Linux): a client that
# knocks on a killed broker's port could otherwise be given that very port, connect to itself, and so keep the
# restarted broker out.
_CANDIDATES = range(20_000, 32_000)


def free_ports(count: int) -> list[int]:
    """Return `count` different ports nobody listens on at this moment."""
    ports: list[int] = []
    with ExitStack() as held:  # all at once, so that none is found twice
        while len(ports) < count:
            port = random.choice(_CANDIDATES)  # noqa: S311 - not a secret
            candidate = held.enter_context(socket.socket())
            try:
                candidate.bind((LOOPBACK, port))
            except OSError:
                continue
            ports.append(port)
    return ports
