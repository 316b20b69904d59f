"""CVR tests: own sample documents, retries without waiting, and the real samples where they lie beside us."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import stamina

SHARED_CVR = Path(__file__).parents[3].parent / "shared" / "data" / "cvr"


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Three attempts as in production, but no back-off between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest.fixture
def real_sample():
    """A function that reads one of the real CVR answers; skips where they are absent."""
    if not SHARED_CVR.is_dir():
        pytest.skip(f"the real CVR samples are not at {SHARED_CVR}: nothing was compared with them")
    return lambda name: orjson.loads((SHARED_CVR / name).read_bytes())
