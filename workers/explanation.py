"""What a decision stood on, carried with every output (R50)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from contracts.explanations import Explanation, FactUsed, VersionUsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.identifiers import SorId
    from workers.tree.draft import Draft
    from workers.tree.state import Node


def explain(
    draft: Draft, node: Node, caused_by: str, *rules: str, numbers: Iterable[str | None] = (), tariff: str | None = None
) -> Explanation:
    """Name the versions that counted, CVR's answers on `numbers` with their age, the rules and the tariff."""
    versions: list[VersionUsed] = []
    if node.entity is not None:
        way = (*(draft.path(node.entity) or ()), node.entity)
        versions = [_version_used(each.sor_id, each.version) for each in way]
    if node.self_registration is not None:
        version = node.self_registration.version
        versions.append(VersionUsed(of="self-registration", sor_id=node.sor_id, version=version))
    answers = {number: entry.answer for number in numbers if number and (entry := draft.number(number)) is not None}
    facts = [
        FactUsed(number=number, fetched_at=each.fetched_at) for number, each in answers.items() if each is not None
    ]
    return Explanation(rules=rules, caused_by=caused_by, versions=tuple(versions), cvr=tuple(facts), tariff=tariff)


@lru_cache(1 << 12)
def _version_used(sor_id: SorId, version: int) -> VersionUsed:
    return VersionUsed(of="sor", sor_id=sor_id, version=version)
