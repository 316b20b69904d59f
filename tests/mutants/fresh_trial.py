"""Trying a mutant from scratch: a forked process reads the changed file as it imports the code, and runs the tests.

mutmut switches its mutants on after everything is imported, which is quick, but blind to constants, to the fields and
properties of classes, and to what a function does while modules are imported. Those get this slower trial.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader

import pytest
from one_session import silence

_ALREADY_IMPORTED = ("hypothesis", "pydantic", "jsonschema", "orjson", "httpx", "structlog", "stdnum")


@dataclass(frozen=True)
class Trial:
    """A changed file and the tests to try it on: those likely to notice first, then all, the quickest first."""

    dotted_module: str
    source: str
    likely: tuple[str, ...]
    all: tuple[str, ...]
    arguments: tuple[str, ...]


def survives(trials: Iterable[Trial], processes: int) -> Iterator[bool]:
    """Say of each trial, in order, whether every test passed."""
    for module in _ALREADY_IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    with multiprocessing.get_context("fork").Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap(_all_tests_pass, trials, chunksize=1)


def _all_tests_pass(trial: Trial) -> bool:
    as_written = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> object:
        """Compile the changed text instead of the file."""
        if fullname != trial.dotted_module:
            return as_written(self, fullname)
        return compile(trial.source, self.path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]
    silence()
    return all(_pass(tests, trial.arguments) for tests in (trial.likely, trial.all) if tests)


def _pass(tests: tuple[str, ...], arguments: tuple[str, ...]) -> bool:
    return pytest.main(["-x", "-q", "--tb=no", *arguments, *tests]) == pytest.ExitCode.OK
