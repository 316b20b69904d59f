"""The owners of one partition. One that a restore has only laid by is decoded when it is first asked for.

So a partition works again as soon as its changelog is read; decoding a whole register takes several times as long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contracts.identifiers import SorId
    from workers.tree.state import OwnerState

Records = Mapping[bytes, bytes | None]
"""The newest changelog records of one owner."""


class Owners(Mapping["SorId", "OwnerState"]):
    """By SOR-id. `on_decoded` is told of each owner when it has been decoded."""

    def __init__(self, states: Iterable[OwnerState] = ()) -> None:
        self._states = {state.owner: state for state in states}
        self._laid_by: dict[SorId, Records] = {}
        self._decode: Callable[[SorId, Records], OwnerState] | None = None
        self._changed: set[SorId] = set(self._states)
        self.on_decoded: Callable[[OwnerState], None] = lambda _: None

    @classmethod
    def laid_by(
        cls,
        records: dict[SorId, Records],
        decode: Callable[[SorId, Records], OwnerState],
        states: Iterable[OwnerState] = (),
    ) -> Owners:
        """Owners of whom only the records are there, to be decoded by `decode`, beside others already decoded."""
        owners = cls(states)
        owners._laid_by, owners._decode = records, decode
        return owners

    @property
    def are_decoded(self) -> bool:
        """Whether none is laid by any more."""
        return not self._laid_by

    def __getitem__(self, owner: SorId) -> OwnerState:
        """The owner's state. Raises `KeyError`, and `ChangelogError` when its records are damaged."""
        if owner in self._laid_by:
            self._bring_out(owner)
        return self._states[owner]

    def __contains__(self, owner: object) -> bool:
        """Whether the owner is known; asking does not decode it."""
        return owner in self._states or owner in self._laid_by

    def __iter__(self) -> Iterator[SorId]:
        """Yield every owner's id."""
        yield from (*self._states, *self._laid_by)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._states) + len(self._laid_by)

    def update(self, states: Mapping[SorId, OwnerState]) -> None:
        """Take on new states."""
        self._states.update(states)
        self._changed.update(states)

    def decoded(self) -> list[OwnerState]:
        """Those that are decoded, for who only looks."""
        return list(self._states.values())

    def take_changed(self) -> set[SorId]:
        """Those that have been decoded, or taken on a new state, since this was last asked."""
        changed, self._changed = self._changed, set()
        return changed

    def decode_one(self) -> bool:
        """Decode one of those laid by; False when there is none left."""
        if self._laid_by:
            self._bring_out(next(iter(self._laid_by)))
        return bool(self._laid_by)

    def _bring_out(self, owner: SorId) -> None:
        if self._decode is None:
            raise AssertionError("who is laid by came with the way to decode it")
        state = self._states[owner] = self._decode(owner, self._laid_by[owner])
        del self._laid_by[owner]
        self._changed.add(owner)
        self.on_decoded(state)
