"""The contestants. Each is a process of its own, told where the broker is and what its group is called."""
