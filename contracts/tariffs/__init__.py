"""The fee table (gebyrer for behandlingssteder) and its reader (R32, R34)."""

from __future__ import annotations

from contracts.tariffs.tariff_rows import TariffTableError
from contracts.tariffs.tariff_table import Tariff, TariffTable

__all__ = ["Tariff", "TariffTable", "TariffTableError"]
