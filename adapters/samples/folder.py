"""The files of a sample: snapshots or change events, and the self-registrations and CVR documents beside them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import orjson

from adapters.record_lines import as_line
from adapters.samples.companions import Companions, TreeOf
from adapters.samples.files import FileFormat, write
from adapters.samples.life import Change, Night, Standing
from adapters.samples.records import Pen
from adapters.samples.tree_builder import Tree
from contracts.identifiers import SorId
from contracts.records import OutputRecord

EVENTS = "events.jsonl"
SELF_REGISTRATIONS = "self-registrations.jsonl"
CVR = "cvr.jsonl"
_DAY = timedelta(days=1)


class SampleFolder:
    """Writes a register and its nights into a folder; `form` None is for change events instead of snapshots.

    The first register is told of on the day before its snapshot, like every night's changes.
    """

    def __init__(self, folder: Path, form: FileFormat | None, seed: int) -> None:
        self.lines: Counter[str] = Counter()
        """How many lines each file has, and how many units a snapshot shows."""
        self._folder = folder
        self._form = form
        self._companions = Companions(seed)
        self._pen = Pen()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._cvr = self._open(CVR)
        self._records = self._open(EVENTS if self._form is None else SELF_REGISTRATIONS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def first(self, trees: Iterable[Tree], day: date) -> None:
        """Write the register as its first file shows it; one tree at a time is in memory."""
        self._snapshot(self._told(trees, day - _DAY), day)
        self._places_speak(day - _DAY)

    def night(self, night: Night, standing: Standing) -> None:
        """Write what a night brings, and what was said the day before it."""
        registered_on = night.day - _DAY
        self._tell(night.changes, standing.tree, registered_on)
        if self._form is not None:
            self._snapshot(standing.trees(), night.day)
        self._places_speak(registered_on)

    def finish(self) -> None:
        """Let the last places register themselves."""
        for day in self._companions.days_to_come():
            self._places_speak(day)

    def _told(self, trees: Iterable[Tree], day: date) -> Iterator[Tree]:
        for tree in trees:
            self._tell([Change(None, unit, "snapshot") for unit in tree], partial(_only, tree), day)
            yield tree

    def _tell(self, changes: Sequence[Change], tree_of: TreeOf, day: date) -> None:
        for document in self._companions.documents(changes, tree_of, day):
            self._write(self._cvr, CVR, orjson.dumps(document))
        first = self._companions.speak_first(changes, tree_of, day)
        self._write_records(self._pen.self_registrations(first, day, early=True))
        if self._form is None:
            self._write_records(self._pen.changes(changes, day))

    def _places_speak(self, day: date) -> None:
        self._write_records(self._pen.self_registrations(self._companions.speak(day), day, early=False))

    def _snapshot(self, trees: Iterable[Tree], day: date) -> None:
        if self._form is None:
            deque(trees, maxlen=0)
            return
        name = self._form.file_name(day)
        with (self._folder / name).open("wb") as target:
            write(self._form, self._counted(trees, name), day, target)

    def _counted(self, trees: Iterable[Tree], name: str) -> Iterator[Tree]:
        for tree in trees:
            self.lines[name] += len(tree)
            yield tree

    def _open(self, name: str) -> BinaryIO:
        return self._stack.enter_context((self._folder / name).open("wb"))

    def _write_records(self, records: Iterable[OutputRecord]) -> None:
        name = EVENTS if self._form is None else SELF_REGISTRATIONS
        for record in records:
            self._write(self._records, name, as_line(record).encode())

    def _write(self, target: BinaryIO, name: str, line: bytes) -> None:
        target.write(line + b"\n")
        self.lines[name] += 1


def _only(tree: Tree, _owner: SorId) -> Tree:
    return tree
