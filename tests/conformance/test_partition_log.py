"""What the loop relies on (design.md, "The delivery guarantee"): real Kafka and its model in memory, held to the same.

Where a test names an offset it counts control records: every transaction leaves one in each partition it wrote to.
Which error a client shows is not promised (notes/engine.md A3), and the loop does not ask.
"""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest

from adapters.kafka.port import LogError
from conformance.benches import ERRORS, record
from conformance.grips import Clients, changelog, nothing_more, polled
from contracts.topics import WORKER_INPUTS, Topic

CHANGES = Topic.ENTITY_CHANGES.value
NOTICES = Topic.NOTICES.value
FAILS = pytest.raises(ERRORS)
LARGER_THAN_THE_BROKER_TAKES = b" " * 1_500_000
LARGER_THAN_THE_CLIENT_TAKES = b" " * 5_000_000


@pytest.fixture
async def clients(bench):
    made = Clients(bench)
    yield made
    await made.close()


class TestFencing:
    async def test_it_ends_the_predecessors_open_transaction(self, clients):
        predecessor = await clients.fenced()
        await clients.commit(predecessor, b"committed")
        await clients.write(predecessor, b"left open")
        assert await changelog(await clients.fenced()) == [b"committed"]

    async def test_a_zombie_cannot_commit_what_it_wrote(self, clients):
        zombie = await clients.fenced()
        await clients.write(zombie, b"of the zombie")
        successor = await clients.fenced()
        with FAILS:
            await zombie.commit()
        await clients.commit(successor, b"of the successor")
        assert await changelog(await clients.fenced()) == [b"of the successor"]

    async def test_a_zombies_late_record_is_never_seen(self, clients):
        zombie = await clients.fenced()
        await zombie.begin()
        successor = await clients.fenced()
        await clients.commit(successor, b"of the successor")
        with FAILS:
            await clients.write_on(zombie, b"late")
            await zombie.commit()
        assert await changelog(await clients.fenced()) == [b"of the successor"]

    async def test_a_zombies_late_offsets_do_not_count(self, clients):
        zombie = await clients.fenced()
        await clients.write(zombie, b"of the zombie")
        successor = await clients.fenced()
        with FAILS:
            await zombie.send_offsets({CHANGES: 7})
            await zombie.commit()
        assert await successor.committed() == {}

    async def test_it_leaves_another_partitions_or_groups_transactions_alone(self, clients):
        other = await clients.fenced("another")
        await clients.write(other, b"of another group")
        await clients.fenced()
        await other.commit()
        assert await changelog(await clients.fenced()) == [b"of another group"]


class TestRestore:
    async def test_what_is_committed_comes_in_its_order(self, clients):
        log = await clients.fenced()
        await clients.commit(log, b"1", b"2")
        await clients.commit(log, b"3")
        assert await changelog(await clients.fenced()) == [b"1", b"2", b"3"]

    async def test_a_changelog_never_written_to_restores_nothing_and_does_not_wait(self, clients):
        assert await changelog(await clients.fenced()) == []

    async def test_a_changelog_in_which_everything_was_aborted_restores_nothing_and_does_not_wait(self, clients):
        await clients.write(await clients.fenced(), b"aborted")
        assert await changelog(await clients.fenced()) == []

    async def test_it_goes_past_aborted_transactions(self, clients):
        first = await clients.fenced()
        await clients.commit(first, b"1")
        await clients.write(first, b"aborted")
        await clients.commit(await clients.fenced(), b"2")
        assert await changelog(await clients.fenced()) == [b"1", b"2"]

    async def test_it_goes_to_the_high_watermark_and_waits_for_a_transaction_open_before_that(self, clients):
        """To stop at the last stable offset would be to restore a state that is about to change."""
        log = await clients.fenced()
        await clients.commit(log, b"1")
        other = await clients.fenced("another")
        await clients.write(other, b"2")
        restore = asyncio.create_task(changelog(log))
        _, waiting = await asyncio.wait({restore}, timeout=1)
        assert waiting
        await other.commit()
        assert await restore == [b"1", b"2"]


class TestCommit:
    async def test_a_reader_sees_nothing_before_the_commit_and_everything_after_it(self, clients):
        reader = await clients.reading()
        writer = await clients.fenced("another")
        await clients.write(writer, b"1", b"2", topic=CHANGES)
        assert await nothing_more(reader)
        await writer.commit()
        assert [each.value for each in await polled(reader, 2)] == [b"1", b"2"]

    async def test_offsets_come_with_the_commit_and_not_before(self, clients):
        log = await clients.fenced()
        await clients.write(log, b"1")
        await log.send_offsets({CHANGES: 7, NOTICES: 2})
        assert await log.committed() == {}
        await log.commit()
        assert await (await clients.fenced()).committed() == {CHANGES: 7, NOTICES: 2}

    async def test_offsets_of_a_transaction_given_up_never_come(self, clients):
        log = await clients.fenced()
        await clients.write(log, b"1")
        await log.send_offsets({CHANGES: 7})
        assert await (await clients.fenced()).committed() == {}

    async def test_another_transaction_follows_at_once(self, clients):
        log = await clients.fenced()
        for number in range(5):
            await clients.commit(log, b"%d" % number)
        assert await changelog(await clients.fenced()) == [b"0", b"1", b"2", b"3", b"4"]

    async def test_a_group_whose_offsets_have_expired_has_none_but_its_changelog_is_there(self, clients):
        log = await clients.fenced()
        await clients.write(log, b"1")
        await log.send_offsets({CHANGES: 7})
        await log.commit()
        forgotten = await clients.fenced("which nobody remembers")
        assert await forgotten.committed() == {}
        assert await changelog(forgotten) == [b"1"]

    @pytest.mark.parametrize("value", [LARGER_THAN_THE_BROKER_TAKES, LARGER_THAN_THE_CLIENT_TAKES])
    async def test_a_message_too_large_fails_before_the_commit(self, clients, value):
        log = await clients.fenced()
        with FAILS:
            await clients.write(log, value, topic=Topic.REGISTRATIONS)
        assert await changelog(await clients.fenced()) == []

    async def test_a_commit_that_did_not_await_its_records_goes_through_without_the_one_that_failed(
        self, bench, clients
    ):
        """Not what one would wish for, but so it is (A1), and the model must be as bad."""
        log = await clients.fenced()
        await log.begin()
        await log.send([record(Topic.REGISTRATIONS, LARGER_THAN_THE_BROKER_TAKES, bench.partition)])
        await log.send([record(Topic.STATE, b"the other one", bench.partition)])
        with nullcontext() if bench.commits_without_what_failed else FAILS:
            await log.commit()
        went_through = [b"the other one"] if bench.commits_without_what_failed else []
        assert await changelog(await clients.fenced()) == went_through


