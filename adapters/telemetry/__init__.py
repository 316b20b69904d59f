"""What the worker tells of itself: metrics, logs, traces. They name units and numbers, never people (R49)."""
