"""The verdict: what a `read_committed` reader finds against what the committed input calls for, record by record.

Compared are id, value, every header, and time, and the order per key. Left out is one topic, `sorbro.cvr-requests.v1`:
a question may be put twice (R20), so it is only asked that none is missing. When CVR answers, and what, is input.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from adapters.kafka.connection import Connection
from adapters.kafka.open_transactions import OpenTransactions
from contracts import dead_letters
from contracts.cloudevents import Headers
from contracts.records import InputRecord, OutputRecord
from contracts.topics import WORKER_INPUTS, Topic
from faults.committed import Topics
from faults.recount import Due, Jump, Records, Recount
from support.findings import COMPARED, Findings

_ONCE: Final = (Topic.DEREGISTRATIONS, Topic.INVOICE_TRIGGERS, Topic.DELETION_REQUESTS)
"""Whatever the rules say, no id comes twice here: each is a fee, a last day, a deletion."""
READ: Final = tuple(dict.fromkeys((*WORKER_INPUTS, *COMPARED, Topic.CVR_REQUESTS, Topic.STATE)))
_SHOWN: Final = 20
_SECONDS: Final = 60.0

Content = tuple[bytes | None, Headers, int]


@dataclass
class Verdict(Findings):
    """What was found."""

    compared: int = 0
    inputs: int = 0
    unread: int = 0
    """Input records that no transaction has claimed to have read."""
    unanswered: int = 0
    """Numbers that CVR was asked about and has not answered yet; no part of the verdict, for CVR may take its time."""
    differences: list[str] = field(default_factory=list)

    def shown(self) -> Iterator[str]:
        """Yield the differences, the first of them."""
        yield from self.differences[:_SHOWN]
        if len(self.differences) > _SHOWN:
            yield f"… and {len(self.differences) - _SHOWN} more"


async def verify(topics: Topics, clock: datetime, jumps: Sequence[Jump] = ()) -> Verdict:
    """Read what is new on the topics, recount, compare. `clock` is what the workers' clock shows."""
    await topics.read()
    # In a thread, for the proxies live in this event loop.
    verdict = await asyncio.to_thread(judge, topics.records, topics.partitions, clock, jumps)
    brokers = OpenTransactions(Connection(topics.servers), READ, _SECONDS)
    try:
        still_open = await brokers.find(range(topics.partitions))
    finally:
        await brokers.close()
    verdict.open_transactions = len(still_open)
    verdict.differences += [
        f"OPEN transaction on {topic}-{partition} at {offset}" for (topic, partition), offset in still_open.items()
    ]
    return verdict


def unread(records: Records, partitions: int) -> int:
    """How many input records no transaction has claimed to have read; much quicker than a verdict."""
    return sum(Recount(records, partition, partitions).unread_at_the_end() for partition in range(partitions))


def judge(records: Records, partitions: int, clock: datetime, jumps: Sequence[Jump] = ()) -> Verdict:
    """Compare what is on the topics with what their inputs call for."""
    verdict = Verdict()
    due: list[Due] = []
    for partition in range(partitions):
        recount = Recount(records, partition, partitions, jumps)
        recount.run(clock)
        due += recount.due
        verdict.unread += recount.unread
        verdict.unanswered += recount.unanswered()
        verdict.out_of_order += len(recount.breaches)
        verdict.differences += [f"OUT OF ORDER {each}" for each in recount.breaches]
    verdict.inputs = sum(len(found) for (topic, _), found in records.items() if topic in WORKER_INPUTS)
    _compare(verdict, due, [each for topic in COMPARED for each in _all(records, topic)])
    _ask_for_questions(verdict, due, _all(records, Topic.CVR_REQUESTS))
    return verdict


def _compare(verdict: Verdict, due: Iterable[Due], found: Iterable[InputRecord]) -> None:
    due_by_key: defaultdict[tuple[str, bytes | None], list[Due]] = defaultdict(list)
    for each in due:
        if each.record.topic in COMPARED:
            due_by_key[str(each.record.topic), each.record.key].append(each)
    found_by_key: defaultdict[tuple[str, bytes | None], list[InputRecord]] = defaultdict(list)
    for record in found:
        found_by_key[record.topic, record.key].append(record)
    for key in sorted(due_by_key.keys() | found_by_key.keys(), key=str):
        _compare_key(verdict, due_by_key[key], found_by_key[key])


