"""Metrics by declaration: each is known to Prometheus, and to the list in the docs.

Names as Prometheus wants them: base units in the name, counters end in ``_total``. A label has few values, known
beforehand or bounded by what there is of partitions and topics; never an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from adapters.telemetry.distribution import Distribution

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Buckets for what a machine does while somebody waits."""
DELAYS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 300.0, 3600.0, 86400.0)
"""Buckets for how late something is: from unnoticed to a day."""

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Described:
    """One metric as the docs list it; `name` as it stands on ``/metrics``."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    says: str


class Chapter:
    """Metrics of one kind of thing, in the order of the docs."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.metrics: list[Described] = []

    def counter(self, name: str, says: str, *labels: str) -> Counter:
        """Declare what only grows; `name` without ``_total``."""
        self._describe(f"{name}_total", "counter", labels, says)
        return Counter(name, says, labels, registry=REGISTRY)

    def gauge(self, name: str, says: str, *labels: str) -> Gauge:
        """Declare what goes up and down."""
        self._describe(name, "gauge", labels, says)
        found = Gauge(name, says, labels, registry=REGISTRY)
        if "partition" in labels:
            _BY_PARTITION.append(found)
        return found

    def histogram(self, name: str, says: str, bounds: Sequence[float] = SECONDS) -> Histogram:
        """Declare what is observed one by one."""
        self._describe(name, "histogram", (), says)
        return Histogram(name, says, buckets=bounds, registry=REGISTRY)

    def distribution(self, name: str, says: str, bounds: Sequence[float], *labels: str) -> Distribution:
        """Declare a histogram that is told of many values at once."""
        self._describe(name, "histogram", labels, says)
        found = Distribution(name, says, bounds, labels)
        REGISTRY.register(found)
        return found

    def _describe(self, name: str, kind: Kind, labels: tuple[str, ...], says: str) -> None:
        self.metrics.append(Described(name, kind, labels, says))


_BY_PARTITION: Final[list[Gauge]] = []


def forget_partition(partition: int) -> None:
    """Show nothing more of a partition that is another worker's now; what was counted stays."""
    for found in _BY_PARTITION:
        found.remove_by_labels({"partition": str(partition)})
