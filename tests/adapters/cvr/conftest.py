"""CVR tests: a client of the stand-in, and the real samples, where they lie beside us."""

from pathlib import Path

import httpx
import orjson
import pytest

SHARED_CVR = Path(__file__).parents[3].parent / "shared" / "data" / "cvr"


@pytest.fixture
async def client(standin):
    """A client of the test's own stand-in."""
    async with httpx.AsyncClient(base_url=standin.url) as client:
        yield client


@pytest.fixture
def shared_cvr():
    """Where the real CVR answers lie; skips where they are absent."""
    if not SHARED_CVR.is_dir():
        pytest.skip(f"the real CVR samples are not at {SHARED_CVR}: nothing was compared with them")
    return SHARED_CVR


@pytest.fixture
def real_sample(shared_cvr):
    """A function that reads one of the real CVR answers."""
    return lambda name: orjson.loads((shared_cvr / name).read_bytes())
