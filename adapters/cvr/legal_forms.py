"""CVR's codes for legal forms with the short names Elasticsearch gives them (notes/cvr.md §1.7).

Datafordeler sends the code and the long name only; with this table both services say the same of a company.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

SHORT_NAMES: Final = MappingProxyType(
    {
        "10": "ENK",
        "15": "PMV",
        "20": "DØD",
        "30": "I/S",
        "40": "K/S",
        "50": "PAR",
        "60": "A/S",
        "70": "KAS",
        "80": "APS",
        "81": "IVS",
        "90": "FON",
        "100": "EFO",
        "110": "FOR",
        "115": "FFO",
        "130": "ANS",
        "140": "ABA",
        "150": "FBA",
        "151": "SMA",
        "152": "FMA",
        "170": "FAS",
        "180": "FAP",
        "210": "UDL",
        "230": "STA",
        "235": "SOV",
        "240": "AMT",
        "245": "REG",
        "250": "KOM",
        "260": "FKI",
        "270": "EUO",
        "280": "ØVR",
        "990": "UOP",
    }
)
