"""State as records of the compacted changelog, and back: the same partition, the same transaction (design.md).

One record per unit, per CVR number and per backlog, so that a change in a tree of ten thousand costs one small
record; and one for the progress of the partition, which is how a restore proves that it is complete.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from contracts.identifiers import SorId
from contracts.records import OutputRecord
from contracts.topics import Topic
from workers.stream import armed
from workers.stream.fee_runs import Run
from workers.stream.owners import Owners
from workers.stream.world import BEGINNING, World
from workers.tree.state import Backlog, CvrEntry, Node, OwnerState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from contracts.cloudevents import Headers
    from contracts.tariffs import TariffTable
    from workers.stream.owners import Records
    from workers.stream.world import Changed, Turn

SCHEMA_VERSION: Final = 1
"""Of every record here. A worker refuses a changelog of a later version than its own."""
_HEADERS: Final[Headers] = (("schema", str(SCHEMA_VERSION).encode()),)
_WAKES: Final = "wakes"
"""The header that says when an owner wants to be woken next, empty for never; on its newest record."""
_TRACE: Final = "traceparent"
"""The header beside it that says in which trace, if that is to go on with a cascade."""
PROGRESS: Final = b"progress"
"""The key of the one record that says how far the partition has come."""
_RELEASE: Final = version("sorbro")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the partition has come: in its input topics, in time, and in the yearly runs."""

    positions: dict[str, int] = field(default_factory=dict)
    stream_time: datetime = BEGINNING
    partitions: int = 0
    """How many partitions the topics had: owners are where their state is only as long as that stays so."""
    fee_runs: tuple[Run, ...] = ()
    """STPS's yearly runs, those under way with the last owner asked."""
    came_to: datetime = BEGINNING
    """The instant of the record taken last, so that a restart goes on as if there had been none."""
    bad_in_a_row: int = 0
    """Records refused since the last that was not, so that a restart begins no new count."""
    wakes_by: str = ""
    """By which rules and tariffs the noted wakes were found; by others every owner has to be looked at anew."""
    schema: int = SCHEMA_VERSION


class ChangelogError(RuntimeError):
    """The changelog cannot be read by this version of Sorbro."""


class IncompleteRestoreError(RuntimeError):
    """Less was read than was written; reading again gives all of it."""


_KINDS: Final = frozenset({b"node", b"cvr", b"backlog"})
_NODE: Final = TypeAdapter(Node)
_CVR: Final = TypeAdapter(CvrEntry)
_BACKLOG: Final = TypeAdapter(Backlog)
_PROGRESS_TYPE: Final = TypeAdapter(Progress)


def changelog_of(turn: Turn, partition: int, positions: Mapping[str, int]) -> Iterator[OutputRecord]:
    """Yield the changelog records of a turn, the progress last."""

    def entry(key: bytes, value: bytes | None, headers: Headers = _HEADERS) -> OutputRecord:
        return OutputRecord(Topic.STATE, key, value, headers, turn.stream_time, partition)

    for owner, changed in turn.changed.items():
        *records, (key, value, headers) = _records_of(turn, owner, changed)
        for before in records:
            yield entry(*before)
        instant, trace = turn.next_wake_of(owner), turn.traced.under_way.get(owner)
        headers = (*headers, (_WAKES, instant.isoformat().encode() if instant is not None else b""))
        yield entry(key, value, headers if trace is None else (*headers, (_TRACE, trace.encode())))
    progress = Progress(
        dict(positions),
        turn.stream_time,
        turn.partitions,
        turn.fee_runs,
        came_to=turn.came_to,
        bad_in_a_row=turn.bad_in_a_row,
        wakes_by=_wakes_by(turn.tariffs),
    )
    yield entry(PROGRESS, _PROGRESS_TYPE.dump_json(progress))


def _records_of(turn: Turn, owner: SorId, changed: Changed) -> Iterator[tuple[bytes, bytes, Headers]]:
    state = turn.state(owner)
    for sor_id in changed.nodes:
        headers = (*_HEADERS, *turn.traced.armed.headers(owner, sor_id))
        yield f"node/{owner}/{sor_id}".encode(), _NODE.dump_json(state.nodes[sor_id], by_alias=True), headers
    for number in changed.numbers:
        yield f"cvr/{owner}/{number}".encode(), _CVR.dump_json(state.numbers[number], by_alias=True), _HEADERS
    if changed.backlog:  # no tombstone when it is empty: the broker would forget it, and what it says of the wakes
        yield f"backlog/{owner}".encode(), _BACKLOG.dump_json(state.backlog), _HEADERS


def _wakes_by(tariffs: TariffTable) -> str:
    return f"{_RELEASE}, tariffs {tariffs.version}"


