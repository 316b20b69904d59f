"""Both services over the stand-in, on real sockets."""

from datetime import date

import httpx
import pytest

from adapters.cvr.sample import (
    sample_address,
    sample_company,
    sample_production_unit,
)
from support import cvr_service
from support.cvr_services import KINDS, service_at, standing_in

START = date(2015, 1, 1)


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def cvrs():
    """Thirty numbers; the last ten are nobody's."""
    return cvr_service.cvr_numbers(30)


@pytest.fixture
def p_numbers():
    return cvr_service.p_numbers(30)


@pytest.fixture
async def standin(cvrs, p_numbers):
    """Twenty companies with a unit each, half of them closed."""
    ends = [None, date(2026, 1, 31)] * 10
    companies = [
        sample_company(n, f"Company {n}", started=START, ended=end, address=sample_address(letter="B", door="tv"))
        for n, end in zip(cvrs, ends, strict=False)
    ]
    units = [
        sample_production_unit(p, f"Unit {p}", cvr=cvr, started=START, ended=end, address=sample_address())
        for p, cvr, end in zip(p_numbers, cvrs, ends, strict=False)
    ]
    async with standing_in(*companies, *units) as server:
        yield server


@pytest.fixture
async def client():
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
def service(kind, client, standin):
    return service_at(kind, client, standin.url)
