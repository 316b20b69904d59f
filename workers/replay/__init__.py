"""Replay: the same core under a virtual clock, from a file to a file; same input, same bytes out (contracts.md)."""
