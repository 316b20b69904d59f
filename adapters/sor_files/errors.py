"""The one error of this folder."""

from __future__ import annotations


class SnapshotError(ValueError):
    """A file that cannot be read as a snapshot, or not to its end.

    What was yielded before it is not a whole snapshot: a reader that compares must not take the units after
    the break for vanished (R30).
    """
