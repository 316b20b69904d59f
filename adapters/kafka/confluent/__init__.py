"""The log over librdkafka: the candidate to take aiokafka's place on the write side (design.md)."""
