"""Danish towns with their true postcode, municipality code and region code, and streets any town may have."""

from __future__ import annotations

from typing import NamedTuple


class Town(NamedTuple):
    """A town as an address names it, in its kommune and region."""

    postcode: str
    city: str
    municipality_code: str
    municipality: str
    region_code: str


TOWNS: tuple[Town, ...] = (
    Town("2200", "København N", "0101", "Københavns Kommune", "1084"),
    Town("8000", "Aarhus C", "0751", "Aarhus Kommune", "1082"),
    Town("5000", "Odense C", "0461", "Odense Kommune", "1083"),
    Town("9000", "Aalborg", "0851", "Aalborg Kommune", "1081"),
    Town("2000", "Frederiksberg", "0147", "Frederiksberg Kommune", "1084"),
    Town("6700", "Esbjerg", "0561", "Esbjerg Kommune", "1083"),
    Town("8900", "Randers C", "0730", "Randers Kommune", "1082"),
    Town("6000", "Kolding", "0621", "Kolding Kommune", "1083"),
    Town("8700", "Horsens", "0615", "Horsens Kommune", "1082"),
    Town("7100", "Vejle", "0630", "Vejle Kommune", "1083"),
    Town("4000", "Roskilde", "0265", "Roskilde Kommune", "1085"),
    Town("7400", "Herning", "0657", "Herning Kommune", "1082"),
    Town("8600", "Silkeborg", "0740", "Silkeborg Kommune", "1082"),
    Town("3000", "Helsingør", "0217", "Helsingør Kommune", "1084"),
    Town("4700", "Næstved", "0370", "Næstved Kommune", "1085"),
    Town("8800", "Viborg", "0791", "Viborg Kommune", "1082"),
    Town("7000", "Fredericia", "0607", "Fredericia Kommune", "1083"),
    Town("4600", "Køge", "0259", "Køge Kommune", "1085"),
    Town("7500", "Holstebro", "0661", "Holstebro Kommune", "1082"),
    Town("4200", "Slagelse", "0330", "Slagelse Kommune", "1085"),
    Town("3400", "Hillerød", "0219", "Hillerød Kommune", "1084"),
    Town("6400", "Sønderborg", "0540", "Sønderborg Kommune", "1083"),
    Town("9800", "Hjørring", "0860", "Hjørring Kommune", "1081"),
    Town("4300", "Holbæk", "0316", "Holbæk Kommune", "1085"),
    Town("9900", "Frederikshavn", "0813", "Frederikshavn Kommune", "1081"),
    Town("6200", "Aabenraa", "0580", "Aabenraa Kommune", "1083"),
    Town("5700", "Svendborg", "0479", "Svendborg Kommune", "1083"),
    Town("8660", "Skanderborg", "0746", "Skanderborg Kommune", "1082"),
    Town("7700", "Thisted", "0787", "Thisted Kommune", "1081"),
    Town("3700", "Rønne", "0400", "Bornholms Regionskommune", "1084"),
    Town("9700", "Brønderslev", "0810", "Brønderslev Kommune", "1081"),
    Town("5800", "Nyborg", "0450", "Nyborg Kommune", "1083"),
    Town("4900", "Nakskov", "0360", "Lolland Kommune", "1085"),
)

REGIONS: dict[str, str] = {
    "1081": "Region Nordjylland",
    "1082": "Region Midtjylland",
    "1083": "Region Syddanmark",
    "1084": "Region Hovedstaden",
    "1085": "Region Sjælland",
}

STREETS: tuple[str, ...] = (
    "Algade", "Bredgade", "Dalvej", "Engvej", "Fjordvej", "Havnegade", "Industrivej", "Jernbanegade",
    "Kirkegade", "Kongensgade", "Lindevej", "Møllevej", "Nygade", "Nørregade", "Parkvej", "Rosenvænget",
    "Rådhusstræde", "Skolegade", "Skovvej", "Stationsvej", "Strandvejen", "Søndergade", "Torvet",
    "Vestergade", "Ågade", "Østergade",
)  # fmt: skip
