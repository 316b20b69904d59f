"""The demo: months of a register's life in about a minute, on a real broker, checked at the end."""