def _compare_key(verdict: Verdict, due: list[Due], found: list[InputRecord]) -> None:
    verdict.compared += len(found)
    wanted = Counter(_name(each.record) for each in due)
    there = Counter(_name(each) for each in found)
    causes = {_name(each.record): each for each in due}
    for name, missing in (wanted - there).items():
        record = causes[name].record
        verdict.lost += missing
        verdict.differences.append(f"LOST {_told(record)}, called for by {causes[name].cause}")
    seen: Counter[str] = Counter()
    for each in found:
        name = _name(each)
        seen[name] += 1
        if seen[name] > max(wanted[name], 1) or (each.topic in _ONCE and seen[name] > 1):
            verdict.duplicated += 1
            verdict.differences.append(f"DUPLICATED {_found(each)}")
        elif not wanted[name]:
            verdict.wrong += 1
            verdict.differences.append(f"WRONG {_found(each)}: nothing calls for it")
    _compare_contents(verdict, due, found)
    if wanted == there:
        _compare_order(verdict, due, found)


def _compare_contents(verdict: Verdict, due: list[Due], found: list[InputRecord]) -> None:
    contents: defaultdict[str, list[Content]] = defaultdict(list)
    causes: dict[str, str] = {}
    for each in due:
        name = _name(each.record)
        contents[name].append((each.record.value, each.record.headers, _ms(each.record.time)))
        causes[name] = each.cause
    for record in found:
        name = _name(record)
        if (
            name in contents
            and (record.value, record.headers, round(record.timestamp.timestamp() * 1000)) not in contents[name]
        ):
            verdict.wrong += 1
            verdict.differences.append(
                f"WRONG {_found(record)}, called for by {causes[name]}\n    is  {record.value!r}\n"
                f"    due {contents[name][0][0]!r}\n    headers {set(record.headers) ^ set(contents[name][0][1])}"
            )


def _compare_order(verdict: Verdict, due: list[Due], found: list[InputRecord]) -> None:
    """Of one key each input partition has an order; a unit that moves has two, and they may mix."""
    for partition in {each.partition for each in due}:
        ordered = [_name(each.record) for each in due if each.partition == partition]
        names = iter(_name(each) for each in found)
        if not all(name in names for name in ordered):
            verdict.out_of_order += 1
            verdict.differences.append(f"OUT OF ORDER {found[0].topic}, key {found[0].key!r}: should be {ordered}")


def _ask_for_questions(verdict: Verdict, due: Iterable[Due], found: Iterable[InputRecord]) -> None:
    there = {_name(each) for each in found}
    for each in due:
        if each.record.topic == Topic.CVR_REQUESTS and _name(each.record) not in there:
            verdict.lost += 1
            verdict.differences.append(f"LOST question to CVR, called for by {each.cause}")


def _all(records: Records, topic: Topic) -> list[InputRecord]:
    return [each for (name, _), found in records.items() if name == topic for each in found]


def _name(record: InputRecord | OutputRecord) -> str:
    """What an output is, wherever it lies: its id; of a dead letter the place of its original."""
    said = dict(record.headers)
    if record.topic == Topic.DEAD_LETTERS:
        place = (dead_letters.CONNECT_TOPIC, dead_letters.CONNECT_PARTITION, dead_letters.CONNECT_OFFSET)
        return "/".join(said[part].decode() for part in place)
    return said["ce_id"].decode()


def _ms(instant: datetime) -> int:
    return max(0, int(instant.timestamp() * 1000))


def _told(record: InputRecord | OutputRecord) -> str:
    kind = dict(record.headers).get("ce_type", b"dead letter").decode(errors="replace")
    return f"{kind} {_name(record)} of {(record.key or b'nobody').decode(errors='replace')}"


def _found(record: InputRecord) -> str:
    because = dict(record.headers).get("ce_causationid", b"-").decode(errors="replace")
    return f"{_told(record)} at {record.topic}-{record.partition}@{record.offset}, because of {because}"