class Restoring:
    """Builds a world from changelog records, in order; later records replace earlier ones.

    What is read is only laid by: a record that a later one replaces is never decoded, and an owner whose next wake is
    noted is decoded when somebody asks for it. `only` these owners are taken, for who wants to look at a few.
    """

    def __init__(self, only: Collection[SorId] | None = None) -> None:
        self._only = None if only is None else {owner.encode() for owner in only}
        self._newest: defaultdict[bytes, dict[bytes, bytes | None]] = defaultdict(dict)
        self._wakes: dict[bytes, bytes] = {}
        self._traces: dict[bytes, bytes] = {}
        self._under_way: dict[bytes, bytes] = {}
        self._progress: bytes | None = None
        self._parsed: Progress | None = None
        self._decoded: list[OwnerState] = []
        self.records = 0

    def take(self, key: bytes, value: bytes | None, headers: Headers) -> None:
        """Lay one record by. Raises `ChangelogError` on one from a later version, or of no kind we know."""
        self.records += 1
        if headers[:1] != _HEADERS:
            _check(headers)
        if key == PROGRESS:
            self._progress, self._parsed = value, None
            return
        kind, _, rest = key.partition(b"/")
        if kind not in _KINDS:
            raise ChangelogError(f"the changelog holds a record of unknown kind {key!r}: is the topic Sorbro's own?")
        owner, _, _ = rest.partition(b"/")
        if self._only is not None and owner not in self._only:
            return
        self._newest[owner][key] = value
        self._traces.pop(key, None)
        if len(headers) > 1:
            self._note(key, owner, dict(headers))

    def _note(self, key: bytes, owner: bytes, headers: Mapping[str, bytes]) -> None:
        if _WAKES in headers:
            self._wakes[owner] = headers[_WAKES]
            self._under_way.pop(owner, None)
            if _TRACE in headers:
                self._under_way[owner] = headers[_TRACE]
        if armed.HEADER in headers:
            self._traces[key] = headers[armed.HEADER]

    @property
    def progress(self) -> Progress:
        """How far the partition had come. Raises `ChangelogError` when the record of it is damaged."""
        if self._parsed is None:
            with _naming(PROGRESS):
                self._parsed = Progress() if self._progress is None else _PROGRESS_TYPE.validate_json(self._progress)
        return self._parsed

    def decode_some(self, tariffs: TariffTable, most: int) -> bool:
        """Decode up to `most` of the owners whose wakes are not known; False when none of them is left.

        They cannot be laid by. After an upgrade, or with another tariff table, that is all owners.
        """
        if self.progress.wakes_by != _wakes_by(tariffs):
            self._wakes.clear()
        for owner in list(islice((each for each in self._newest if each not in self._wakes), most)):
            self._decoded.append(_owner(SorId(owner.decode()), self._newest.pop(owner)))
        return len(self._newest) > len(self._wakes)

    def world(self, tariffs: TariffTable, partitions: int = 1) -> World:
        """The world as the last transaction left it."""
        while self.decode_some(tariffs, len(self._newest)):
            pass
        progress = self.progress
        laid_by: dict[SorId, Records] = {SorId(owner.decode()): self._newest[owner] for owner in sorted(self._newest)}
        world = World(
            tariffs,
            Owners.laid_by(laid_by, _owner, self._decoded),
            progress.stream_time,
            came_to=progress.came_to,
            wakes=((datetime.fromisoformat(at.decode()), SorId(of.decode())) for of, at in self._wakes.items() if at),
            fee_runs=progress.fee_runs,
            partitions=partitions,
        )
        world.bad_in_a_row = progress.bad_in_a_row
        for kept in armed.restored(self._traces):
            world.armed.put(*kept)
        for owner, trace in self._under_way.items():
            world.under_way[SorId(owner.decode())] = trace.decode()
        return world


def _owner(owner: SorId, records: Records) -> OwnerState:
    """Decode one owner. Raises `ChangelogError`."""
    nodes: dict[SorId, Node] = {}
    numbers: dict[str, CvrEntry] = {}
    backlog = Backlog()
    for key, value in records.items():
        kind, _, rest = key.decode().partition("/")
        item = rest.partition("/")[2]
        with _naming(key):
            if kind == "backlog":
                backlog = _BACKLOG.validate_json(value) if value is not None else Backlog()
            elif kind == "node":
                nodes[SorId(item)] = _NODE.validate_json(value or b"")
            else:
                numbers[item] = _CVR.validate_json(value or b"")
    children: defaultdict[SorId, tuple[SorId, ...]] = defaultdict(tuple)
    for sor_id in sorted(nodes):
        entity = nodes[sor_id].entity
        if entity is not None and entity.parent_sor_id is not None:
            children[entity.parent_sor_id] += (sor_id,)
    return OwnerState(owner, nodes, dict(children), numbers, backlog)


@contextmanager
def _naming(key: bytes) -> Iterator[None]:
    """Say which record it is that cannot be read."""
    try:
        yield
    except ValidationError:
        # Without the cause: it quotes the record, and the record may name people (R49).
        raise ChangelogError(f"the changelog record {key!r} is damaged: restore sorbro.state.v1") from None


def _check(headers: Headers) -> None:
    schema = int(dict(headers).get("schema", b"1"))
    if schema > SCHEMA_VERSION:
        raise ChangelogError(
            f"the changelog holds schema {schema}, this Sorbro reads up to {SCHEMA_VERSION}: run a newer one"
        )
