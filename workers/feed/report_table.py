"""The report on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from workers.feed.report import FeedReport

_SHOWN: Final = 20


def print_report(report: FeedReport, console: Console) -> None:
    """Print counts as a table, then each alarm, and the first of what is damaged."""
    table = Table("Entities", title=f"{report.format} of {report.taken_on}")
    table.add_column("Count", justify="right")
    for name, count in (
        ("read", report.read),
        ("unchanged", report.unchanged),
        ("new", report.new),
        ("changed", report.changed),
        ("… to another owner", report.moved),
        ("damaged", len(report.damaged)),
        ("vanished", len(report.vanished)),
    ):
        table.add_row(name, f"{count:,}")
    console.print(table)
    console.print(f"{report.sent:,} messages sent", highlight=False)
    for each in report.damaged[:_SHOWN]:
        kept = "; sent without it" if each.unit_kept else ""
        console.print(
            f"damaged: {each.sor_id} ({each.reason}) {each.where}{kept}", highlight=False, markup=False, soft_wrap=True
        )
    if len(report.damaged) > _SHOWN:
        console.print(f"… and {len(report.damaged) - _SHOWN} more are damaged; --report names all", highlight=False)
    for gone in report.vanished:  # each is an alarm (R30), however many
        closing = f", though its closure comes only after {gone.closes_on}" if gone.closes_on else " without a closure"
        console.print(
            f"vanished{closing}: {gone.sor_id}; ask the SOR office", highlight=False, markup=False, soft_wrap=True
        )
