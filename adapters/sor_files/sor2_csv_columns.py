"""The columns of SOR2 CSV (`SorEntity_daily.csv`), for the reader and for samples.

Seen in public code that reads the file: all but those marked [D], which we name in the same manner (notes/sor.md
§1.4). A reader wants only `REQUIRED`, and takes what else it knows.
"""

from __future__ import annotations

from typing import Final

SOR_ID: Final = "SorId"
SOR_TYPE: Final = "SorType"
PARENT: Final = "ParentSorId"  # [D]
NAME: Final = "EntityName"
TYPE_CODE: Final = "EntityTypeId"  # [D]
TYPE_LABEL: Final = "EntityTypeName"
OWNER: Final = "InstitutionOwnerSorId"  # [D]
OWNER_NAME: Final = "InstitutionOwnerEntityName"  # [D]
OWNER_TYPE_LABEL: Final = "InstitutionOwnerEntityTypeName"
CVR: Final = "InstitutionOwnerCvrNumberId"
INSTITUTION: Final = "HealthInstitutionSorId"
INSTITUTION_NAME: Final = "HealthInstitutionEntityName"
INSTITUTION_TYPE_LABEL: Final = "HealthInstitutionEntityTypeName"
P_NUMBER: Final = "ProductionUnitId"  # [D]
SHAK: Final = "ShakId"
PROVIDER_ID: Final = "ProviderId"  # [D]
FIRST_FROM: Final = "FirstFromDate"
FROM: Final = "FromDate"
TO: Final = "ToDate"
UPDATED: Final = "UpdatedAt"  # [D]
TELEPHONE: Final = "VirtualAddressTelephoneNumber"
WEBSITE: Final = "VirtualAddressWebsite"
EMAIL: Final = "VirtualAddressEmailAddress"
GLN: Final = "EanLocationCode"  # [D]
GLN_INHERITED: Final = "EanLocationCodeInheritedIndicator"  # [D]
GLN_REGION_CODE: Final = "EanLocationCodeRegionCode"  # [D]
GLN_REGION_NAME: Final = "EanLocationCodeRegionName"
GLN_SYSTEM: Final = "EanLocationCodeSystemTypeId"  # [D]
GLN_SUPPLIER: Final = "EanLocationCodeSystemSupplierId"  # [D]
GLN_OPERATOR: Final = "EanLocationCodeCommunicationSupplierId"  # [D]
REPLACES: Final = "ReplacesSorIds"  # [D] blank-separated
REPLACED_BY: Final = "ReplacedBySorIds"  # [D] blank-separated

SPECIALITIES: Final = tuple(
    (f"PrioritizedEntitySpeciality{nth}Id", f"PrioritizedEntitySpeciality{nth}Name") for nth in range(1, 9)
)
"""Code and label, by priority: the first is the hovedspeciale [D]."""

ADDRESSES: Final = ("PostalAddress", "VisitingAddress", "ActivityAddress")
ADDRESS_PARTS: Final = (
    "StreetName",
    "StreetBuildingId",
    "FloorId",
    "SuiteId",
    "AdditionalAddressInfo",
    "PostCodeId",
    "DistrictName",
    "MunicipalityCode",  # [D]
    "RegionCode",
    "CountryCode",  # [D]
    "CoordETRS89z32EMeasure",
    "CoordETRS89z32NMeasure",
)
"""What follows `ADDRESSES` in the name of a column. Whether an address is inherited cannot be seen; decimal commas."""

REQUIRED: Final = (SOR_ID, SOR_TYPE, NAME)
DECIDING: Final = ((CVR,), (TYPE_CODE, TYPE_LABEL), SPECIALITIES[0], (FIRST_FROM,), (FROM,), (TO,))
"""What registrations, closures and fees turn on: a whole file has one of each."""
ALL: Final = (
    *(SOR_ID, SOR_TYPE, PARENT, NAME, TYPE_CODE, TYPE_LABEL),
    *(OWNER, OWNER_NAME, OWNER_TYPE_LABEL, CVR, INSTITUTION, INSTITUTION_NAME, INSTITUTION_TYPE_LABEL),
    *(P_NUMBER, SHAK, PROVIDER_ID, FIRST_FROM, FROM, TO, UPDATED),
    *(column for pair in SPECIALITIES for column in pair),
    *(f"{address}{part}" for address in ADDRESSES for part in ADDRESS_PARTS),
    *(TELEPHONE, WEBSITE, EMAIL),
    *(GLN, GLN_INHERITED, GLN_REGION_CODE, GLN_REGION_NAME, GLN_SYSTEM, GLN_SUPPLIER, GLN_OPERATOR),
    *(REPLACES, REPLACED_BY),
)
"""The order in which samples write them."""
