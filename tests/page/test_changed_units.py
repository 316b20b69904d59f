"""The page looks at changed units and those below them only, and knows the same as if it looked at everything."""

from __future__ import annotations

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from contracts.topics import Topic
from oracle.machine import Histories
from page.fed import Lying, feed, lying
from support.scenario import Scenario
from workers.operations.read_side import ReadSide

AT_ONCE = 7
"""Records between two looks: some cut a turn of the worker in two."""


def seen_piece_by_piece(world: Scenario, state: list[Lying]) -> ReadSide:
    side = ReadSide(world.world.tariffs)
    for start in range(0, len(state), AT_ONCE):
        feed(side, {Topic.STATE: state[start : start + AT_ONCE]})
    return side


def seen_whole(world: Scenario, state: list[Lying]) -> ReadSide:
    side = ReadSide(world.world.tariffs)
    side.take(Topic.STATE, 0, state)
    for (owner,) in side._db.execute("SELECT sor_id FROM owner").fetchall():
        side._look_at(side.register.owner_as_held(owner, world.world.tariffs))
    return side


def known(side: ReadSide) -> list[list[tuple]]:
    asked = ("SELECT * FROM due ORDER BY 1, 2, 3, 4", "SELECT * FROM wait ORDER BY 1, 2, 3, 4")
    return [side._db.execute(each).fetchall() for each in asked]


class Watched(Histories):
    """Histories at which the page looks, too."""

    def teardown(self) -> None:
        world = self.telling.world
        state = lying(world)[Topic.STATE]
        assert known(seen_piece_by_piece(world, state)) == known(seen_whole(world, state))


def test_what_is_due_and_what_waits_is_found_by_looking_at_what_has_changed_r13_r23_r25():
    chosen = settings(
        max_examples=40,
        stateful_step_count=40,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(7)(Watched), settings=chosen)
