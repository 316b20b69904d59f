"""State as records of the compacted changelog, and back: the same partition, the same transaction (design.md).

One record per unit, per CVR number and per backlog, so that a change in a tree of ten thousand costs one small
record; and one for the progress of the partition, which is how a restore proves that it is complete.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from contracts.identifiers import SorId
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.stream.fee_runs import Run
from workers.stream.world import BEGINNING, World
from workers.tree.state import Backlog, CvrEntry, Node, OwnerState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.cloudevents import Headers
    from contracts.tariffs import TariffTable
    from workers.stream.world import Turn

SCHEMA_VERSION: Final = 1
"""Of every record here. A worker refuses a changelog of a later version than its own."""
_HEADERS: Final[Headers] = (("schema", str(SCHEMA_VERSION).encode()),)
_PROGRESS: Final = "progress"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the partition has come: in its input topics, in time, and in the yearly runs."""

    positions: dict[str, int] = field(default_factory=dict)
    stream_time: datetime = BEGINNING
    partitions: int = 0
    """How many partitions the topics had: owners are where their state is only as long as that stays so."""
    fee_runs: tuple[Run, ...] = ()
    """STPS's yearly runs, those under way with the last owner asked."""
    schema: int = SCHEMA_VERSION


class ChangelogError(RuntimeError):
    """The changelog cannot be read by this version of Sorbro."""


_NODE: Final = TypeAdapter(Node)
_CVR: Final = TypeAdapter(CvrEntry)
_BACKLOG: Final = TypeAdapter(Backlog)
_PROGRESS_TYPE: Final = TypeAdapter(Progress)


def changelog_of(turn: Turn, partition: int, positions: Mapping[str, int]) -> Iterator[OutputRecord]:
    """Yield the changelog records of a turn, the progress last."""

    def entry(key: str, value: bytes | None) -> OutputRecord:
        return OutputRecord(Topic.STATE, key.encode(), value, _HEADERS, turn.stream_time, partition)

    for owner, changed in turn.changed.items():
        state = turn.state(owner)
        for sor_id in changed.nodes:
            yield entry(f"node/{owner}/{sor_id}", _NODE.dump_json(state.nodes[sor_id], by_alias=True))
        for number in changed.numbers:
            yield entry(f"cvr/{owner}/{number}", _CVR.dump_json(state.numbers[number], by_alias=True))
        if changed.backlog:
            backlog = _BACKLOG.dump_json(state.backlog) if state.backlog.units else None
            yield entry(f"backlog/{owner}", backlog)
    progress = Progress(dict(positions), turn.stream_time, turn.partitions, turn.fee_runs)
    yield entry(_PROGRESS, _PROGRESS_TYPE.dump_json(progress))


class Restoring:
    """Builds a world from changelog records, in order; later records replace earlier ones.

    What is read is only laid by, so that a record which a later one replaces is never decoded.
    """

    def __init__(self) -> None:
        self._newest: OrderedDict[bytes, bytes | None] = OrderedDict()
        self._nodes: defaultdict[SorId, dict[SorId, Node]] = defaultdict(dict)
        self._numbers: defaultdict[SorId, dict[str, CvrEntry]] = defaultdict(dict)
        self._backlogs: dict[SorId, Backlog] = {}
        self.progress = Progress()
        self.records = 0

    def take(self, key: bytes, value: bytes | None, headers: Headers) -> None:
        """Lay one record by. Raises `ChangelogError` on one from a later version."""
        self.records += 1
        if headers != _HEADERS:
            _check(headers)
        self._newest[key] = value

    def decode(self, most: int | None = None) -> bool:
        """Decode up to `most` of the records laid by, all of them unless told; False when none is left.

        Raises `ChangelogError` on a record of no kind we know, or damaged.
        """
        for _ in range(min(most or len(self._newest), len(self._newest))):
            key, value = self._newest.popitem(last=False)  # and so its memory is free at once
            try:
                self._decode(key, value)
            except ValidationError as error:
                raise ChangelogError(f"the changelog record {key!r} is damaged: restore sorbro.state.v1") from error
        return bool(self._newest)

    def _decode(self, key: bytes, value: bytes | None) -> None:
        kind, _, rest = key.decode().partition("/")
        owner, _, item = rest.partition("/")
        if kind == _PROGRESS and value is not None:
            self.progress = _PROGRESS_TYPE.validate_json(value)
        elif kind == "node" and value is not None:
            self._nodes[SorId(owner)][SorId(item)] = _NODE.validate_json(value)
        elif kind == "cvr" and value is not None:
            self._numbers[SorId(owner)][item] = _CVR.validate_json(value)
        elif kind == "backlog":
            self._backlogs[SorId(owner)] = _BACKLOG.validate_json(value) if value is not None else Backlog()
        else:
            raise ChangelogError(f"the changelog holds a record of unknown kind {kind!r}: is the topic Sorbro's own?")

    def world(self, tariffs: TariffTable, partitions: int = 1) -> World:
        """The world as the last transaction left it. Everything must be decoded."""
        if self._newest:
            raise AssertionError("a world is made of all its records")
        owners = self._nodes.keys() | self._numbers.keys()
        return World(
            tariffs,
            (self._owner(owner) for owner in sorted(owners)),
            self.progress.stream_time,
            fee_runs=self.progress.fee_runs,
            partitions=partitions,
        )

    def _owner(self, owner: SorId) -> OwnerState:
        nodes = self._nodes[owner]
        children: defaultdict[SorId, tuple[SorId, ...]] = defaultdict(tuple)
        for sor_id in sorted(nodes):
            entity = nodes[sor_id].entity
            if entity is not None and entity.parent_sor_id is not None:
                children[entity.parent_sor_id] += (sor_id,)
        return OwnerState(owner, nodes, dict(children), self._numbers[owner], self._backlogs.get(owner, Backlog()))


def _check(headers: Headers) -> None:
    version = int(dict(headers).get("schema", b"1"))
    if version > SCHEMA_VERSION:
        raise ChangelogError(
            f"the changelog holds schema {version}, this Sorbro reads up to {SCHEMA_VERSION}: run a newer one"
        )
