"""One worker under a virtual Danish clock: the very core of production, without a broker."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING, Final

from rich.console import Console, Group

from adapters.cvr.documents import Document, DocumentStore, FileRegistry
from contracts.identifiers import SorId
from contracts.tariffs import TariffTable
from workers.explain.page import page_of
from workers.explain.recording import tell_recording
from workers.explain.sent import ExplainError
from workers.explain.words import Words
from workers.replay.replay import Replay
from workers.testing.messages import instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from contracts.records import InputRecord, OutputRecord
    from workers.explain.story import Story

_BEGINS: Final = "2023-01-02 09:00"
_WIDTH: Final = 110


class VirtualWorld:
    """What a worker is told and what it sends. Time passes only by `at`, and a chapter begins each time it does."""

    def __init__(self, begins: str | datetime = _BEGINS) -> None:
        self.now = instant(begins)
        self.records: list[InputRecord] = []
        self.outputs: list[OutputRecord] = []
        self.opened_at = self.now
        self.chapter = 0
        """Where in `outputs` begins what was sent since the clock was last set."""
        self._tariffs: Path | None = None
        self._documents: DocumentStore | None = None
        self._replay: Replay | None = None

    def use(self, *, tariffs: Path | None = None, documents: Iterable[Document] = ()) -> None:
        """Decide by another fee table, or with CVR answering from `documents`; only before anything is told.

        Raises `RuntimeError` after that: a worker has one table, and asks CVR only once.
        """
        if self._replay is not None:
            raise RuntimeError("give tariffs and CVR before the first message: the worker has been told something")
        self._tariffs = tariffs or self._tariffs
        for document in documents:
            self._documents = self._documents or DocumentStore()
            self._documents.add(document)

    def at(self, time: str | datetime) -> None:
        """Let time pass up to and including `time` (a bare date is 00:00 in Denmark), and begin a chapter.

        Raises `ValueError` for a time that has passed.
        """
        then = instant(time)
        if then < self.now and self.records:
            raise ValueError(
                f"{time} has passed: the clock stands at {Words('en').instant(self.now)} and never goes back"
            )
        self.now = self.opened_at = then
        self.chapter = len(self.outputs)
        if self._replay is not None:
            self.outputs += self._replay.advance(then)

    def hear(self, record: InputRecord) -> None:
        """Hand the worker a record, at the record's own timestamp."""
        self.records.append(record)
        self.now = max(self.now, record.timestamp)
        self._replay = self._replay or self._beginning()
        self.outputs += self._replay.play(record)

    def story(self, sor_id: str) -> Story:
        """The story of a unit up to now. Raises `ExplainError` for one that nobody has spoken of."""
        return tell_recording(SorId.parse(sor_id), lambda: self.records, self._beginning(), self.now, as_replayed=True)

    def page(self, sor_id: str) -> str:
        """The same as a page of English text; for what has no story, why not."""
        try:
            parts = Group(*page_of(self.story(sor_id), Words("en"), with_rules=False))
        except (ExplainError, ValueError) as error:
            return f"{sor_id}: {error}"
        page = StringIO()
        Console(file=page, width=_WIDTH, highlight=False).print(parts)
        return page.getvalue()

    def _beginning(self) -> Replay:
        registry = FileRegistry(self._documents) if self._documents is not None else None
        return Replay(TariffTable.load(self._tariffs), registry)
