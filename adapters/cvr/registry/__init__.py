"""Everything that stands between a caller and a CVR service: memory, gathering, patience, breaker, canary (R20).

`ServiceRegistry` in `lookup` puts it together. The order for one number is: check digit, memory, one flight per number,
a place in a batch, the breaker, a slot and the pace, retries, the service (notes/cvr.md §7).
"""
