"""The page's words in one language: its own phrases, those of a story, and figures and dates as one writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from contracts.danish_time import COPENHAGEN, danish_date
from workers.explain.words import Words
from workers.explain.words.catalogue import read_phrases

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from workers.explain.words import Language

_FILES: Final = ("frame", "now", "closures", "unit", "flow", "dead_letters", "cvr", "contracts")
_HOUR: Final = 3600
_MINUTE: Final = 60
_SHORT_WAIT: Final = 120
_DANISH_SEPARATORS: Final = str.maketrans(",.", ".,")


class PageWords(Words):
    """What `Words` can say, and the page's own phrases besides."""

    def say(self, phrase: str, **values: object) -> str:
        """The phrase with its values filled in. A phrase with ``one`` and ``many`` is chosen by the value `n`."""
        forms = page_phrases()
        if f"{phrase}.many" in forms:
            phrase = f"{phrase}.{'one' if values.get('n') == 1 else 'many'}"
        if phrase not in forms:
            return super().say(phrase, **values)
        spoken = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return forms[phrase][self.language].format(**spoken)

    def code(self, kind: str, code: str) -> str:
        """The word for a code; a code without a word speaks for itself."""
        return self.say(f"{kind}.{code}") if f"{kind}.{code}" in page_phrases() else super().code(kind, code)

    def number(self, number: float) -> str:
        """With separators for thousands and decimals: 1.234,5 in Danish, 1,234.5 in English."""
        written = f"{number:,}"
        return written.translate(_DANISH_SEPARATORS) if self.language == "da" else written

    def weekday(self, day: date) -> str:
        """A day as one says it: ``torsdag den 29. februar 2024``."""
        weekday = self.say(f"weekday.{day.weekday()}")
        return self.say("long-day", weekday=weekday, day=str(day.day), month=self.month(day))

    def short_day(self, day: date) -> str:
        """A day in a table: ``tor 29.02.2024``."""
        return f"{self.say(f'short-weekday.{day.weekday()}')} {self.day(day)}"

    def month(self, day: date) -> str:
        """The month and year: ``februar 2024``."""
        return f"{self.say(f'month.{day.month}')} {day.year}"

    def time(self, instant: datetime) -> str:
        """Danish wall time to the second."""
        return instant.astimezone(COPENHAGEN).strftime("%H:%M:%S")

    def seen(self, instant: datetime, now: datetime) -> str:
        """The time for an instant of today, the day as well for any other."""
        return self.time(instant) if danish_date(instant) == danish_date(now) else self.instant(instant)

    def duration(self, seconds: float) -> str:
        """How long, by the unit one would use."""
        if seconds < _SHORT_WAIT:
            return self.say("duration.seconds", n=int(seconds))
        if seconds < 2 * _HOUR:
            return self.say("duration.minutes", n=int(seconds // _MINUTE))
        if seconds < timedelta(days=2).total_seconds():
            return self.say("duration.hours", n=int(seconds // _HOUR))
        return self.say("duration.days", n=int(seconds // timedelta(days=1).total_seconds()))


@cache
def page_phrases() -> Mapping[str, Mapping[Language, str]]:
    """Every phrase of the page by its dotted name, in each language."""
    return read_phrases(__package__, _FILES)
