"""Whether two names or addresses are the same to a person who reads them (R19): spelling is no discrepancy."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from contracts.addresses import Address

_LETTERS: Final = str.maketrans({"å": "aa", "æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe"})
_COMPANY_FORMS: Final = re.compile(r"\b(a\.?p\.?s|[aikp]\s*/\s*s|ivs|[afs]\.?m\.?b\.?a)\b\.?")
_PERSON_BEHIND: Final = re.compile(r"(?<=\w)\W*\bv\s*/.*$")
"""The owner of a one-person business, as CVR adds it to the name: "Fodklinikken v/Ane Prøve"."""
_WORDS: Final = {
    "gl": "gammel",
    "nr": "noerre",
    "ndr": "nordre",
    "sdr": "soender",
    "ll": "lille",
    "kgs": "kongens",
    "sankt": "st",
    "skt": "st",
    "sct": "st",
    "store": "st",  # "St. Kongensgade" and "St. Hans Gade": one abbreviation of two words
    "doktor": "dr",
    "dronning": "dr",
    "professor": "prof",
}
_WAYS: Final = {"v": "vej", "g": "gade", "pl": "plads", "al": "alle", "blvd": "boulevard", "str": "straede"}
_SHORT_WAY: Final = re.compile(rf"(?<=\w)({'|'.join(_WAYS)})\.(?=\s|$)")
_FLOORS: Final = {"0": "st", "stue": "st", "stuen": "st", "stueetage": "st", "kaelder": "kl", "kaelderen": "kl"}
_DOORS: Final = {"tilvenstre": "tv", "venstre": "tv", "tilhoejre": "th", "hoejre": "th", "midtfor": "mf"}


def same_name(one: str, other: str) -> bool:
    """Whether the names are alike but for case, spacing, punctuation, Danish letters and the company's form.

    Two names that both say who is behind them must name the same.
    """
    return _alike(_name(one), _name(other)) or _alike(*_without_the_person(_folded(one), _folded(other)))


def same_address(one: Address, other: Address) -> bool:
    """Whether the addresses are alike, part by part; a part that one side leaves out is not compared.

    The postcode stands for the city, whose name is written in many ways; without it the city is compared.
    """
    return (
        _same_house(one, other)
        and _alike(_floor(one.floor), _floor(other.floor))
        and _alike(_door(one.door), _door(other.door))
        and _same_city(one, other)
    )


def name_forms(text: str) -> tuple[str, str]:
    """What a name is compared by, its spelling gone: the name itself, and who is behind it, where it says so.

    Names whose forms are equal are the same name; a form is empty where there is no letter and no digit.
    """
    folded = _folded(text)
    bare = _PERSON_BEHIND.sub("", folded)
    return _name(bare), _name(folded.removeprefix(bare))


def street_form(text: str) -> str:
    """What a street is compared by, its spelling gone; numbers in it stay."""
    return _without_hyphens(_street(text))


def city_form(text: str) -> str:
    """What a city is compared by, its spelling gone."""
    return _letters_and_digits(_folded(text))


def _same_house(one: Address, other: Address) -> bool:
    return all(_alike(*parts) for parts in zip(_house(one), _house(other), strict=True))


def _same_city(one: Address, other: Address) -> bool:
    postcodes = [_letters_and_digits(_folded(each.postcode)).removeprefix("dk") for each in (one, other)]
    if all(postcodes):
        return postcodes[0] == postcodes[1]
    return _alike(city_form(one.city or ""), city_form(other.city or ""))


def _alike(one: str, other: str) -> bool:
    """Missing on either side is no difference."""
    return not one or not other or one == other


def _without_the_person(one: str, other: str) -> tuple[str, str]:
    bare = _PERSON_BEHIND.sub("", one), _PERSON_BEHIND.sub("", other)
    is_in_both = bare[0] != one and bare[1] != other
    return (_name(one), _name(other)) if is_in_both else (_name(bare[0]), _name(bare[1]))


def _name(text: str) -> str:
    folded = re.sub(r"[&+]", " og ", _folded(text))
    return _letters_and_digits(_COMPANY_FORMS.sub(" ", folded)) or _letters_and_digits(folded)


def _house(address: Address) -> tuple[str, str]:
    """Street and number, though some write both into the street; "070 A" is "70a", and "4-6" stays a range."""
    number = re.sub(r"\b0+(?=\d)", "", _folded(address.number)).replace("–", "-")
    whole = _street(address.street) + re.sub(r"[^\w-]", "", number)
    without_hyphens = _without_hyphens(whole)
    street = re.split(r"\d", without_hyphens, maxsplit=1)[0]
    return street, without_hyphens.removeprefix(street)


def _without_hyphens(text: str) -> str:
    """Between digits a hyphen means a range, and stays."""
    return re.sub(r"(?<!\d)-|-(?!\d)", "", text)


def _street(text: str | None) -> str:
    words = re.findall(r"[\w-]+", _SHORT_WAY.sub(lambda way: _WAYS[way[1]], _folded(text)))
    written_out = [_WORDS.get(word, word) for word in words]
    if len(words) > 1:
        written_out[-1] = _WAYS.get(words[-1], written_out[-1])
    return re.sub(r"pladsen$", "plads", "".join(written_out))


def _floor(text: str | None) -> str:
    floor = _letters_and_digits(_folded(text)).removesuffix("sal")
    return _FLOORS.get(floor.lstrip("0") or floor[:1], floor.lstrip("0"))


def _door(text: str | None) -> str:
    door = _letters_and_digits(_folded(text)).lstrip("0")
    return _DOORS.get(door, door)


def _folded(text: str | None) -> str:
    """Lower case, Danish letters spelt out, accents gone."""
    lower = unicodedata.normalize("NFC", text or "").casefold().translate(_LETTERS)
    return "".join(char for char in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(char))


def _letters_and_digits(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
