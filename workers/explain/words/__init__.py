"""The words of a story, in Danish and English. The phrases are in the ``.toml`` files, both languages side by side."""

from __future__ import annotations

from workers.explain.words.catalogue import LANGUAGES, Language, Words

__all__ = ["LANGUAGES", "Language", "Words"]
