"""Snapshots as SOR writes them, in its three formats; and what of a register each of them carries."""

from __future__ import annotations

from adapters.samples.files.formats import FileFormat, carried, write

__all__ = ["FileFormat", "carried", "write"]
