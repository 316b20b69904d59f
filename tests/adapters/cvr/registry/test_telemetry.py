"""What is shown of CVR: bounded labels, and nothing that could hold a credential."""

import pytest

from adapters.cvr.port import Unavailable
from adapters.cvr.service import LastingError, PassingError, RejectedError
from adapters.telemetry.catalogue import REGISTRY
from support.cvr_service import cvr_numbers

CVRS = cvr_numbers(30)
ADDRESS = "https://graphql.example/CVR?apiKey=open-sesame"


def value(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def ask(registry):
    return set((await registry.find_many(CVRS, [])).companies.values())


@pytest.mark.parametrize(
    ("failure", "result", "calls"),
    [
        (None, "answered", 1),
        (PassingError("down"), "passing", 3),
        (LastingError("HTTP 401"), "lasting", 1),
        (RejectedError("HTTP 400"), "rejected", 7),
    ],
    ids=["answered", "passing", "lasting", "rejected"],
)
def test_every_call_is_counted_by_its_result(service, play, failure, result, calls):
    def fault(_numbers):
        if failure is not None:
            raise failure

    service.fault = fault
    before = value("sorbro_cvr_calls_total", result=result), value("sorbro_cvr_call_numbers_count")
    play(ask)
    after = value("sorbro_cvr_calls_total", result=result), value("sorbro_cvr_call_numbers_count")
    assert (after[0] - before[0], after[1] - before[1]) == (calls, calls)


def test_memory_is_counted_by_what_it_gave(service, play):
    names = ("fresh", "miss", "stale")
    before = [value("sorbro_cvr_memory_total", result=name) for name in names]

    async def story(registry):
        await ask(registry)
        await ask(registry)

    play(story)
    after = [value("sorbro_cvr_memory_total", result=name) for name in names]
    assert [later - sooner for sooner, later in zip(before, after, strict=True)] == [30, 30, 0]
    assert value("sorbro_cvr_waiting_numbers") == 0


def test_an_error_nobody_foresaw_shows_its_kind_and_never_its_text(service, play, capsys):
    def fault(_numbers):
        raise OSError(ADDRESS)

    service.fault = fault
    outcomes = play(ask)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    shown = capsys.readouterr()
    assert ADDRESS not in str(outcomes) + shown.out + shown.err
    assert "OSError" in shown.out + shown.err


def test_labels_are_few_and_known():
    for metric in REGISTRY.collect():
        if metric.name.startswith("sorbro_cvr"):
            for sample in metric.samples:
                assert set(sample.labels) <= {"result", "state", "verdict", "kind", "le"}
                assert not any(character.isdigit() for character in sample.labels.get("result", ""))
