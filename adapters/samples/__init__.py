"""Sample data for demo, tests and benchmarks: a made-up SOR register, and what its places say of themselves.

Its life is in `life`, its snapshot files are in `files`, and `folder` writes everything for `sorbro sample`.
"""

from __future__ import annotations

from adapters.samples.register import (
    Register,
    SampleCompany,
    SampleProductionUnit,
    generate_register,
    sample_trees,
)
from adapters.samples.self_registrations import self_registrations

__all__ = [
    "Register",
    "SampleCompany",
    "SampleProductionUnit",
    "generate_register",
    "sample_trees",
    "self_registrations",
]
