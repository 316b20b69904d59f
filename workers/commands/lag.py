"""`sorbro lag`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import click
from rich.console import Console
from rich.table import Table

from adapters.clock import SystemClock
from adapters.kafka.group_view import group_view
from workers.app.settings import Settings, configured
from workers.commands.asking import age, broker_option, cannot_tell, json_option, print_json
from workers.operations.as_json import lag_json
from workers.operations.lag import read_lag
from workers.operations.movement import Movement
from workers.operations.status_reading import Watching

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.operations.lag import Lag, PartitionLag

    Show = Callable[[Lag, Mapping[tuple[str, int], Movement]], None]

_PAUSE_SECONDS: Final = 2.0
_COLOURS: Final[Mapping[Movement, str]] = {
    Movement.OK: "green",
    Movement.WARN: "yellow",
    Movement.STALL: "yellow",
    Movement.STOP: "red",
    Movement.REWIND: "red",
}


@click.command(name="lag")
@broker_option
@json_option
@click.option("--watch", is_flag=True, help="Look every two seconds until Ctrl-C; only then the states can be told.")
def command(broker: str | None, as_json: bool, watch: bool) -> None:  # noqa: FBT001  # click passes options so
    """Show what waits on each partition of each input topic, and since when.

    Transaction markers are not counted; where nothing has been committed yet there is no lag. STATE is Burrow's:
    OK, WARN (lag only grows), STOP (nothing is committed), STALL (this topic does not move), REWIND; a single look
    knows OK alone. Lag is not lateness: whether anything is late says `sorbro status`.

    \b
    Example:
      sorbro lag --watch
    """  # noqa: D301  # click marks a block that is not to be wrapped by a real backspace
    show: Show = _show_json if as_json else _Tables(Console(), clears=watch).show
    with cannot_tell(), suppress(KeyboardInterrupt):
        asyncio.run(_look(configured(kafka_bootstrap_servers=broker), show, again=watch))


async def _look(settings: Settings, show: Show, *, again: bool) -> None:
    clock, watching = SystemClock(), Watching()
    async with group_view(settings.connection(), settings.group) as view:
        while True:
            lag = await read_lag(view, clock.now())
            watching.add(lag)
            show(lag, watching.movements(lag.at))
            if not again:
                return
            await asyncio.sleep(_PAUSE_SECONDS)


def _show_json(lag: Lag, movements: Mapping[tuple[str, int], Movement]) -> None:
    print_json(lag_json(lag, movements))


class _Tables:
    def __init__(self, console: Console, *, clears: bool) -> None:
        self._console = console
        self._clears = clears and console.is_terminal

    def show(self, lag: Lag, movements: Mapping[tuple[str, int], Movement]) -> None:
        """Print all partitions; on a terminal that is watched, over what was there before."""
        if self._clears:
            self._console.clear()
        table = Table("Topic", title=f"What waits at {lag.at:%Y-%m-%d %H:%M:%S} UTC: {lag.records:,} records")
        for name in ("Partition", "Waiting", "Oldest", "Lost", "State"):
            table.add_column(name, justify="left" if name == "State" else "right")
        table.add_column("Worker")
        for each in lag.partitions:
            state = movements[each.topic, each.partition]
            shown = "…" if state is Movement.UNKNOWN else state
            table.add_row(
                each.topic,
                str(each.partition),
                _waiting(each),
                age(each.oldest_at, lag.at),
                f"{each.lost:,}" if each.lost else "",
                f"[{_COLOURS[state]}]{shown}[/]" if state in _COLOURS else shown,
                lag.hosts.get(each.partition, "nobody"),
            )
        self._console.print(table)
        for topic, partition in sorted(lag.abandoned):
            self._console.print(f"{topic}[{partition}] is not read any more, and not counted", highlight=False)


def _waiting(each: PartitionLag) -> str:
    if each.records is None:
        return "never read"
    return f"{'' if each.is_exact else '≤ '}{each.records:,}"
