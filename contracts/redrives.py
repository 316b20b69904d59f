"""``dk.sorbro.redrive.*.v1`` on ``sorbro.audit.v1``: who sent dead letters once more, why, which, and what came of it.

A letter named in a `LettersRedriven` is never sent again: the event and the letters are one transaction.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from contracts.dead_letters import DeadLetterReason
from contracts.wire import CivilDate, Instant, Message, message

LONGEST_NAME: Final = 80
LONGEST_WHY: Final = 300
MOST_LETTERS: Final = 100
"""In one event, and so in one transaction."""


_INVISIBLE: Final = r"[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|^ | $"
"""Line ends and other control characters, and those that turn or hide text."""


def _on_one_line(text: str) -> str:
    if re.search(_INVISIBLE, text) is not None:
        raise PydanticCustomError("one_line", "must be one line of text, with nothing invisible in it")
    if "@" in text:
        raise PydanticCustomError("no_address", "must not hold an e-mail address (R49)")
    return text


_ONE_LINE: Final = AfterValidator(_on_one_line)
_SCHEMA: Final[dict[str, Any]] = {"not": {"pattern": f"{_INVISIBLE}|@"}}

OperatorName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME, json_schema_extra=_SCHEMA), _ONE_LINE]
Why = Annotated[str, Field(min_length=1, max_length=LONGEST_WHY, json_schema_extra=_SCHEMA), _ONE_LINE]
TypeName = Annotated[str, Field(min_length=1, max_length=200)]


@message
class Chosen(Message):
    """Which dead letters: those for which all that is given holds. `day` is the Danish day they were set aside on.

    `partition` and `offset` name one letter by its place on ``sor-bsr.dead-letters.v1``.
    """

    reason: DeadLetterReason | None = None
    ce_type: TypeName | None = None
    topic: Annotated[str, Field(max_length=249)] | None = None
    """The input topic it came from."""
    day: CivilDate | None = None
    partition: Annotated[int, Field(ge=0)] | None = None
    offset: Annotated[int, Field(ge=0)] | None = None


@message
class LetterPlace(Message):
    """One dead letter: its place on the topic, and the instant it bears, so that a topic made anew is not confused."""

    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    set_aside_at: Instant


@message
class _Acted(Message):
    """Who acted, why, when; `redrive_id` is the same in all events of one redrive."""

    redrive_id: UUID
    operator: OperatorName
    why: Why
    at: Instant


@message
class RedriveStarted(_Acted):
    """Somebody has begun to send dead letters once more."""

    chosen: Chosen
    first: Annotated[int, Field(ge=1)] | None
    """At most so many letters; null for all of them."""
    per_second: Annotated[float, Field(gt=0)]


@message
class LettersRedriven(_Acted):
    """These letters are on their input topics again, in the very transaction that wrote this."""

    letters: Annotated[tuple[LetterPlace, ...], Field(min_length=1, max_length=MOST_LETTERS)]


@message
class RedriveEnded(_Acted):
    """The redrive is over. One without this event was cut off; the next one goes on where it stopped."""

    outcome: Literal["done", "stopped"]
    sent: Annotated[int, Field(ge=0)]
    failing: Annotated[int, Field(ge=0)]
    """Letters that would have failed again, and were left."""
    superseded: Annotated[int, Field(ge=0)]
    """Letters older than what is known by now, and left (R10)."""
