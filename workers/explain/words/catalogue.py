"""Phrases by name, in one language, with dates and ages as one writes them there."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from contracts.danish_time import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

Language = Literal["en", "da"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_FILES: Final = ("events", "present", "codes", "rules")
_DAY: Final[Mapping[Language, str]] = {"en": "%Y-%m-%d", "da": "%d.%m.%Y"}


class Words:
    """One language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def say(self, phrase: str, **values: object) -> str:
        """The phrase with its values filled in; a `None` among them is said as such."""
        spoken = {name: self.say("none") if value is None else value for name, value in values.items()}
        return phrases()[phrase][self.language].format(**spoken)

    def code(self, kind: str, code: str) -> str:
        """The word for a code of a message; a code without a word speaks for itself."""
        both = phrases().get(f"{kind}.{code}")
        return both[self.language] if both is not None else code

    def listed(self, parts: Iterable[str]) -> str:
        """``a, b and c``."""
        *most, last = list(parts) or [""]
        return self.say("and").join((", ".join(most), last)) if most else last

    def day(self, day: date) -> str:
        """A civil date."""
        return day.strftime(_DAY[self.language])

    def instant(self, instant: datetime) -> str:
        """Danish wall time, to the minute."""
        return instant.astimezone(COPENHAGEN).strftime(f"{_DAY[self.language]} %H:%M")

    def age(self, age: timedelta) -> str:
        """How old something is, by its largest unit."""
        hours = age // timedelta(hours=1)
        if age.days > 1:
            return self.say("age.days", n=age.days)
        if age.days == 1:
            return self.say("age.day")
        return self.say("age.hours", n=hours) if hours > 1 else self.say("age.moments")


@cache
def phrases() -> Mapping[str, Mapping[Language, str]]:
    """Every phrase by its dotted name, in each language."""
    return read_phrases(__package__, _FILES)


def read_phrases(package: str, names: Iterable[str]) -> Mapping[str, Mapping[Language, str]]:
    """The phrases in these ``.toml`` files of a package, by their dotted names."""
    found: dict[str, Mapping[Language, str]] = {}
    for name in names:
        text = resources.files(package).joinpath(f"{name}.toml").read_text(encoding="utf-8")
        _gather(tomllib.loads(text), "", found)
    return found


def _gather(table: Mapping[str, Any], path: str, found: dict[str, Mapping[Language, str]]) -> None:
    """Take in a table of tables: one that holds texts is a phrase, perhaps with further phrases below it."""
    if LANGUAGES[0] in table:
        found[path] = {language: table[language] for language in LANGUAGES}
    for name, below in table.items():
        if isinstance(below, dict):
            _gather(below, f"{path}.{name}" if path else name, found)
