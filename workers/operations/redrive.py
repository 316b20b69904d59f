"""Dead letters sent once more: each is decided afresh in a copy, then sent, in order per key, at a capped rate, once.

Letters and the audit event that names them are one transaction of a sole writer. So when one redrive is killed half
way, the next fences it, reads the audit topic, and leaves out what is named there: each letter is sent exactly once.
On a broker without transactions it is at least once, and the core takes a repeat for what it is.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Final

from adapters.kafka.sole_writer import sole_writer
from adapters.kafka.topic_admin import partition_counts
from contracts.identifiers import SorId
from contracts.redrives import MOST_LETTERS
from contracts.topics import Topic
from workers.operations.audit import RedriveLog
from workers.operations.letter_groups import is_chosen
from workers.operations.letter_reading import read_letters, read_redriven
from workers.operations.restored_owners import restored_owners
from workers.operations.tally import Tally
from workers.operations.verdicts import Judged, judge

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from adapters.clock import Clock
    from adapters.kafka.connection import Connection
    from adapters.kafka.sole_writer import SoleWriter
    from contracts.redrives import Chosen
    from contracts.tariffs import TariffTable
    from workers.operations.audit import Order
    from workers.operations.letter_reading import Redriven
    from workers.operations.letters import Letter

_AT_HAND: Final = 2000
_BYTES_AT_HAND: Final = 32 * 1024 * 1024
_TRANSACTIONS_PER_SECOND: Final = 2


class Redrive:
    """What the command and the page call. Both methods raise `LogError` and `ChangelogError`, in words to act on."""

    def __init__(self, connection: Connection, group: str, clock: Clock, tariffs: TariffTable) -> None:
        self._connection = connection
        self._group = group
        self._clock = clock
        self._tariffs = tariffs

    async def dry_run(self, chosen: Chosen) -> Tally:
        """Say what would become of the chosen letters now. Nothing is sent and nothing is written down."""
        tally = Tally()
        redriven = await read_redriven(self._connection)
        async with aclosing(self._at_hand(chosen, redriven, tally)) as pieces:
            async for letters in pieces:
                for judged in await self._judge(letters):
                    tally.count(judged)
        return tally

    async def send(self, order: Order, told: Callable[[Tally], None], stop: asyncio.Event) -> Tally:
        """Send the chosen letters that work now, at most `order.first`; `told` hears of every transaction.

        `stop` ends it after the transaction under way. Another redrive of the same group, wherever it runs, takes over
        from this one, which then raises `LogError`.
        """
        log = RedriveLog(order, self._clock.now())
        async with sole_writer(self._connection, f"{self._group}-redrive") as writer:
            # Only now: what a predecessor had under way is decided by the fencing, and nobody can add to it any more.
            redriven = await read_redriven(self._connection)
            await writer.append([log.started])
            sending = _Sending(writer, log, order, self._clock, stop, told)
            async with aclosing(self._at_hand(order.chosen, redriven, sending.tally)) as pieces:
                async for letters in pieces:
                    await sending.send(await self._judge(letters))
                    if sending.is_over:
                        break
            await writer.append([log.ended("stopped" if stop.is_set() else "done", sending.tally, self._clock.now())])
        return sending.tally

    async def _at_hand(self, chosen: Chosen, redriven: Redriven, tally: Tally) -> AsyncGenerator[list[Letter]]:
        """Yield the chosen letters that nobody has sent yet, so many at a time as may be held in memory."""
        letters: list[Letter] = []
        size = 0
        async with aclosing(read_letters(self._connection)) as every:
            async for letter in every:
                if letter is None or not is_chosen(letter, chosen):
                    continue
                if redriven.holds(letter.place):
                    tally.redriven_before += 1
                    continue
                letters.append(letter)
                size += len(letter.record.value or b"")
                if len(letters) == _AT_HAND or size >= _BYTES_AT_HAND:
                    yield letters
                    letters, size = [], 0
        if letters:
            yield letters

    async def _judge(self, letters: Sequence[Letter]) -> list[Judged]:
        """Decide them on their owners' present state, each partition's in their order."""
        by_partition: defaultdict[int, list[int]] = defaultdict(list)
        judged: dict[int, Judged] = {}
        count = (await partition_counts(self._connection, [Topic.STATE.value]))[Topic.STATE.value]
        for number, letter in enumerate(letters):
            if letter.partition < count:
                by_partition[letter.partition].append(number)
            else:
                judged[number] = Judged(letter, "fails", f"there is no partition {letter.partition}", letter.reason)
        for partition, numbers in by_partition.items():
            owners = {owner for number in numbers if (owner := _owner(letters[number])) is not None}
            world = await restored_owners(self._connection, partition, owners, self._tariffs)
            for number in numbers:
                judged[number] = judge(world, letters[number], self._clock.now())
                await asyncio.sleep(0)  # the page lives in a worker, which has heartbeats to send
        return [judged[number] for number in range(len(letters))]


def _owner(letter: Letter) -> SorId | None:
    """Whose letter it is, by its key: under any other key than the owner's it is refused anyway."""
    text = (letter.record.key or b"").split(b"/")[0].decode("utf-8", "replace")
    return SorId(text) if SorId.is_one(text) else None


class _Sending:
    """The letters of one redrive on their way."""

    def __init__(
        self,
        writer: SoleWriter,
        log: RedriveLog,
        order: Order,
        clock: Clock,
        stop: asyncio.Event,
        told: Callable[[Tally], None],
    ) -> None:
        self.tally = Tally()
        self._writer = writer
        self._log = log
        self._order = order
        self._clock = clock
        self._stop = stop
        self._told = told
        self._next_at = 0.0

    @property
    def is_over(self) -> bool:
        """Whether no more is to be sent."""
        return self._stop.is_set() or self._left() == 0

    def _left(self) -> int:
        return MOST_LETTERS if self._order.first is None else self._order.first - self.tally.sent

    async def send(self, judged: Sequence[Judged]) -> None:
        """Send those that work now."""
        for each in judged:
            self.tally.count(each)
        letters = [each.letter for each in judged if each.verdict == "works"]
        most = max(1, min(MOST_LETTERS, int(self._order.per_second / _TRANSACTIONS_PER_SECOND)))
        while letters:
            await self._keep_pace()
            if self.is_over:
                return
            count = min(most, self._left())
            batch, letters = letters[:count], letters[count:]
            now = self._clock.now()
            places = [letter.place for letter in batch]
            await self._writer.append([*(letter.again(now) for letter in batch), self._log.sent(places, now)])
            self.tally.sent += len(batch)
            self._next_at = max(self._next_at, _now()) + len(batch) / self._order.per_second
            self._told(self.tally)

    async def _keep_pace(self) -> None:
        """Wait for the next turn, or until told to stop."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._next_at):
                await self._stop.wait()


def _now() -> float:
    """The event loop's own clock, in seconds: for the pace, never for decisions."""
    return asyncio.get_running_loop().time()
