"""What a run under faults may be found guilty of, and which outputs are looked at: the same for Kafka and for the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.topics import Topic

COMPARED: Final = (
    Topic.REGISTRATIONS,
    Topic.DEREGISTRATIONS,
    Topic.INVOICE_TRIGGERS,
    Topic.DELETION_REQUESTS,
    Topic.DEAD_LETTERS,
    Topic.TRANSFERS,
    Topic.FEE_RUNS,
)
CLEAN: Final = "0 lost, 0 duplicated, 0 wrong, 0 out of order, 0 open transactions"
"""What a verdict ends with when nothing was found."""


@dataclass
class Findings:
    """How many outputs were missing, there too often, other than they should be, or in another order."""

    lost: int = 0
    duplicated: int = 0
    wrong: int = 0
    out_of_order: int = 0
    open_transactions: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.duplicated or self.wrong or self.out_of_order or self.open_transactions)

    def __str__(self) -> str:
        return (
            f"{self.lost} lost, {self.duplicated} duplicated, {self.wrong} wrong, {self.out_of_order} out of order, "
            f"{self.open_transactions} open transactions"
        )
