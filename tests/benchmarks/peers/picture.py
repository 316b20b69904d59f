"""The contest as a picture."""

from __future__ import annotations

from pathlib import Path

import pygal
from pygal.style import CleanStyle

from benchmarks.peers import roster
from benchmarks.peers.run import Results


def draw(results: Results, path: Path) -> None:
    """Write the rates as bars to an SVG that asks for nothing from elsewhere."""
    chart = pygal.HorizontalBar(
        style=CleanStyle(font_family="sans-serif"),
        js=[],
        show_legend=False,
        print_values=True,
        value_formatter=lambda value: f"{value:,.0f}",
        title="Records a second, one process each",
        width=900,
        height=460,
    )
    rates = {each.name: results.rate(each.name) for each in reversed(roster.ALL)}
    shown = {name: rate for name, rate in rates.items() if rate is not None}
    chart.x_labels = list(shown)
    chart.add("", list(shown.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.render_to_file(str(path))
