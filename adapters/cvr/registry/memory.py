"""What CVR has said, by number: bounded, and forgetting first what nobody has asked for longest."""

from __future__ import annotations

from collections import OrderedDict

from adapters.cvr.registry.ages import Memo
from adapters.cvr.service import Number


class Memory:
    """At most `limit` memos. How old they may be is not its business: see `adapters.cvr.registry.ages`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._memos: OrderedDict[Number, Memo] = OrderedDict()

    def recall(self, number: Number) -> Memo | None:
        """What is remembered of the number, however old; this counts as being asked for."""
        memo = self._memos.get(number)
        if memo is not None:
            self._memos.move_to_end(number)
        return memo

    def keep(self, number: Number, memo: Memo) -> None:
        """Remember this of the number, and nothing else."""
        self._memos[number] = memo
        self._memos.move_to_end(number)
        if len(self._memos) > self._limit:
            self._memos.popitem(last=False)

    def __len__(self) -> int:
        return len(self._memos)
