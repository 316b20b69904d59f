"""Sample data: a made-up SOR register and its places' self-registrations, for demo, tests and benchmarks."""

from __future__ import annotations

from adapters.samples.register import Register, SampleCompany, SampleProductionUnit, generate_register
from adapters.samples.self_registrations import self_registrations

__all__ = ["Register", "SampleCompany", "SampleProductionUnit", "generate_register", "self_registrations"]
