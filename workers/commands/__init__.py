"""The command line. Each command is a file of its own and is loaded only when it is called."""

from __future__ import annotations

import importlib
from typing import Final

import click

_COMMANDS: Final = {
    "run": "Run the worker: all streams, until Ctrl-C.",
    "demo": "Play months of a sample register in about a minute, then keep running.",
    "replay": "Play recorded messages from a file through the same rules, without a broker.",
    "explain": "Tell one unit's story: what came in, what was decided, why, and what is to come.",
    "record": "Record topics to a file, in the order in which the worker saw them.",
    "verify": "Compare what was sent with what the recorded input calls for.",
    "diff": "Set two replays side by side: two releases, two fee tables, two days.",
    "feed": "Turn a SOR snapshot file into change events.",
    "sample": "Write a made-up register and its life: snapshots or change events, with what goes with them.",
    "status": "Say in a sentence whether anything is late or lost.",
    "lag": "Show what waits on each partition, and whether it moves.",
    "dead-letters": "Show what could not be used, grouped by what is wrong with it.",
    "redrive": "Send dead letters once more, after a dry run.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(f"workers.commands.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"workers.commands.{cmd_name} must define a click command named `command`")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sorbro", prog_name="sorbro")
def main() -> None:
    """Sorbro: the bridge between SOR and the Behandlingsstedsregister.

    SOR changes come in, are enriched from CVR and forwarded to BSR; closures take effect on their day, once.
    Settings are environment variables SORBRO_…; `sorbro run --help` lists the common ones.
    """
