"""A recorded file, played into a virtual world, to ask of it what came of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from adapters.cvr.documents import DocumentStore
from adapters.recordings.reading import records_of
from workers.testing.then import Then
from workers.testing.world import VirtualWorld

if TYPE_CHECKING:
    from pathlib import Path

    from workers.explain.story import Story
    from workers.testing.golden import GoldenFolder

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


class Recording:
    """What a replay of the file gives. Units go by their SOR-ids; outputs that the file holds are passed over."""

    def __init__(
        self, path: Path, golden: GoldenFolder, *, cvr: Path | None = None, tariffs: Path | None = None
    ) -> None:
        self._world = VirtualWorld(_BEGINNING)
        self._world.use(tariffs=tariffs, documents=DocumentStore.from_jsonl(cvr) if cvr is not None else ())
        for record in records_of(path):
            self._world.hear(record)
        self.then = Then(self._world, golden)

    def at(self, time: str | datetime) -> None:
        """Let time run on; from then on `then` speaks of what was sent since."""
        self._world.at(time)

    def story(self, sor_id: str) -> Story:
        """The story of a unit."""
        return self._world.story(sor_id)
