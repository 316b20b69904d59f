"""Kafka in memory: a model of what the write side relies on, held to the same conformance suite as the real broker.

Read in this order: a topic's partition (`record_log`), transactions and fencing (`broker`), the `PartitionLog` over
them (`partition_log`), and the wire between the two, where a simulation puts its faults (`network`).
"""
