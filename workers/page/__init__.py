"""The operations page: a process of its own beside the worker, which reads the topics and answers on the worker's port.

Beside and not inside, for what it reads while much is written would cost the write side its core (README).
"""
