"""``dk.sorbro.fee-run.started.v1`` on ``sorbro.fee-runs.v1``: STPS's yearly run, handed to every partition (R39).

The message from STPS has no owner and lies on one partition; places lie on all of them.
"""

from __future__ import annotations

from contracts.notices import FeeYear
from contracts.wire import CivilDate, Message, message


@message
class FeeRunStarted(Message):
    """One record for each partition. `notice` is the `ce_id` of STPS's message."""

    fee_year: FeeYear
    run_on: CivilDate
    notice: str
