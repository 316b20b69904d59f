"""A histogram told of whole batches shows what `prometheus_client`'s own would, told one by one."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram, generate_latest

from adapters.telemetry.distribution import Distribution

BOUNDS = (0.1, 1.0, 10.0)
VALUES = (0.05, 0.1, 0.7, 1.0, 3.0, 12.0, 400.0)


def shown(collector):
    """Without when it was created, which is not told of a distribution."""
    registry = CollectorRegistry()
    registry.register(collector)
    return [line for line in generate_latest(registry).decode().splitlines() if "_created" not in line]


def test_it_shows_what_the_librarys_own_would():
    ours = Distribution("wait_seconds", "says", BOUNDS, ["topic"])
    theirs = Histogram("wait_seconds", "says", ["topic"], buckets=BOUNDS, registry=None)
    ours.observe(("a",), VALUES[:3])
    ours.observe(("a",), VALUES[3:])
    ours.observe(("b",), [0.2])
    for value in VALUES:
        theirs.labels("a").observe(value)
    theirs.labels("b").observe(0.2)
    assert shown(ours) == shown(theirs)


def test_without_labels_there_is_one_series():
    ours = Distribution("wait_seconds", "says", BOUNDS, [])
    theirs = Histogram("wait_seconds", "says", buckets=BOUNDS, registry=None)
    ours.observe((), [0.2])
    theirs.observe(0.2)
    assert shown(ours) == shown(theirs)
