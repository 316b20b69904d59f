"""Closing: which closures are accepted, when they take effect, and what follows when they do (R21–R29)."""
