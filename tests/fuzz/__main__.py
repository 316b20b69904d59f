"""Damaged snapshot files for some minutes, and one line of verdict.

    python -m fuzz --minutes 10 --seed 1
    python -m fuzz --count 1 --seed 4711     # one file once more, exactly

The exit status is 0 only when nothing was found. Memory is bounded, so that a reader that wants more fails.
"""

from __future__ import annotations

import argparse
import resource
import sys
from typing import Final

from click import echo

from fuzz.campaign import Verdict, minutes_of, play

_MEMORY: Final = 1 << 30


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description="Readers of snapshots under damaged files.")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--count", type=int, help="so many files instead of so many minutes")
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    verdict = Verdict()
    if given.count is None:
        end = minutes_of(given.seed, given.minutes, verdict)
    else:
        end = given.seed + given.count
        for seed in range(given.seed, end):
            play(seed, verdict)
    for fault in verdict.faults[:20]:
        echo(fault, err=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    echo(f"seeds {given.seed} to {end - 1}, {verdict}; peak {peak:.0f} MB")
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
