"""From a SOR snapshot to change events: one versioned message per entity that differs from the snapshot before."""
