"""A histogram for the write side: a batch of values at the price of one.

`prometheus_client.Histogram` takes a lock and several calls for each value, which for each record of a batch would cost
as much as a good part of deciding it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector


@dataclass(slots=True)
class _Series:
    counts: list[int]
    total: float = 0.0


class Distribution(Collector):
    """Counts per bucket, by label values. Told and asked in one thread, the event loop's."""

    def __init__(self, name: str, says: str, bounds: Sequence[float], labels: Sequence[str]) -> None:
        self._name = name
        self._says = says
        self._bounds = sorted(bounds)
        self._labels = tuple(labels)
        self._series: dict[tuple[str, ...], _Series] = {}

    def observe(self, labels: Sequence[str], values: Iterable[float]) -> None:
        """Count the values under these label values."""
        series = self._series.setdefault(tuple(labels), _Series([0] * (len(self._bounds) + 1)))
        for value in values:
            series.counts[bisect_left(self._bounds, value)] += 1
            series.total += value

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """See `Collector.collect`."""
        family = HistogramMetricFamily(self._name, self._says, labels=self._labels)
        names = [*(str(bound) for bound in self._bounds), "+Inf"]
        for labels, series in self._series.items():
            buckets = list(zip(names, map(float, accumulate(series.counts)), strict=True))
            family.add_metric(labels, buckets, series.total)
        yield family

    def describe(self) -> Iterator[HistogramMetricFamily]:
        """See `Collector`; so that no name is registered twice."""
        return self.collect()
