"""Lag, dead letters, a redrive's tally and the status as JSON: the same for commands and pages. Keys are camelCase."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contracts.danish_time import rfc3339

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workers.operations.lag import Lag
    from workers.operations.letter_groups import LetterGroup, LetterGroups
    from workers.operations.movement import Movement
    from workers.operations.status import Status
    from workers.operations.tally import Tally

Json = dict[str, Any]


def lag_json(lag: Lag, movements: Mapping[tuple[str, int], Movement]) -> Json:
    """All partitions, what waits in all, and what the group has left behind elsewhere."""
    return {
        "at": rfc3339(lag.at),
        "records": lag.records,
        "partitions": [
            {
                "topic": each.topic,
                "partition": each.partition,
                "host": lag.hosts.get(each.partition),
                "position": each.position,
                "source": each.source,
                "start": each.start,
                "end": each.end,
                "records": each.records,
                "isExact": each.is_exact,
                "oldestAt": _instant(each.oldest_at),
                "lost": each.lost,
                "isBeyondEnd": each.is_beyond_end,
                "state": movements[each.topic, each.partition],
            }
            for each in lag.partitions
        ],
        "abandoned": [
            {"topic": topic, "partition": partition, "committed": at}
            for (topic, partition), at in sorted(lag.abandoned.items())
        ],
    }


def groups_json(groups: LetterGroups) -> Json:
    """The groups, each with its masked sample (R49)."""
    return {
        "waiting": groups.waiting,
        "foreign": groups.foreign,
        "leftOut": groups.left_out,
        "groups": [_group_json(each) for each in groups.groups],
    }


def _group_json(group: LetterGroup) -> Json:
    sample = group.sample
    return {
        "reason": group.reason,
        "ceType": group.ce_type,
        "topic": group.topic,
        "day": group.day.isoformat(),
        "count": group.count,
        "redriven": group.redriven,
        "firstAt": rfc3339(group.first_at),
        "lastAt": rfc3339(group.last_at),
        "oldestFailedAt": rfc3339(group.oldest_failed_at),
        "mostAttempts": group.most_attempts,
        "sample": {
            "partition": sample.place.partition,
            "offset": sample.place.offset,
            "detail": sample.detail,
            "key": sample.key,
            "value": sample.value,
        },
    }


def tally_json(tally: Tally) -> Json:
    """What a dry run found, or a redrive did."""
    return {
        "works": tally.works,
        "failing": dict(tally.failing),
        "superseded": tally.superseded,
        "redrivenBefore": tally.redriven_before,
        "sent": tally.sent,
        "examples": [
            {
                "partition": each.letter.place.partition,
                "offset": each.letter.place.offset,
                "verdict": each.verdict,
                "reason": each.reason,
                "detail": each.detail,
            }
            for each in tally.examples
        ],
    }


def status_json(status: Status) -> Json:
    """Everything, the troubles first."""
    dues = status.dues
    return {
        "level": "late" if status.troubles else "well",
        "troubles": [
            {"kind": each.kind, "count": each.count, "where": list(each.where), "since": _instant(each.since)}
            for each in status.troubles
        ],
        "dues": {
            "ahead": dues.ahead,
            "today": dues.today,
            "nextAt": _instant(dues.next_at),
            "overdue": dues.overdue,
            "overdueSince": _instant(dues.overdue_since),
        },
        "waiting": dict(dues.waiting),
        "deadLetters": status.dead_letters,
        "lag": lag_json(status.lag, status.movements),
    }


def _instant(instant: datetime | None) -> str | None:
    return rfc3339(instant) if instant is not None else None
