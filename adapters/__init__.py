"""The outside world: Kafka, CVR, SOR files, the clock, the local broker, telemetry."""
