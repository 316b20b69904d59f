"""`make simulate`: many histories by their seeds, on two processes, and one line of verdict.

    python -m simulation --seed 0 --count 10000
    python -m simulation --seed 73 --count 1     # a failing history once more, exactly

The exit status is 0 only when nothing was found.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from simulation.driver import simulate
from simulation.verdict import Verdict

_PROCESSES: Final = 2
_AT_ONCE: Final = 25
_NOTES: Final = 5
_SHOWN: Final = 600


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulate", description="The partition loop under simulated faults.")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1000, help="how many, one seed after the other")
    given = parser.parse_args()
    seeds = range(given.seed, given.seed + given.count)
    started, total = time.monotonic(), Verdict()
    batches = [seeds[at : at + _AT_ONCE] for at in range(0, len(seeds), _AT_ONCE)]
    with ProcessPoolExecutor(min(_PROCESSES, len(batches), os.cpu_count() or 1), initializer=gc.freeze) as pool:
        for verdicts in pool.map(_judge, batches):
            for seed, verdict in verdicts:
                total += verdict
                _report(seed, verdict)
    print(total)
    print(f"{total.histories / (time.monotonic() - started):.0f} histories a second", file=sys.stderr)
    return 0 if total.is_clean else 1


def _judge(seeds: range) -> list[tuple[int, Verdict]]:
    return [(seed, simulate(seed)) for seed in seeds]


def _report(seed: int, verdict: Verdict) -> None:
    if not verdict.is_clean:
        print(f"seed {seed}: {verdict}")
        for note in verdict.notes[:_NOTES]:
            print(f"  {note[:_SHOWN]}")


if __name__ == "__main__":
    sys.exit(main())
