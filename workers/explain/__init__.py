"""One unit's story: what came in, what was decided and why, what is to come, and what is not (R50)."""
