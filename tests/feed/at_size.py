"""`make feed-check`: a whole country through every format, the feed and the core, night by night."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from adapters.samples.files import FileFormat
from support.nights import FedRegister


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=160_000)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--format", action="append", choices=list(FileFormat), type=FileFormat)
    asked = parser.parse_args()
    wrong = sum(_differences(form, asked) for form in asked.format or FileFormat)
    return 1 if wrong else 0


def _differences(form: FileFormat, asked: argparse.Namespace) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        register = FedRegister(form, asked.units, asked.seed, Path(folder))
        register.live(asked.nights)
    found = register.differences()
    sent = sum(report.sent for report in register.reports)
    alarms = sum(len(report.damaged) + len(report.vanished) for report in register.reports)
    for sor_id, held, expected in found[:3]:
        print(f"{sor_id}: the core holds {held}, the generator {expected}")
    print(
        f"{form}: {asked.units:,} units, {asked.nights} nights, seed {asked.seed}: {sent:,} messages, {alarms} alarms, "
        f"{len(found)} differences; {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return len(found) + alarms


if __name__ == "__main__":
    sys.exit(main())
