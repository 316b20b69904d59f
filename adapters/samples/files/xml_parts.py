"""What both versions of SOR XML have, each under its own names."""

from __future__ import annotations

from typing import Final, NamedTuple

from adapters.samples.files.xml_text import element, leaf
from adapters.sor_files.entity import LocationNumber, SnapshotEntity
from contracts.addresses import Address
from contracts.identifiers import SorId

_MAIN: Final = "51000095001"
_SECONDARY: Final = "0"
"""SOR's code for it has not been seen (notes/sor.md §1.7) [D]."""


class Dialect(NamedTuple):
    """The names that differ; `old` is the prefix of what version 1.0 brought."""

    old: str
    address_postal: str
    email: str
    location_option: str
    inherits: str
    supplier: str
    system: str
    operator: str
    region: str
    administrator: str

    def location_number(self, unit: SnapshotEntity) -> str:
        """Write a lokationsnummer of the unit's own, or whether it has its parent's (R47)."""
        number = unit.location_number
        if number is not None and not number.inherited:
            own = self._own_number(unit, number)
            return own if unit.sor_type == "IE" else element(self.location_option, own)
        if unit.sor_type == "IE":
            return ""
        return element(self.location_option, leaf(self.inherits, "true" if number is not None else "false"))

    def address(self, address: Address) -> str:
        """Write the address itself."""
        country = address.country_code
        return element(
            self.address_postal,
            "".join(
                (
                    leaf("dkcc2005:StreetName", address.street),
                    leaf("dkcc:StreetBuildingIdentifier", address.number),
                    leaf("dkcc:FloorIdentifier", address.floor),
                    leaf("dkcc:SuiteIdentifier", address.door),
                    leaf("dkcc2005:PostCodeIdentifier", address.postcode),
                    leaf("dkcc2005:DistrictName", address.city),
                    leaf("dkcc:CountryIdentificationCode", country, ' scheme="iso3166-alpha2"'),
                )
            ),
        )

    def virtual_address(self, unit: SnapshotEntity) -> str:
        """Write e-mail, website and telephone."""
        return element(
            f"{self.old}VirtualAddressInformation",
            leaf(self.email, unit.email)
            + leaf(f"{self.old}Website", unit.website)
            + leaf(f"{self.old}TelephoneNumberIdentifier", unit.telephone),
        )

    def specialities(self, unit: SnapshotEntity) -> str:
        """Write the specialities, the main one with the one type that has been seen."""
        each = (
            element(
                f"{self.old}ClinicalSpeciality",
                leaf(f"{self.old}SpecialityCode", speciality.code)
                + leaf(f"{self.old}SpecialityType", _MAIN if speciality.kind == "main" else _SECONDARY),
            )
            for speciality in unit.specialities
        )
        return element(f"{self.old}ClinicalSpecialityCollection", "".join(each))

    def status(self, unit: SnapshotEntity) -> str:
        """Write the days of the unit's version; ToDate is its last (R9)."""
        return element(
            f"{self.old}SorStatus",
            leaf(f"{self.old}FromDate", unit.from_date)
            + leaf(f"{self.old}ToDate", unit.to_date)
            + leaf(f"{self.old}UpdatedAt", unit.updated_on)
            + leaf(f"{self.old}FirstFromDate", unit.first_from_date),
        )

    def succession(self, unit: SnapshotEntity) -> str:
        """Write what the unit replaces, and what replaces it."""
        return self._ids("ReplacesEntityCollection", unit.replaces) + self._ids(
            "ReplacedByEntityCollection", unit.replaced_by
        )

    def _own_number(self, unit: SnapshotEntity, number: LocationNumber) -> str:
        return element(
            "EanLocationCodeEntity",
            "".join(
                (
                    leaf(f"{self.old}EanLocationCode", number.gln),
                    leaf(f"{self.old}OnlyInternalIndicator", "false"),
                    leaf(f"{self.old}NonActiveIndicator", "false"),
                    leaf(self.supplier, number.system_supplier),
                    leaf(self.system, number.edi_system),
                    leaf(self.operator, number.network_operator),
                    leaf(self.region, number.region),
                    leaf(self.administrator, "639"),
                    self.status(unit),
                )
            ),
        )

    def _ids(self, name: str, units: tuple[SorId, ...]) -> str:
        return element(f"{self.old}{name}", "".join(leaf(f"{self.old}SorIdentifier", each) for each in units))
