"""Seconds of processor time that processes have taken, by /proc: what is measured so hangs less on how busy a machine is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_USER: Final = 11
"""Of the fields after the command's name, the first of the two that matter: user, and system."""


def processor_seconds(process: int) -> float:
    """Of one process, its threads included; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_USER]) + int(fields[_USER + 1])) / _TICKS


def descendants(process: int) -> Iterator[int]:
    """Yield all processes below this one."""
    parents = {}
    for each in Path("/proc").iterdir():
        if each.name.isdecimal():
            try:
                fields = (each / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(each.name)] = int(fields[1])
    below = [process]
    for parent in below:
        below += (child for child, of in parents.items() if of == parent)
    yield from below[1:]
