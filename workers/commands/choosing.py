"""The options that choose dead letters: `sorbro dead-letters` and `sorbro redrive` take the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import click

from contracts.dead_letters import DeadLetterReason
from contracts.redrives import Chosen
from contracts.topics import WORKER_INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    Decorated = Callable[..., Any]


class LetterPlaceType(click.ParamType):
    """A letter by its place: partition and offset on sor-bsr.dead-letters.v1."""

    name = "P/O"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Read ``2/17``."""
        partition, _, offset = str(value).partition("/")
        if not (partition.isdecimal() and offset.isdecimal()):
            self.fail("a letter is named by its partition and offset, e.g. 2/17", param, ctx)
        return int(partition), int(offset)


_OPTIONS = (
    click.option("--reason", type=click.Choice(get_args(DeadLetterReason)), help="What was wrong with them."),
    click.option("--type", "ce_type", help="Their ce_type, which holds the contract's version."),
    click.option("--topic", type=click.Choice([topic.value for topic in WORKER_INPUTS]), help="Where they came from."),
    click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The Danish day they were set aside on."),
    click.option("--letter", type=LetterPlaceType(), help="One letter, by partition and offset: 2/17."),
)


def choosing(command: Decorated) -> Decorated:
    """Put the options on a command; it passes them to `chosen_by`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen_by(
    reason: DeadLetterReason | None,
    ce_type: str | None,
    topic: str | None,
    day: datetime | None,
    letter: tuple[int, int] | None,
) -> Chosen:
    """The choice that the options make."""
    partition, offset = letter or (None, None)
    return Chosen(
        reason=reason,
        ce_type=ce_type,
        topic=topic,
        day=day.date() if day is not None else None,
        partition=partition,
        offset=offset,
    )
