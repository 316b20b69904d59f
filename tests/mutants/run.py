"""`make mutants`: change the rules in every small way, one at a time, and see whether the tests notice.

Give files or folders to try only those; `--again` tries only what survived last time.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Sequence

from click import echo
from fresh_trial import Trial, survives
from mutmut.configuration import config
from one_session import WORK, Told, make_mutants, try_each
from reviewed import LIST, reviewed_survivors
from rule_mutants import Mutant, mutants_of, rule_modules

LEFT_ALIVE = WORK / "left-alive.json"
MUST_DIE_PERCENT = 95


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
    again = {tuple(each) for each in json.loads(LEFT_ALIVE.read_text())} if asked.again else None
    if again is not None:
        everything = [mutant for mutant in everything if mutant.identity in again]
    make_mutants(asked.processes)
    told = try_each([mutant.name for mutant in everything if mutant.name], asked.processes)
    if told.broken is not None:
        raise SystemExit(f"{told.broken} fails without any change; mend that first")
    alive = _alive(everything, told, asked.processes)
    LEFT_ALIVE.write_text(json.dumps([mutant.identity for mutant in alive]))
    _tell_figures(everything, alive)
    _tell_survivors(alive, tried=everything)
    died = 100 * (1 - len(alive) / len(everything)) if everything else 100
    return 0 if died >= MUST_DIE_PERCENT else 1


def _alive(everything: Sequence[Mutant], told: Told, processes: int) -> list[Mutant]:
    """What the session left alive; what it could not judge is tried from scratch, but for the survivors already listed.

    A survivor costs a run of all tests, and what is listed counts as alive in any case.
    """
    listed = {(each.place, each.change) for each in reviewed_survivors()}
    left = [mutant for mutant in everything if mutant.name not in told.dead]
    unjudged = [mutant for mutant in left if mutant.function is None or mutant.function in told.at_import]
    unjudged = [mutant for mutant in unjudged if mutant.identity not in listed]
    dead = _dead_from_scratch(unjudged, told, processes)
    return [mutant for mutant in left if mutant.identity not in dead]


def _dead_from_scratch(unjudged: Sequence[Mutant], told: Told, processes: int) -> set[tuple[str, str]]:
    everything = tuple(sorted(told.seconds, key=told.seconds.__getitem__))

    def trial(mutant: Mutant) -> Trial:
        own = {test for name, tests in told.reached_by.items() if mutant.is_beside(name) for test in tests}
        likely = tuple(test for test in everything if test in own)
        return Trial(mutant.dotted_module, mutant.source(), likely, everything, tuple(config().pytest_add_cli_args))

    dead: set[tuple[str, str]] = set()
    verdicts = survives(map(trial, unjudged), processes)
    for done, (mutant, survived) in enumerate(zip(unjudged, verdicts, strict=True)):
        if done % 50 == 0:
            echo(f"{done} of {len(unjudged)} mutants tried from scratch", err=True)
        dead |= set() if survived else {mutant.identity}
    return dead


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
