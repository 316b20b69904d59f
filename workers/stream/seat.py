"""One opened partition: what the loop has in its hands between opening it and letting go of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contracts.topics import WORKER_INPUTS
from workers.stream.horizon import Horizon
from workers.stream.merge import Merge

if TYPE_CHECKING:
    from adapters.kafka.port import PartitionLog
    from workers.stream.lookout import Lookout
    from workers.stream.world import World

INPUTS: Final = tuple(topic.value for topic in WORKER_INPUTS)


@dataclass(slots=True)
class Seat:
    """Its log, its world, and the records waiting in front of it. Seconds are the event loop's."""

    log: PartitionLog
    world: World
    lookout: Lookout
    merge: Merge = field(default_factory=lambda: Merge(INPUTS))
    drained: frozenset[str] = frozenset()
    horizon: Horizon = field(default_factory=Horizon)
    held_back_since: float | None = None
    overdue_since: float | None = None
    breathed: float = 0.0
    enough_at: float = 0.0
    """When the turn under way has taken long enough."""
    is_behind: bool = False
    """Whether the last turn was full, so that there is more to do without waiting for records."""
