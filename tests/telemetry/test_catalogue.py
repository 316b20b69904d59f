"""The list of metrics in the docs is the code's, and the names are as Prometheus wants them."""

from __future__ import annotations

import pytest

from adapters.telemetry.catalogue import REGISTRY, Chapter, forget_partition
from adapters.telemetry.publish import CHAPTERS, PAGE, page

DECLARED = [metric for chapter in CHAPTERS for metric in chapter.metrics]


def test_the_list_in_the_docs_is_current():
    assert page() == PAGE.read_text(encoding="utf-8"), "run python -m adapters.telemetry.publish"


def test_every_metric_on_the_page_is_in_the_list():
    shown = {metric.name + ("_total" if metric.type == "counter" else "") for metric in REGISTRY.collect()}
    assert {name for name in shown if name.startswith("sorbro_")} == {each.name for each in DECLARED}


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: metric.name)
def test_names_carry_prefix_and_base_unit(metric):
    assert metric.name.startswith("sorbro_")
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not metric.name.endswith(("_ms", "_millis", "_minutes", "_kb"))
    if metric.kind == "histogram":
        assert metric.name.endswith(("_seconds", "_numbers"))


@pytest.mark.parametrize("metric", DECLARED, ids=lambda metric: metric.name)
def test_labels_hold_no_ids(metric):
    few = {"partition", "topic", "type", "outcome", "reason", "error", "state", "bucket", "waits_for", "result", "kind"}
    assert set(metric.labels) <= few | {"verdict", "version"}


def test_a_partition_that_went_elsewhere_is_shown_no_more():
    shown = Chapter("for this test").gauge("sorbro_test_gauge", "says", "partition", "bucket")
    for partition in (0, 1):
        shown.labels(partition, "day").set(7)
    forget_partition(0)
    labels = [sample.labels["partition"] for metric in shown.collect() for sample in metric.samples]
    REGISTRY.unregister(shown)
    assert labels == ["1"]
