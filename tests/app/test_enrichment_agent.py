"""What the agent makes of its requests, and that it lets none of them go (R20)."""

from __future__ import annotations

from types import SimpleNamespace

from structlog.testing import capture_logs

from contracts.cvr_facts import CvrRequest
from contracts.identifiers import SorId
from support.cvr_service import cvr_numbers, p_numbers
from support.virtual_time import run_in_virtual_time
from workers.app.enquiries import Enquiry
from workers.app.enrichment_agent import _again_and_again, _enquiries

OWNER = SorId.of_item(1_000_001)
(CVR,), (UNIT, OTHER) = cvr_numbers(1), p_numbers(2)


def event(value, headers):
    return SimpleNamespace(value=value, headers=headers, message=SimpleNamespace(partition=3, offset=17))


def test_a_request_is_one_enquiry_for_each_of_its_numbers():
    request = CvrRequest(owner_sor_id=OWNER, cvr=CVR, p_numbers=(UNIT, OTHER))
    found = _enquiries(event(request.to_json(), {"ce_id": b"cause"}))
    assert found == [Enquiry(OWNER, number, 3, "cause") for number in (CVR, UNIT, OTHER)]


def test_a_request_without_headers_has_no_cause():
    request = CvrRequest(owner_sor_id=OWNER, cvr=CVR)
    assert _enquiries(event(request.to_json(), None)) == [Enquiry(OWNER, CVR, 3, "")]


def test_a_request_that_breaks_its_own_contract_is_skipped_and_said():
    with capture_logs() as logs:
        assert _enquiries(event(b"rubbish", {})) == []
    assert [(each["log_level"], each["offset"]) for each in logs] == [("error", 17)]


def test_a_batch_that_cannot_be_sent_is_not_let_go():
    """Faust acknowledges the batch of an agent that raises."""
    attempts = []

    async def fails_twice():
        attempts.append(1)
        if len(attempts) < 3:
            raise ConnectionError

    run_in_virtual_time(_again_and_again(fails_twice))
    assert len(attempts) == 3
