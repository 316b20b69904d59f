"""A Kafka broker on this machine, without Docker: for trying Sorbro out and for the fault tests.

`embedded.start_local_broker` chooses between Apache Kafka (`cluster`) and a memory-only stand-in (`tansu`).
Nothing here is used when a broker is configured.
"""
