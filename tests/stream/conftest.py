from support.virtual_time import VirtualLoop


def pytest_asyncio_loop_factories(config, item):
    """The loop's waits cost nothing here."""
    return {"virtual": VirtualLoop}
