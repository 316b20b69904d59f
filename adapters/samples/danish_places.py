"""Danish towns with their true postcode, codes and place on the map, and streets any town may have."""

from __future__ import annotations

from typing import NamedTuple


class Town(NamedTuple):
    """A town as an address names it, in its kommune and region; its middle in metres, ETRS89 / UTM zone 32."""

    postcode: str
    city: str
    municipality_code: str
    municipality: str
    region_code: str
    easting: int
    northing: int


TOWNS: tuple[Town, ...] = (
    Town("2200", "København N", "0101", "Københavns Kommune", "1084", 723_100, 6_177_700),
    Town("8000", "Aarhus C", "0751", "Aarhus Kommune", "1082", 575_000, 6_224_200),
    Town("5000", "Odense C", "0461", "Odense Kommune", "1083", 587_900, 6_139_700),
    Town("9000", "Aalborg", "0851", "Aalborg Kommune", "1081", 555_900, 6_323_100),
    Town("2000", "Frederiksberg", "0147", "Frederiksberg Kommune", "1084", 722_000, 6_176_100),
    Town("6700", "Esbjerg", "0561", "Esbjerg Kommune", "1083", 465_400, 6_147_200),
    Town("8900", "Randers C", "0730", "Randers Kommune", "1082", 563_800, 6_257_800),
    Town("6000", "Kolding", "0621", "Kolding Kommune", "1083", 529_800, 6_149_500),
    Town("8700", "Horsens", "0615", "Horsens Kommune", "1082", 553_200, 6_190_900),
    Town("7100", "Vejle", "0630", "Vejle Kommune", "1083", 533_700, 6_173_800),
    Town("4000", "Roskilde", "0265", "Roskilde Kommune", "1085", 693_900, 6_170_500),
    Town("7400", "Herning", "0657", "Herning Kommune", "1082", 498_600, 6_221_200),
    Town("8600", "Silkeborg", "0740", "Silkeborg Kommune", "1082", 534_200, 6_225_100),
    Town("3000", "Helsingør", "0217", "Helsingør Kommune", "1084", 725_100, 6_216_000),
    Town("4700", "Næstved", "0370", "Næstved Kommune", "1085", 675_500, 6_123_900),
    Town("8800", "Viborg", "0791", "Viborg Kommune", "1082", 524_800, 6_256_600),
    Town("7000", "Fredericia", "0607", "Fredericia Kommune", "1083", 547_500, 6_158_000),
    Town("4600", "Køge", "0259", "Køge Kommune", "1085", 701_200, 6_150_400),
    Town("7500", "Holstebro", "0661", "Holstebro Kommune", "1082", 476_300, 6_246_200),
    Town("4200", "Slagelse", "0330", "Slagelse Kommune", "1085", 649_100, 6_142_200),
    Town("3400", "Hillerød", "0219", "Hillerød Kommune", "1084", 706_200, 6_202_900),
    Town("6400", "Sønderborg", "0540", "Sønderborg Kommune", "1083", 550_800, 6_085_000),
    Town("9800", "Hjørring", "0860", "Hjørring Kommune", "1081", 558_900, 6_369_500),
    Town("4300", "Holbæk", "0316", "Holbæk Kommune", "1085", 670_400, 6_177_800),
    Town("9900", "Frederikshavn", "0813", "Frederikshavn Kommune", "1081", 592_300, 6_367_500),
    Town("6200", "Aabenraa", "0580", "Aabenraa Kommune", "1083", 526_800, 6_099_800),
    Town("5700", "Svendborg", "0479", "Svendborg Kommune", "1083", 602_600, 6_102_600),
    Town("8660", "Skanderborg", "0746", "Skanderborg Kommune", "1082", 558_100, 6_210_300),
    Town("7700", "Thisted", "0787", "Thisted Kommune", "1081", 481_400, 6_312_500),
    Town("3700", "Rønne", "0400", "Bornholms Regionskommune", "1084", 863_500, 6_120_900),
    Town("9700", "Brønderslev", "0810", "Brønderslev Kommune", "1081", 557_300, 6_347_800),
    Town("5800", "Nyborg", "0450", "Nyborg Kommune", "1083", 613_600, 6_131_000),
    Town("4900", "Nakskov", "0360", "Lolland Kommune", "1085", 637_100, 6_078_000),
)

TOWN_AT: dict[str, Town] = {town.postcode: town for town in TOWNS}

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
