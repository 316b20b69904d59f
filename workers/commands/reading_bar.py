"""A progress bar over a file being read, where somebody is watching."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def reading_bar(what: str, path: Path) -> Iterator[Callable[[int], None]]:
    """Show how far the file has been read; tell the function given how many of its bytes have been."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=path.stat().st_size)
        yield lambda read: progress.update(task, completed=read)
