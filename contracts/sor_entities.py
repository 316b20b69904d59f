"""``dk.sor.entity.changed.v1``: a whole version of one SOR entity, keyed by its owner."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.addresses import Address
from contracts.identifiers import CvrNumber, Gln, PNumber, ProviderId, SorId
from contracts.wire import CivilDate, Instant, Message, message

SorType = Literal["IE", "SI", "OE"]
"""Institutionsejer (owner), sundhedsinstitution (clinic), organisatorisk enhed (department, provider)."""
OwnerType = Literal["private", "municipality", "region", "state"]
Channel = Literal["self-service", "sor-office", "sorus", "snapshot"]
SorStatus = Literal["requested", "approved"]

Code = Annotated[str, Field(min_length=1, max_length=40)]
Line = Annotated[str, Field(max_length=300)]


@message
class Speciality(Message):
    """One clinical speciality by code; `kind` tells the main one from the others (item 10)."""

    code: Code
    kind: Literal["main", "secondary"]


@message
class LocationNumber(Message):
    """SOR's lokationsnummer: an EDI mailbox. Accepted and kept; it changes nothing in BSR (R47)."""

    gln: Gln | None = None
    inherited: bool = False
    region: Code | None = None
    edi_system: Code | None = None
    system_supplier: Code | None = None
    network_operator: Code | None = None


@message
class EntityChanged(Message):
    """One version of one entity, complete: what is absent or null here is absent or null in SOR.

    `to_date` is inclusive (R9) and must be written, if only as null: a forgotten key must not undo a closure.
    """

    sor_id: SorId
    sor_type: SorType
    owner_sor_id: SorId
    parent_sor_id: SorId | None
    version: Annotated[int, Field(ge=0)]
    registered_at: Instant
    channel: Channel
    status: SorStatus
    from_date: CivilDate
    first_from_date: CivilDate | None = None
    to_date: CivilDate | None
    name: Annotated[str, Field(min_length=1, max_length=300)]
    entity_type: Code | None = None
    owner_type: OwnerType | None = None
    is_treatment_place: bool
    cvr: CvrNumber | None = None
    p_number: PNumber | None = None
    postal_address: Address | None = None
    visiting_address: Address | None = None
    activity_address: Address | None = None
    telephone: Line | None = None
    email: Line | None = None
    website: Line | None = None
    specialities: Annotated[tuple[Speciality, ...], Field(max_length=20)] = ()
    provider_id: ProviderId | None = None
    shak: Code | None = None
    location_number: LocationNumber | None = None
    replaces: Annotated[tuple[SorId, ...], Field(max_length=1000)] = ()
    replaced_by: Annotated[tuple[SorId, ...], Field(max_length=1000)] = ()
    moved_to_owner_sor_id: SorId | None = None

    @model_validator(mode="after")
    def _place_in_the_tree(self) -> Self:
        """An owner stands alone at the top and says what kind it is; everything else hangs under a parent."""
        if self.sor_type == "IE":
            if self.sor_id != self.owner_sor_id or self.parent_sor_id is not None:
                raise PydanticCustomError("tree_shape", "an IE is its own owner and has no parent")
            if self.owner_type is None:
                raise PydanticCustomError("tree_shape", "an IE must say its ownerType")
        elif self.parent_sor_id is None:
            raise PydanticCustomError("tree_shape", "an SI or OE must name its parent")
        elif self.sor_id in {self.parent_sor_id, self.owner_sor_id}:
            raise PydanticCustomError("tree_shape", "an SI or OE is neither its own parent nor its own owner")
        return self