class TestReading:
    async def test_topics_left_out_of_a_seek_are_read_from_where_they_begin(self, bench, clients):
        await bench.publish(CHANGES, b"0", b"1", b"2")
        await bench.publish(NOTICES, b"n")
        await bench.delete_before(CHANGES, 2)
        found = await polled(await clients.reading(), 2)
        assert {(each.topic, each.offset, each.value) for each in found} == {(CHANGES, 2, b"2"), (NOTICES, 0, b"n")}

    async def test_a_seek_goes_to_its_offset(self, bench, clients):
        await bench.publish(CHANGES, b"0", b"1", b"2")
        assert [each.offset for each in await polled(await clients.reading(entity_changes=1), 2)] == [1, 2]

    @pytest.mark.parametrize("offset", [1, 4])
    async def test_a_seek_to_what_the_broker_does_not_hold_is_refused(self, bench, clients, offset):
        await bench.publish(CHANGES, b"0", b"1", b"2")
        await bench.delete_before(CHANGES, 2)
        with pytest.raises(LogError, match=CHANGES):
            await clients.reading(entity_changes=offset)

    async def test_positions_count_control_records_and_those_that_were_aborted(self, bench, clients):
        writer = await clients.fenced("another")
        await clients.write(writer, b"aborted", topic=CHANGES)
        await clients.commit(await clients.fenced("another"), b"1", b"2", topic=CHANGES)
        await bench.publish(CHANGES, b"3")
        reader = await clients.reading()
        found = await polled(reader, 3)
        assert [(each.offset, each.value) for each in found] == [(2, b"1"), (3, b"2"), (5, b"3")]
        assert (await reader.positions())[CHANGES] == 6

    async def test_the_position_goes_past_a_control_record_at_the_end(self, clients):
        reader = await clients.reading()
        await clients.commit(await clients.fenced("another"), b"1", topic=CHANGES)
        await polled(reader, 1)
        assert await nothing_more(reader)
        assert (await reader.positions())[CHANGES] == (await reader.ends())[CHANGES] == 2
        assert CHANGES in await reader.drained()

    async def test_a_position_past_the_end_of_a_commit_can_be_taken_up_again(self, bench, clients):
        await clients.commit(await clients.fenced("another"), b"1", topic=CHANGES)
        reader = await clients.reading(entity_changes=2)
        await bench.publish(CHANGES, b"2")
        assert [each.value for each in await polled(reader, 1)] == [b"2"]

    async def test_no_more_than_asked_for_is_polled_and_order_stays(self, bench, clients):
        await bench.publish(CHANGES, *(b"%d" % number for number in range(10)))
        reader, found = await clients.reading(), []
        while len(found) < 10:
            records = await reader.poll([CHANGES], 3, 0.25)
            assert len(records) <= 3
            found += records
        assert [each.offset for each in found] == list(range(10))

    async def test_topics_not_asked_for_are_not_polled(self, bench, clients):
        await bench.publish(CHANGES, b"1")
        await bench.publish(NOTICES, b"n")
        reader = await clients.reading()
        assert [each.topic for each in await polled(reader, 1, [NOTICES])] == [NOTICES]
        assert (await reader.positions())[CHANGES] == 0

    async def test_a_topic_is_drained_when_everything_in_it_has_been_polled(self, bench, clients):
        await bench.publish(CHANGES, b"1", b"2")
        reader = await clients.reading()
        assert CHANGES not in await reader.drained(), "nobody has told yet where it ends"
        await polled(reader, 1)
        await reader.poll([CHANGES], 100, 0.25)
        assert CHANGES in await reader.drained()

    async def test_what_is_written_in_an_open_transaction_is_no_part_of_the_ends(self, bench, clients):
        await bench.publish(CHANGES, b"1")
        writer = await clients.fenced("another")
        await clients.write(writer, b"open", topic=CHANGES)
        reader = await clients.reading()
        assert [each.value for each in await polled(reader, 1)] == [b"1"]
        assert (await reader.ends())[CHANGES] == (await reader.positions())[CHANGES] == 1
        assert await nothing_more(reader)
        assert CHANGES in await reader.drained()

    async def test_the_ends_are_asked_for_afresh(self, bench, clients):
        reader = await clients.reading()
        assert (await reader.ends())[CHANGES] == 0
        await bench.publish(CHANGES, b"1")
        assert (await reader.ends())[CHANGES] == 1

    async def test_all_topics_have_the_same_number_of_partitions(self, bench, clients):
        counts = await (await clients.fenced()).partition_counts()
        assert counts == {topic.value: bench.partitions for topic in (*WORKER_INPUTS, Topic.STATE)}
