"""`make bench` and `make bench-quick`."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from click import echo

from adapters.telemetry.logs import configure_logging
from benchmarks.peers.findings import findings, ratio_to_bare_copy
from benchmarks.peers.page import PICTURE, page
from benchmarks.peers.picture import draw
from benchmarks.peers.plan import FULL, QUICK, TRIAL, only
from benchmarks.peers.quick import BARE_COPY, CORE, P99, PLAIN_BARE_COPY, compared, is_far_below, stated
from benchmarks.peers.roster import SORBRO, SORBRO_PLAIN
from benchmarks.peers.run import Results, blank, run

_DOCS: Final = Path(__file__).parents[3] / "docs"


def main() -> None:
    """Measure, and write or compare."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under five minutes, compared with what is stated")
    parser.add_argument("--trial", action="store_true", help="everything once and small, to see that it runs")
    parser.add_argument("--units", type=int)
    parser.add_argument("--times", type=int)
    parser.add_argument("--only", help="words of contestants' names, with commas between")
    parser.add_argument("--docs", type=Path, default=_DOCS, help="where a full run writes")
    given = parser.parse_args()
    configure_logging("console", "error")
    plan = QUICK if given.quick else TRIAL if given.trial else FULL
    changes = {name: value for name in ("units", "times") if (value := getattr(given, name)) is not None}
    plan = replace(plan, **changes)
    if given.units is not None:
        plan = replace(plan, restore_units=sorted({min(each, given.units) for each in plan.restore_units}))
    if given.only:
        plan = only(plan, given.only.split(","))
    results = blank(plan)
    if given.quick:
        run(plan, results, echo)
        _compare(results)
        return
    try:
        run(plan, results, echo)
    finally:  # hours of measuring are not lost with the last of them
        _write(results, given.docs)


def _write(results: Results, docs: Path) -> None:
    draw(results, docs / PICTURE)
    raw = json.dumps(asdict(results), indent=1, ensure_ascii=False)
    (docs / "benchmarks" / "results.json").write_text(raw + "\n", encoding="utf-8")
    (docs / "benchmarks.md").write_text(page(results), encoding="utf-8")
    for each in findings(results):
        echo(f"{each.what:70}{each.value:>12,.3g} {each.unit:6} {each.wanted:28} {each.holds}")


def _compare(results: Results) -> None:
    assert results.core is not None
    found = {CORE: results.core.ratio, P99: results.latencies[1].p99}
    for name, ours in ((BARE_COPY, SORBRO), (PLAIN_BARE_COPY, SORBRO_PLAIN)):
        if (ratio := ratio_to_bare_copy(results, ours)) is not None:
            found[name] = ratio
    for line in compared(found, stated()):
        echo(line)
    if is_far_below(found, stated()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
