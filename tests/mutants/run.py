"""`make mutants`: change the rules in every small way, one at a time, and see whether the tests notice.

Give files or folders to try only those; `--again` tries only what survived last time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from click import echo
from fresh_trial import Trial, run_at_import, survives
from mutmut.configuration import config
from mutmut.stats import status_by_exit_code
from reviewed import LIST, reviewed_survivors
from rule_mutants import Mutant, mutants_of, rule_modules

WORK = Path("mutants")
LEFT_ALIVE = WORK / "left-alive.json"
MUST_DIE_PERCENT = 95
_ALIVE = {"survived", "no tests", "not checked", "suspicious"}


def main() -> int:
    """Run, tell, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help="files or folders of the rules; all of them when none is given")
    parser.add_argument("--again", action="store_true", help="try only what survived the last time")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    everything = [mutant for path in rule_modules(asked.parts) for mutant in mutants_of(path)]
    if not everything:
        parser.error("none of these is a rule module (see [tool.mutmut] in pyproject.toml)")
    if asked.again:
        before = {tuple(each) for each in json.loads(LEFT_ALIVE.read_text())}
        in_question, alive = [mutant for mutant in everything if mutant.identity in before], []
    else:
        in_question, alive = _left_by_mutmut(everything, asked.parts, asked.processes)
    alive += _alive_from_scratch(in_question, asked.processes)
    LEFT_ALIVE.write_text(json.dumps([mutant.identity for mutant in alive]))
    if not asked.again:
        _tell_figures(everything, alive)
    _tell_survivors(alive, tried=in_question if asked.again else everything)
    died = 100 * (1 - len(alive) / len(everything))
    return 0 if died >= MUST_DIE_PERCENT else 1


def _left_by_mutmut(
    everything: Sequence[Mutant], parts: Sequence[str], processes: int
) -> tuple[list[Mutant], list[Mutant]]:
    """Let mutmut try what it can, anew; returns what it could not judge, and what it found alive."""
    shutil.rmtree(WORK, ignore_errors=True)
    names = {mutant.name for mutant in everything if mutant.name}
    patterns = sorted({f"{mutant.dotted_module}.x*" for mutant in everything if mutant.name}) if parts else []
    _mutmut("run", "--max-children", str(processes), *patterns)
    codes: dict[str | None, int | None] = {}
    for path in {mutant.path for mutant in everything}:
        meta = WORK / f"{path}.meta"
        codes |= json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {}
    if names != codes.keys():
        raise SystemExit("mutmut numbers its mutants otherwise than rule_mutants.py; has its version changed?")
    blind_to = run_at_import(_selection())
    alive = [mutant for mutant in everything if status_by_exit_code[codes.get(mutant.name)] in _ALIVE]
    unjudged = [mutant for mutant in alive if mutant.name is None or mutant.place in blind_to]
    return unjudged, [mutant for mutant in alive if mutant.name is not None and mutant.place not in blind_to]


def _mutmut(*arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "mutmut", *arguments]
    if sys.stdout.isatty():
        subprocess.run(command, env=environment, check=True)
        return
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout[-20_000:] + done.stderr[-20_000:])


def _alive_from_scratch(in_question: Sequence[Mutant], processes: int) -> list[Mutant]:
    """Try each from scratch; the untouched code goes first and must pass, else every mutant would seem to die."""
    if not in_question:
        return []
    stats = json.loads((WORK / "mutmut-stats.json").read_text())
    duration, reached_by = stats["duration_by_test"], stats["tests_by_mangled_function_name"]

    def trial(mutant: Mutant, source: str) -> Trial:
        names = [name for name in reached_by if name.startswith(f"{mutant.dotted_module}.x")]
        likely = {test for name in names for test in reached_by[name]}
        tests = sorted(duration, key=lambda test: (test not in likely, duration[test]))
        return Trial(mutant.dotted_module, source, (*config().pytest_add_cli_args, *tests))

    untouched = trial(in_question[0], in_question[0].module.code)
    verdicts = survives([untouched, *(trial(mutant, mutant.source()) for mutant in in_question)], processes)
    if not next(verdicts):
        raise SystemExit("the tests fail without any change; mend that first")
    alive = []
    for done, (mutant, survived) in enumerate(zip(in_question, verdicts, strict=True), start=1):
        alive += [mutant] if survived else []
        echo(f"\rtried from scratch: {done} of {len(in_question)}, {len(alive)} alive ", nl=False, err=True)
    echo(err=True)
    return alive


def _selection() -> tuple[str, ...]:
    return (*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection)


def _tell_figures(everything: Sequence[Mutant], alive: Sequence[Mutant]) -> None:
    made, survived = (Counter(str(mutant.path) for mutant in mutants) for mutants in (everything, alive))
    rows = [(module, made[module], survived[module]) for module in sorted(made)]
    echo(f"{'':42}{'mutants':>8}{'killed':>8}{'survived':>10}{'percent':>9}")
    for module, count, left in (*rows, ("in total", made.total(), survived.total())):
        echo(f"{module:42}{count:8}{count - left:8}{left:10}{100 * (1 - left / count):9.1f}")


def _tell_survivors(alive: Sequence[Mutant], tried: Sequence[Mutant]) -> None:
    reviewed = {(each.place, each.change) for each in reviewed_survivors()}
    new = [mutant for mutant in alive if mutant.identity not in reviewed]
    echo(f"\n{len(alive) - len(new)} survivors are in {LIST.name} with their reason; {len(new)} are new.")
    for mutant in new:
        echo(f"\n{mutant.place}\n{mutant.change()}")
    for place, change in sorted({mutant.identity for mutant in tried} & reviewed - {each.identity for each in alive}):
        echo(f"\nin {LIST.name}, but dead now; take it out:\n{place}\n{change}")


if __name__ == "__main__":
    raise SystemExit(main())
