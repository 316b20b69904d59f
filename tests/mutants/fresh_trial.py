"""Trying a mutant from scratch: a forked process reads the changed file as it imports the code, and runs the tests.

mutmut switches its mutants on after everything is imported, which is quick, but blind to constants, to the fields and
properties of classes, and to what a function does while modules are imported. Those get this slower trial.
"""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import FrameType

_FORKED = multiprocessing.get_context("fork")
_ALREADY_IMPORTED = ("pytest", "hypothesis", "pydantic", "jsonschema", "orjson", "httpx", "structlog", "stdnum")


@dataclass(frozen=True)
class Trial:
    """A changed file and the tests to try it on, in the order in which they are likely to notice."""

    dotted_module: str
    source: str
    tests: tuple[str, ...]


def survives(trials: Iterable[Trial], processes: int) -> Iterator[bool]:
    """Say of each trial, in order, whether every test passed."""
    for module in _ALREADY_IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    with _FORKED.Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap(_all_tests_pass, trials, chunksize=1)


def run_at_import(arguments: tuple[str, ...]) -> set[str]:
    """The functions that run while the tests are collected, as ``workers.tree.draft.Draft.put``."""
    with _FORKED.Pool(1) as pool:
        return pool.apply(_functions_run_by, (("--collect-only", *arguments),))


def _all_tests_pass(trial: Trial) -> bool:
    as_written = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, fullname: str) -> object:
        """Compile the changed text instead of the file."""
        if fullname != trial.dotted_module:
            return as_written(self, fullname)
        return compile(trial.source, self.path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign,assignment]
    return _pytest(trial.tests) == 0


def _functions_run_by(arguments: tuple[str, ...]) -> set[str]:
    seen: set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            seen.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    sys.setprofile(note)
    _pytest(arguments)
    sys.setprofile(None)
    return seen


def _pytest(arguments: tuple[str, ...]) -> int:
    import pytest

    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    return int(pytest.main(["-x", "-q", "--tb=no", *arguments]))
