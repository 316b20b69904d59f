"""Facts about companies: what to ask CVR, and what its answers mean for a record (R2, R19, R20)."""
