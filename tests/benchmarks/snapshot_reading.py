"""`python -m benchmarks.snapshot_reading`: a night's snapshot read and compared, beside a bare read of the same file.

Bare is lxml's iterparse that counts elements (keeping the tree, or forgetting it), and the csv module that counts rows.
Ours finds every unit, looks its fingerprint up among those of the night before, and reads the one in a hundred that has
changed. They take turns, each time in a process of its own; the medians count, by the clock and (in brackets) by
processor time. Peak memory is the process's, fingerprints included.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from click import echo
from lxml import etree

from adapters.samples.files import FileFormat, write
from adapters.samples.register import sample_trees
from adapters.samples.tree_builder import Tree
from adapters.sor_files import Damaged, open_snapshot

Measure = Callable[[Path, Mapping[str, bytes]], int]
_CHANGED: Final = 100
"""One unit in so many."""
_DAY: Final = date(2024, 1, 15)


def bare_xml(path: Path, _known: Mapping[str, bytes]) -> int:
    """Count the elements."""
    return sum(1 for _ in etree.iterparse(str(path)))


def forgetting_xml(path: Path, _known: Mapping[str, bytes]) -> int:
    """Count the elements, and empty each when it has been counted, so that memory lasts."""
    elements = 0
    for _, element in etree.iterparse(str(path)):
        element.clear()
        elements += 1
    return elements


def bare_csv(path: Path, _known: Mapping[str, bytes]) -> int:
    """Count the rows."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


def ours(path: Path, known: Mapping[str, bytes]) -> int:
    """Compare the night with the one before; count what has changed, and can be read."""
    changed = 0
    with open_snapshot(path) as snapshot:
        for unit in snapshot.units():
            if not isinstance(unit, Damaged) and known.get(unit.sor_id) != unit.fingerprint:
                changed += unit.read().entity is not None
    return changed


def fingerprints(path: Path) -> dict[str, bytes]:
    """What is known of a night."""
    with open_snapshot(path) as snapshot:
        return {unit.sor_id: unit.fingerprint for unit in snapshot.units() if not isinstance(unit, Damaged)}


_XML: Final[Mapping[str, Measure]] = {"bare read": bare_xml, "forgetting": forgetting_xml}
_BARE: Final[Mapping[FileFormat, Mapping[str, Measure]]] = {
    FileFormat.XML2: _XML,
    FileFormat.XML1: _XML,
    FileFormat.CSV: {"bare read": bare_csv},
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.snapshot_reading", description=__doc__)
    parser.add_argument("--units", type=int, default=160_000)
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        for form, bare in _BARE.items():
            before, now = (Path(name) / f"{form}-{night}" for night in ("before", "now"))
            _write(form, before, sample_trees(given.units, 7, _DAY))
            _write(form, now, _edited(sample_trees(given.units, 7, _DAY)))
            size = now.stat().st_size / 1e6
            echo(f"{form}: {given.units:,} units, {size:,.0f} MB, one unit in {_CHANGED} changed")
            _report(bare, before, now, times=given.times)


def _write(form: FileFormat, path: Path, trees: Iterable[Tree]) -> None:
    with path.open("wb") as target:
        write(form, trees, _DAY, target)


def _edited(trees: Iterable[Tree]) -> Iterator[Tree]:
    numbers = count()
    for tree in trees:
        yield tuple(
            replace(unit, name=f"{unit.name[:50]} 2") if next(numbers) % _CHANGED == 0 else unit for unit in tree
        )


def _report(bare: Mapping[str, Measure], before: Path, now: Path, *, times: int) -> None:
    measures = {**bare, "ours": ours}
    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in measures}
    for _ in range(times):
        for name, measure in measures.items():
            taken[name].append(_in_a_process(measure, before, now))
    echo(f"{'':12}{'seconds':>9}{'CPU s':>8}{'peak RSS':>12}{'ours runs at':>17}   all")
    middle = {name: [statistics.median(column) for column in zip(*each, strict=True)] for name, each in taken.items()}
    for name, each in taken.items():
        seconds, cpu, _ = middle[name]
        peak = max(size for _, _, size in each) / 1e6
        share = f"{100 * seconds / middle['ours'][0]:.0f} % ({100 * cpu / middle['ours'][1]:.0f} %)"
        every = ", ".join(f"{seconds:.2f}" for seconds, _, _ in each)
        echo(f"{name:12}{seconds:>9.2f}{cpu:>8.2f}{peak:>9,.0f} MB{share:>17}   ({every} s)")


def _in_a_process(measure: Measure, before: Path, now: Path) -> tuple[float, float, int]:
    fresh = multiprocessing.get_context("spawn")
    answers: multiprocessing.Queue[tuple[float, float, int]] = fresh.Queue()
    process = fresh.Process(target=_timed, args=(measure, before, now, answers))
    process.start()
    answer = answers.get(timeout=1800)
    process.join()
    return answer


def _timed(measure: Measure, before: Path, now: Path, answers: multiprocessing.Queue[tuple[float, float, int]]) -> None:
    known = fingerprints(before) if measure is ours else {}
    started, worked = time.perf_counter(), time.process_time()
    found = measure(now, known)
    taken = time.perf_counter() - started, time.process_time() - worked
    assert found
    answers.put((*taken, _peak()))


def _peak() -> int:
    """Bytes that this process had in memory at most; unlike getrusage it does not count what it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


if __name__ == "__main__":
    main()
