"""A stranger's test files, run by pytest with our plugin and no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import workers.testing.recordings  # noqa: F401  # pytester forgets what is first imported in a run of its own


@pytest.fixture
def stranger(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """`stranger(source, *options)` runs a test file of that text; without a text the one there is."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source: str | None = None, *options: str) -> pytest.RunResult:
        if source is not None:
            pytester.makepyfile(source)
        return pytester.runpytest_inprocess("-p", "workers.testing.plugin", *options)

    return run
