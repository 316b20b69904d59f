"""*Dead letters*: in groups with a masked sample, and what is on the desk where they are sent once more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from workers.operations.as_json import groups_json, tally_json

if TYPE_CHECKING:
    from workers.operations.letter_groups import LetterGroup
    from workers.operations.masking import Shape
    from workers.page.desk import Matter
    from workers.page.follower import Follower


def dead_letters_json(follower: Follower, matter: Matter | None) -> dict[str, Any]:
    """The whole view as JSON."""
    return {"groups": groups_json(follower.groups), "desk": _matter_json(matter)}


def group_of(follower: Follower, matter: Matter) -> LetterGroup | None:
    """The group that is on the desk, as it stands now."""
    return next((each for each in follower.groups.groups if each.chosen == matter.chosen), None)


def as_text(shape: Shape) -> str:
    """A masked sample to be read by people."""
    return json.dumps(shape, ensure_ascii=False, indent=1)


def _matter_json(matter: Matter | None) -> dict[str, Any] | None:
    if matter is None:
        return None
    return {
        "chosen": matter.chosen.to_dict(),
        "stage": matter.stage,
        "tried": tally_json(matter.tried) if matter.tried is not None else None,
        "first": matter.order.first if matter.order is not None else None,
        "perSecond": matter.order.per_second if matter.order is not None else None,
        "sent": tally_json(matter.sent),
        "error": matter.error,
    }
