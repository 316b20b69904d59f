"""Kafka behind one port: aiokafka is the adapter; nothing above this folder knows which client it is."""
