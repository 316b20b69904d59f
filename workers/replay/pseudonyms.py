"""Words in the place of people's own: equal stays equal, different stays different, no way back without the key.

What SOR and CVR say of one place is compared (R19), so a name or a street is replaced by what it is compared by
(`workers.enrichment.likeness`): spellings that are the same to a person stay the same. That they are spelt differently
all the same, which is a change to forward (R17), shows in upper and lower case.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from math import isqrt
from typing import Final

from workers.enrichment.likeness import city_form, name_forms, street_form

_CONSONANTS: Final = "bdfgklmnprst"
_VOWELS: Final = "aeiou"
_SYLLABLES: Final = 8
_ROUNDS: Final = 8
_AUTHORISATION: Final = "0123456789bcdfghjklmnpqrstvwxyzBCDFGHJKLMNPQRSTVWXYZ"
_AUTHORISATION_LENGTH: Final = 5
_NO_HOUSE: Final = re.compile(r"[^\W\d_]{3,}|[0-9]{5,}")
"""More letters, or more digits, than a house has in its number: "70 A" stays."""
_LONG: Final = 100
"""A text longer than this keeps its length, for it may break a limit of the contract."""


class Pseudonyms:
    """One key's pseudonyms. Each method gives the same for the same text, and for another text another."""

    def __init__(self, key: bytes) -> None:
        """`key`: any bytes; who has them can find out by trying whose a pseudonym is."""
        self._key = blake2b(key).digest()

    def text(self, text: str) -> str:
        """Any text at all. One without a letter or digit stays as it is."""
        return self._lengthened(self._spelt(self._word(text), text), text) if re.search(r"\w", text) else text

    def name(self, text: str) -> str:
        """The name of a clinic, a company or a person, also "Fodklinikken v/Ane Prøve" (R19).

        Two names that are alike only because one has lost the blank before its "v/" are alike no more.
        """
        name, behind = name_forms(text)
        if not name:
            return self.text(text)
        words = self._word(name) + (f" v/{self._word(behind)}" if behind else "")
        return self._lengthened(self._spelt(words, text, keep=" v/"), text)

    def street(self, text: str) -> str:
        """A street, with or without a number; the number stays."""
        form = street_form(text)
        beginning = re.split(r"\d", form, maxsplit=1)[0]
        words = (self._word(beginning) if beginning else "") + _NO_HOUSE.sub(
            lambda run: self._word(run[0]), form.removeprefix(beginning)
        )
        return self._lengthened(self._spelt(words, text), text) if form else self.text(text)

    def city(self, text: str) -> str:
        """A town."""
        form = city_form(text)
        return self._lengthened(self._spelt(self._word(form), text), text) if form else text

    def email(self, text: str) -> str:
        """An e-mail address, at a domain that nobody has."""
        return f"{self._word(text)}@example.dk" if "@" in text else self.text(text)

    def website(self, text: str) -> str:
        """The address of a website."""
        return f"www.{self._word(text)}.example" if re.search(r"\w", text) else text

    def digits(self, text: str) -> str:
        """A number written in digits; whatever stands between them stays."""
        found = re.findall(r"[0-9]", text)
        if not found:
            return self.text(text)
        count = len(found)
        other = iter(f"{self._shuffled(int(''.join(found)), 10**count):0{count}}")
        return re.sub(r"[^\W\d]+", "", re.sub(r"[0-9]", lambda _: next(other), text))

    def authorisation_id(self, text: str) -> str:
        """An autorisations-id; a well-formed one for a well-formed one (R2)."""
        if len(text) != _AUTHORISATION_LENGTH or any(char not in _AUTHORISATION for char in text):
            return self.text(text)
        base, number = len(_AUTHORISATION), 0
        for char in text:
            number = number * base + _AUTHORISATION.index(char)
        number = self._shuffled(number, base**_AUTHORISATION_LENGTH)
        chars = []
        for _ in text:
            number, rest = divmod(number, base)
            chars.append(_AUTHORISATION[rest])
        return "".join(chars)

    def _word(self, text: str) -> str:
        """A word that can be spoken, of one length for all; two texts share one with a chance of one in 10^14."""
        number = int.from_bytes(self._digest("word", text))
        word = ""
        for _ in range(_SYLLABLES):
            number, consonant = divmod(number, len(_CONSONANTS))
            number, vowel = divmod(number, len(_VOWELS))
            word += _CONSONANTS[consonant] + _VOWELS[vowel]
        return word

    def _spelt(self, words: str, exact: str, keep: str = "") -> str:
        """The words with the exact spelling of the original in their upper and lower case."""
        bits = int.from_bytes(self._digest("spelling", exact))
        kept = words.find(keep) if keep else -1
        stays = range(kept, kept + len(keep)) if kept >= 0 else range(0)
        return "".join(
            char if place in stays or not bits >> place & 1 else char.upper() for place, char in enumerate(words)
        )

    def _lengthened(self, pseudonym: str, text: str) -> str:
        if len(text) <= _LONG:
            return pseudonym
        return (pseudonym * (len(text) // len(pseudonym) + 1))[: len(text)]

    def _shuffled(self, number: int, size: int) -> int:
        """Another number under `size`, and for each number another: a Feistel network, walked until it is inside."""
        left_size = isqrt(size - 1) + 1
        while True:
            left, right = divmod(number, left_size)
            for turn in range(_ROUNDS):
                mixed = int.from_bytes(self._digest(f"shuffle {size} {turn}", str(right)))
                left, right = right, (left + mixed) % left_size
            number = left * left_size + right
            if number < size:
                return number

    def _digest(self, purpose: str, text: str) -> bytes:
        return blake2b(
            purpose.encode() + b"\0" + text.encode("utf-8", "surrogatepass"), key=self._key, digest_size=32
        ).digest()
