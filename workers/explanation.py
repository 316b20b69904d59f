"""What a decision stood on, carried with every output (R50)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.explanations import Explanation, FactUsed, VersionUsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workers.tree.draft import Draft
    from workers.tree.state import FormerOwner, Node


def explain(
    draft: Draft,
    node: Node,
    caused_by: str,
    *rules: str,
    numbers: Iterable[str | None] = (),
    former_owner: FormerOwner | None = None,
    tariff: str | None = None,
) -> Explanation:
    """Name the versions that counted, CVR's answers on `numbers` with their age, the rules and the tariff.

    On the number of a `former_owner` it is the answer that came with the unit.
    """
    versions: list[VersionUsed] = []
    if node.entity is not None:
        way = (*(draft.path(node.entity) or ()), node.entity)
        versions = [VersionUsed("sor", each.sor_id, each.version) for each in way]
    if node.self_registration is not None:
        versions.append(VersionUsed("self-registration", node.sor_id, node.self_registration.version))
    return Explanation(
        rules=rules,
        caused_by=caused_by,
        versions=tuple(versions),
        cvr=tuple(_facts_used(draft, numbers, former_owner)),
        tariff=tariff,
    )


def _facts_used(draft: Draft, numbers: Iterable[str | None], former_owner: FormerOwner | None) -> Iterator[FactUsed]:
    for number in dict.fromkeys(numbers):
        if not number:
            continue
        entry = draft.number(number)
        answer = former_owner.answer if former_owner is not None else entry.answer if entry is not None else None
        if answer is not None:
            yield FactUsed(number=number, fetched_at=answer.fetched_at)
