"""`sorbro sample` in a folder of the test's own."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from workers.commands import main


@pytest.fixture
def sample(tmp_path):
    """Runs the command, and returns its result and its folder."""

    def run(*options, out="sample"):
        folder = tmp_path / out
        return CliRunner().invoke(main, ["sample", "--out", str(folder), *map(str, options)]), folder

    return run
