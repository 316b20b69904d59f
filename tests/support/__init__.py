"""What the tests share: complete valid messages, whole trees, and a scenario driver over the real core."""
