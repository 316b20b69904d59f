"""Tests that read like the rules: a pytest plugin over the very core of production, with a virtual clock."""
