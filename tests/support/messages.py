"""Numbers and addresses for messages, and the messages themselves as the pytest plugin makes them."""

from __future__ import annotations

from copy import copy

from adapters.cvr.sample import sample_cvr_numbers, sample_p_numbers
from contracts.identifiers import CvrNumber, PNumber, SorId
from workers.testing.messages import Json, camel, entity, self_registration

__all__ = ["Json", "address", "camel", "cvr_number", "entity", "p_number", "self_registration", "sor_id"]

ENTITY_TYPE = {"clinic": "554061000005105", "hospital": "22232009", "department": "550851000005109"}
CHIROPODIST = ENTITY_TYPE["clinic"]


def sor_id(item: int) -> str:
    """A SOR-id whose check digit holds (R1)."""
    return str(SorId.of_item(item))


def cvr_number(index: int) -> str:
    """The `index`-th of the CVR numbers that hold their check and that nobody has (R2)."""
    return str(CvrNumber(next(sample_cvr_numbers(90_000_001 + 100 * index))))


def p_number(index: int) -> str:
    """The same for P numbers (R2)."""
    return str(PNumber(next(sample_p_numbers(1_900_000_001 + 100 * index))))


def address(street: str, number: str = "70", **changes: str | None) -> Json:
    """An address as SOR writes it."""
    whole: Json = {
        "street": street,
        "number": number,
        "floor": None,
        "door": None,
        "postcode": "9700",
        "city": "Brønderslev",
        "municipalityCode": "0810",
        "countryCode": "DK",
    }
    return whole | {camel(name): value for name, value in changes.items()}


def unchecked(message, **changes):
    """A copy that says something else, also what no reader lets through."""
    other = copy(message)
    for name, each in changes.items():
        object.__setattr__(other, name, each)
    return other
