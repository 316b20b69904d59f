"""What goes wrong with a local broker."""

from __future__ import annotations


class BrokerError(RuntimeError):
    """The local broker cannot be had, did not start, or was asked for the impossible.

    The message is written for the operator and says what to do.
    """
