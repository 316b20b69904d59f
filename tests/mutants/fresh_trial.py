"""Trying a mutant from scratch: a forked process reads the changed file as it imports the code, and runs the tests.

mutmut switches its mutants on after everything is imported, which is quick but blind to what happens at import. What
it leaves alive, and what it cannot switch on, gets this slower and complete trial.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path

_ALREADY_IMPORTED = ("pytest", "hypothesis", "pydantic", "jsonschema", "orjson", "httpx", "structlog", "stdnum")


@dataclass(frozen=True)
class Trial:
    """A changed file and the tests to try it on: those likely to notice first, then all."""

    dotted_module: str
    source: str
    likely_tests: tuple[str, ...]
    all_tests: tuple[str, ...]
    arguments: tuple[str, ...]


def survives(trials: Iterable[Trial], processes: int) -> Iterator[bool]:
    """Say of each trial, in order, whether every test passed."""
    for module in _ALREADY_IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap(_all_tests_pass, trials, chunksize=1)


def _all_tests_pass(trial: Trial) -> bool:
    _read_changed(trial)
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        return all(_pytest(tests, trial.arguments) for tests in (trial.likely_tests, trial.all_tests) if tests)


def _read_changed(trial: Trial) -> None:
    """From here on, importing the module compiles the changed text instead of the file."""
    as_written = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> object:
        if fullname != trial.dotted_module:
            return as_written(self, fullname)
        return compile(trial.source, self.path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]


def _pytest(tests: tuple[str, ...], arguments: tuple[str, ...]) -> bool:
    import pytest

    return pytest.main(["-x", "-q", "--tb=no", "--timeout=60", *arguments, *tests]) == pytest.ExitCode.OK
