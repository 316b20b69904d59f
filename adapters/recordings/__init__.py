"""Recordings: what topics held, as files that a replay reads: the pinned form of contracts.md, one record a line."""
