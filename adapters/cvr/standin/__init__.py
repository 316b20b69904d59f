"""The CVR stand-in: a local server that answers as the two services do, and fails as they do (notes/cvr.md §1, §2)."""

from adapters.cvr.standin.faults import Faults
from adapters.cvr.standin.server import CvrStandIn

__all__ = ["CvrStandIn", "Faults"]
