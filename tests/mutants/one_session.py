"""mutmut's mutants of functions, tried in one pytest session: the tests are collected once, each mutant is one fork.

mutmut writes every mutant of a function beside it and switches one on by an environment variable. Its own runner
starts pytest anew for each, and spends most of its time on collecting.
"""

from __future__ import annotations

import contextlib
import gc
import io
import multiprocessing
import os
import resource
import shutil
import signal
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import process_time

import pytest
from mutmut.__main__ import create_mutants
from mutmut.configuration import config
from mutmut.state import state
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths

WORK = Path("mutants")
_SWITCH = "MUTANT_UNDER_TEST"
_MEMORY = 6 * 2**30


@dataclass
class Told:
    """What one session found out. Functions are named as mutmut mangles them, tests by their node id."""

    dead: set[str] = field(default_factory=set)
    at_import: set[str] = field(default_factory=set)
    """Functions that run while the tests are collected: a mutant switched on later comes too late for them."""
    reached_by: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, float] = field(default_factory=dict)
    """How long the processor worked on each test; the clock on the wall would punish a busy machine."""
    broken: str | None = None
    """A test that fails without any change."""


def make_mutants(processes: int) -> None:
    """Let mutmut write the mutated copies of the rule modules, and copy all else, into `WORK`."""
    shutil.rmtree(WORK, ignore_errors=True)
    os.environ[_SWITCH] = "mutant_generation"
    with contextlib.redirect_stdout(io.StringIO()):
        copy_src_dir()
        copy_also_copy_files()
        create_mutants(processes)


def try_each(names: Sequence[str], processes: int) -> Told:
    """Try these mutants, in a process of its own."""
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(_session, (names, processes))


def _session(names: Sequence[str], processes: int) -> Told:
    setup_source_paths()
    os.chdir(WORK)
    os.environ |= {_SWITCH: "stats", "MUTMUT_DEPENDENCY_DEPTH": "-1"}
    trying = _OneByOne(names, processes)
    silence()
    arguments = [*config().pytest_add_cli_args, *config().pytest_add_cli_args_test_selection]
    pytest.main(["--rootdir=.", "-q", "--tb=no", *arguments], plugins=[trying])
    return trying.told


def silence() -> None:
    """Let this process print nothing more."""
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)


class _OneByOne:
    """The plugin: runs every test once as it is, then those that reach a mutant until one of them fails."""

    def __init__(self, names: Sequence[str], processes: int) -> None:
        self.told = Told()
        self._names = names
        self._processes = processes
        self._failed = False
        self._noticed: defaultdict[str, dict[str, None]] = defaultdict(dict)
        """The tests that have noticed a mutant of a module, the latest last."""
        self._screen = os.dup(2)
        self._heard, self._say = os.pipe()
        os.set_blocking(self._heard, False)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed = self._failed or report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.told.at_import = _reached()
        for item in session.items:
            began = process_time()
            if not self._passes(item):
                self.told.broken = item.nodeid
                return True
            self.told.seconds[item.nodeid] = process_time() - began
            for function in _reached():
                self.told.reached_by[function].append(item.nodeid)
        gc.freeze()
        self._fork_for_each({item.nodeid: item for item in session.items})
        return True

    def _passes(self, item: pytest.Item) -> bool:
        self._failed = False
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        return not self._failed

    def _fork_for_each(self, items: dict[str, pytest.Item]) -> None:
        running: dict[int, str] = {}
        for done, name in enumerate(self._names):
            if done % 100 == 0:
                os.write(self._screen, f"{done} of {len(self._names)} mutants of functions\n".encode())
            function = name.partition("__mutmut_")[0]
            if function in self.told.at_import:
                continue
            if len(running) == self._processes:
                self._await_one(running)
            tests = self._in_order(function)
            process = os.fork()
            if process == 0:
                os._exit(self._try(name, [items[test] for test in tests]))
            running[process] = name
        while running:
            self._await_one(running)

    def _in_order(self, function: str) -> list[str]:
        """The tests that reach the function: first those that noticed mutants beside it lately, then the quickest."""
        lately = {test: place for place, test in enumerate(reversed(self._noticed[function.rpartition(".")[0]]))}
        seconds = self.told.seconds
        return sorted(self.told.reached_by[function], key=lambda test: (lately.get(test, len(lately)), seconds[test]))

    def _await_one(self, running: dict[int, str]) -> None:
        process, status = os.wait()
        name = running.pop(process)
        if status == 0:
            os.write(self._screen, f"alive: {name}\n".encode())
            return
        self.told.dead.add(name)
        with contextlib.suppress(BlockingIOError):
            for line in os.read(self._heard, 65_536).decode().splitlines():
                module, test = line.split("\t")
                self._noticed[module].pop(test, None)
                self._noticed[module][test] = None

    def _try(self, name: str, items: list[pytest.Item]) -> int:
        """Return 0 if every test passes; a mutant that eats memory or the processor's time without end dies of it."""
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        os.environ[_SWITCH] = name
        for item in items:
            signal.setitimer(signal.ITIMER_PROF, 5 + 20 * self.told.seconds[item.nodeid])
            try:
                passes = self._passes(item)
            except BaseException:  # noqa: BLE001  # whatever leaves a test this way has noticed the mutant
                passes = False
            if not passes:
                os.write(self._say, f"{name.partition('__mutmut_')[0].rpartition('.')[0]}\t{item.nodeid}\n".encode())
                return 1
        return 0


def _reached() -> set[str]:
    """The functions reached since the last time."""
    reached = set(state()._stats)
    state()._stats.clear()
    return reached
