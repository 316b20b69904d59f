"""Files for the replay command, and the command itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from adapters.record_lines import input_line
from workers.commands import main

if TYPE_CHECKING:
    from collections.abc import Iterable

    from click.testing import Result

    from contracts.records import InputRecord


@dataclass(frozen=True)
class ReplayFiles:
    """A folder to replay in."""

    folder: Path

    def write(self, lines: Iterable[Any], name: str = "records.jsonl") -> Path:
        """Write records, ready lines or JSON, one a line."""
        path = self.folder / name
        texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
        path.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
        return path

    def story(self, records: Iterable[InputRecord]) -> Path:
        """Write what a scenario was told."""
        return self.write(map(input_line, records))

    def run(self, records: Path, *options: object, out: str = "out.jsonl") -> Result:
        """Run `sorbro replay`."""
        arguments = ["replay", str(records), "--out", str(self.folder / out), *map(str, options)]
        return CliRunner().invoke(main, arguments)

    def read(self, name: str = "out.jsonl") -> bytes:
        return (self.folder / name).read_bytes()

    def outputs(self, name: str = "out.jsonl") -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read(name).splitlines()]


@pytest.fixture
def replay(tmp_path) -> ReplayFiles:
    return ReplayFiles(tmp_path)
