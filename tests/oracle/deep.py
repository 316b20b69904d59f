"""`make test-deep`: many histories in two processes, each with a seed of its own that it prints."""

from __future__ import annotations

import os
import random
import subprocess
import sys

HISTORIES = int(os.environ.get("SORBRO_HISTORIES", "10000"))
PROCESSES = 2


def main() -> int:
    first = int(os.environ.get("SORBRO_SEED", random.SystemRandom().randrange(10**6)))
    told = [_tell(first + number) for number in range(PROCESSES)]
    return max(process.wait() for process in told)


def _tell(seed: int) -> subprocess.Popen[bytes]:
    print(f"{HISTORIES // PROCESSES} histories with SORBRO_SEED={seed}", flush=True)  # noqa: T201  the seed is the result
    environment = os.environ | {"SORBRO_SEED": str(seed), "SORBRO_HISTORIES": str(HISTORIES // PROCESSES)}
    command = [sys.executable, "-m", "pytest", "-q", "--timeout=0", "-p", "no:cacheprovider", "tests/oracle"]
    return subprocess.Popen([*command, *sys.argv[1:]], env=environment)


if __name__ == "__main__":
    sys.exit(main())
