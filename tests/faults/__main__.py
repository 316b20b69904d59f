"""`make faults`: play seeds, print each verdict, keep the figures, end with the sum."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from click import echo

from adapters.broker.java import find_java
from adapters.broker.maven import cached_jars, find_maven
from faults.campaign import Outcome, campaign
from faults.plan import FULL, QUICK

_VAR = Path(__file__).parents[2] / "var" / "faults"
_TALLY = _VAR / "tally.jsonl"


def main() -> int:
    """Run, and return 0 when nothing was lost, doubled, wrong, out of order or left open."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seed", type=int, help="the first seed; drawn from the time when left out")
    parser.add_argument("--seeds", type=int, default=1, help="how many seeds, one after the other")
    parser.add_argument("--quick", action="store_true", help="one short campaign on seed 1")
    parser.add_argument("--tally", action="store_true", help="only print the sum of all campaigns so far")
    given = parser.parse_args()
    if given.tally:
        echo(_sum())
        return 0
    if find_java() is None or (cached_jars() is None and find_maven() is None):
        echo("no fault campaign here: real Kafka needs Java 17, and Maven to fetch it")
        return 0
    first = given.seed if given.seed is not None else (1 if given.quick else int(time.time()) % 1_000_000)
    clean = True
    for seed in range(first, first + given.seeds):
        folder = _VAR / f"seed-{seed}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # What our own clients say of dead brokers, by the thousand.
        logging.basicConfig(filename=folder / "campaign.log", level=logging.WARNING, force=True)
        outcome = asyncio.run(campaign(seed, QUICK if given.quick else FULL, folder, _say))
        _report(outcome)
        clean &= outcome.verdict.is_clean
        if outcome.verdict.is_clean:
            shutil.rmtree(folder)
        else:
            echo(f"everything is kept in {folder}")
    if not given.quick:
        echo(_sum())
    return 0 if clean else 1


def _say(text: str) -> None:
    echo(text)
    sys.stdout.flush()


def _report(outcome: Outcome) -> None:
    faults = ", ".join(f"{count} × {kind}" for kind, count in sorted(outcome.faults.items()))
    for each in outcome.verdict.shown():
        echo(each)
    slowest = max(outcome.recoveries, default=0.0)
    middle = sorted(outcome.recoveries)[len(outcome.recoveries) // 2] if outcome.recoveries else 0.0
    echo(f"questions to CVR still open: {outcome.verdict.unanswered}")
    echo(f"steps of the loop: {dict(sorted(outcome.steps.items()))}")
    echo(f"back at work after a kill, other faults going on: {middle:.1f} s in the middle, {slowest:.1f} s at most")
    echo(
        f"seed {outcome.seed}, {outcome.seconds:.0f} s, {outcome.days} days: {outcome.verdict.inputs:,} records in, "
        f"{outcome.verdict.compared:,} out, under {faults}"
    )
    echo(f"{outcome.verdict}")
    line = {
        "seed": outcome.seed,
        "seconds": round(outcome.seconds),
        "verdict": str(outcome.verdict),
        "clean": outcome.verdict.is_clean,
        "inputs": outcome.verdict.inputs,
        "outputs": outcome.verdict.compared,
        "faults": outcome.faults,
        "steps": outcome.steps,
        "unanswered": outcome.verdict.unanswered,
        "late_produce": outcome.late_produce,
        "recoveries": [round(each, 1) for each in outcome.recoveries],
    }
    _VAR.mkdir(parents=True, exist_ok=True)
    with _TALLY.open("a", encoding="utf-8") as tally:
        tally.write(json.dumps(line) + "\n")


def _sum() -> str:
    lines = [json.loads(line) for line in _TALLY.read_text(encoding="utf-8").splitlines()] if _TALLY.exists() else []
    faults: Counter[str] = Counter()
    for line in lines:
        faults.update(line["faults"])
    counts = ", ".join(f"{count} × {kind}" for kind, count in sorted(faults.items()))
    dirty = [line["seed"] for line in lines if not line["clean"]]
    return (
        f"all campaigns so far ({len(lines)} seeds, {sum(line['inputs'] for line in lines):,} records in, "
        f"{sum(line['outputs'] for line in lines):,} out): {counts}; "
        + (f"NOT CLEAN: seeds {dirty}" if dirty else "all clean")
    )


if __name__ == "__main__":
    sys.exit(main())
