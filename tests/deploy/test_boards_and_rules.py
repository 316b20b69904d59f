"""Boards and alerts against the code: every metric and label they name is one that the worker shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import promql_parser as promql
import pytest
import yaml

from adapters.telemetry.publish import CHAPTERS
from support.promtool import VERSION

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
BOARDS = sorted((DEPLOY / "grafana/dashboards").glob("*.json"))
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus/alerts.yaml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
PROMETHEUS_OWN = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate"}}
OF_EVERY_TARGET = {"job", "instance"}


def known():
    """Each series there is, with its labels."""
    found = dict(PROMETHEUS_OWN)
    for metric in (each for chapter in CHAPTERS for each in chapter.metrics):
        labels = {*metric.labels, *OF_EVERY_TARGET}
        if metric.kind == "histogram":
            found |= {f"{metric.name}_{part}": labels for part in ("sum", "count")}
            found[f"{metric.name}_bucket"] = labels | {"le"}
        else:
            found[metric.name] = labels
    of_the_process = ("process_resident_memory_bytes", "process_start_time_seconds")
    return found | dict.fromkeys(of_the_process, OF_EVERY_TARGET)


def board_expressions(board):
    panels = [*board["panels"], *board["annotations"]["list"]]
    for panel in panels:
        yield from (target["expr"] for target in panel.get("targets", [panel]) if "expr" in target)


def expressions():
    for path in BOARDS:
        for expression in board_expressions(json.loads(path.read_text(encoding="utf-8"))):
            # What Grafana puts in itself, as long as it would be.
            yield pytest.param(expression.replace("$__rate_interval", "1m"), id=f"{path.stem}: {expression}")
    for rule in RULES:
        yield pytest.param(rule["expr"], id=rule["alert"])


def parts_of(expression):
    """The selectors in an expression, and the labels it groups by."""
    selectors, groupings = [], set()

    def visit(node):
        if isinstance(node, promql.VectorSelector):
            selectors.append(node)
        elif isinstance(node, promql.AggregateExpr) and node.modifier is not None:
            groupings.update(node.modifier.labels)

    promql.walk(promql.parse(expression), visit)
    return selectors, groupings


@pytest.mark.parametrize("expression", list(expressions()))
def test_every_metric_and_label_named_is_one_of_the_codes(expression):
    selectors, groupings = parts_of(expression)
    assert selectors
    labels = set()
    for selector in selectors:
        assert selector.name in known(), selector.name
        labels |= known()[selector.name]
        assert {matcher.name for matcher in selector.matchers.matchers} <= known()[selector.name], selector.name
    assert groupings <= labels


def test_a_metric_that_is_not_the_codes_would_be_noticed():
    selectors, groupings = parts_of("sum by (place) (rate(sorbro_nonsense_total{kind=~'a'}[5m])) > ignoring (x) up")
    assert [each.name for each in selectors] == ["sorbro_nonsense_total", "up"]
    assert groupings == {"place"}
    assert "sorbro_nonsense_total" not in known()


def test_every_metric_that_tells_of_trouble_is_on_a_board_or_in_a_rule():
    texts = [path.read_text(encoding="utf-8") for path in BOARDS] + [rule["expr"] for rule in RULES]
    unseen = {
        each.name for chapter in CHAPTERS for each in chapter.metrics if not any(each.name in text for text in texts)
    }
    assert unseen == {"sorbro_cvr_call_numbers"}, "left out: it is for tuning, not for watching"


@pytest.mark.parametrize("path", BOARDS, ids=lambda path: path.stem)
def test_a_board_reads_from_the_provisioned_source_and_its_panels_do_not_overlap(path):
    board = json.loads(path.read_text(encoding="utf-8"))
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text(encoding="utf-8"))
    uids = set(
        re.findall(r'"datasource": \{"type": "prometheus", "uid": "([^"]+)"\}', path.read_text(encoding="utf-8"))
    )
    assert uids == {each["uid"] for each in source["datasources"]}
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    cells = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert all(panel["description"] or panel["title"] for panel in board["panels"] if panel["type"] != "row")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_each_alert_says_who_is_to_act_and_where_it_is_written_what_to_do(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^## (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_the_runbook_speaks_of_no_alert_that_there_is_not():
    text = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\bSorbro[A-Z]\w+", text)) == {rule["alert"] for rule in RULES}


def test_no_alert_is_on_bare_lag():
    assert not any("sorbro_consumergroup_lag" in rule["expr"] for rule in RULES)


def test_compose_provisions_what_is_here_in_the_version_that_is_checked():
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services["prometheus"]["image"] == f"prom/prometheus:v{VERSION}"
    assert "./prometheus:/etc/prometheus:ro" in services["prometheus"]["volumes"]
    mounted = dict(volume.split(":")[:2] for volume in services["grafana"]["volumes"])
    (provider,) = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/sorbro.yaml").read_text(encoding="utf-8"))[
        "providers"
    ]
    assert mounted["./grafana/dashboards"] == provider["options"]["path"]
    assert mounted["./grafana/provisioning"] == "/etc/grafana/provisioning"
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert Path(home).name in {path.name for path in BOARDS}
