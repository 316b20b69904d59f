"""What of the state the operations page may hold: enough for dates, places and fees, and nothing about people (R49).

What is not there cannot be shown, whatever a view does: autorisations-ids, names of physicians and providers, e-mail
addresses, telephone numbers and addresses are dropped before anything is kept; and so is what is empty.
"""

from __future__ import annotations

from typing import Any, Final

_PRIVATE: Final = frozenset(
    {
        "postalAddress",
        "visitingAddress",
        "activityAddress",
        "telephone",
        "email",
        "website",
        "providerId",
        "shak",
        "locationNumber",
    }
)
_PRIVATE_HALF: Final = frozenset({"ownerAuthorisationId", "responsiblePhysician", "invoiceEmail", "referenceId", "ean"})
_PRIVATE_FACT: Final = frozenset({"address", "statusText"})
_WRITTEN_IF_NULL: Final = frozenset({"parentSorId", "toDate"})
_NAMELESS: Final = "–"


def redacted_node(node: dict[str, Any]) -> dict[str, Any]:
    """A node as the changelog has it, without what is personal or empty; it still reads as a node."""
    kept = {name: value for name, value in node.items() if value}
    entity, half, notices = node["entity"], node["self_registration"], node["notices"]
    if entity is not None:
        kept["entity"] = _without(entity, _PRIVATE)
        if is_person(entity):
            kept["entity"]["name"] = _NAMELESS
    if half is not None:
        kept["self_registration"] = _without(half, _PRIVATE_HALF)
    if not any(notices.values()):
        del kept["notices"]
    return kept


def redacted_number(entry: dict[str, Any]) -> dict[str, Any]:
    """A CVR or P number's entry as the changelog has it, without the company's name and address."""
    answer = entry["answer"]
    if answer is None:
        return entry
    fact = {name: value for name, value in answer["fact"].items() if name not in _PRIVATE_FACT}
    if "name" in fact:
        fact["name"] = None
    return entry | {"answer": answer | {"fact": fact}}


def is_person(entity: dict[str, Any]) -> bool:
    """Whether an entity is a provider and no place: its name is a person's."""
    return bool(entity["sorType"] == "OE" and not entity["isTreatmentPlace"])


def _without(message: dict[str, Any], private: frozenset[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in message.items()
        if name not in private and (name in _WRITTEN_IF_NULL or (value is not None and value != []))
    }
