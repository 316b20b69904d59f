"""The deploy files against the code they configure: variables, topics, rights, probes, and no secrets."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from contracts.topics import MESSAGES, PLANS, WORKER_INPUTS, Topic
from workers.app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
YAML = [path for path in FILES if path.suffix in {".yaml", ".yml"}]
SETTINGS = {f"SORBRO_{name.upper()}": field for name, field in Settings.model_fields.items()}
SECRETS = {name for name in SETTINGS if name.endswith("PASSWORD")}


def load(name):
    return [each for each in yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")) if each]


def test_secret_settings_are_recognised():
    assert {"SORBRO_CVR_PASSWORD", "SORBRO_KAFKA_SASL_PASSWORD"} == SECRETS


@pytest.mark.parametrize("path", YAML, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_yaml_parses(path):
    assert list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_every_variable_is_a_setting(path):
    named = set(re.findall(r"\bSORBRO_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert named <= set(SETTINGS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(DEPLOY)))
def test_no_literal_secrets(path):
    text = path.read_text(encoding="utf-8")
    assert "PRIVATE KEY" not in text
    assert re.search(r"://[^/\s:]+:[^/\s@]+@", text) is None, "a url with credentials"
    assert re.search(r"(?i)(password|secret|token|api_?key)[\"']?\s*=\s*\S", text) is None
    for document in yaml.safe_load_all(text) if path in YAML else ():
        for key, value in pairs(document):
            # `env` has name and value side by side; a mapping has the one under the other.
            assert not (isinstance(value, str) and re.search(r"(?i)password$|token$", str(key))), key
            assert not (isinstance(value, dict) and value.get("name") in SECRETS and "value" in value), key
    assert "kind: Secret" not in text


def pairs(node, key=None):
    if key is not None:
        yield key, node
    if isinstance(node, dict):
        for name, value in node.items():
            yield from pairs(value, name)
    elif isinstance(node, list):
        for item in node:
            yield from pairs(item, key)


# --- Kubernetes -------------------------------------------------------------------------------------------------------


def test_kustomization_lists_every_file():
    (kustomization,) = load("kubernetes/kustomization.yaml")
    others = {path.name for path in (DEPLOY / "kubernetes").iterdir()} - {"kustomization.yaml"}
    assert set(kustomization["resources"]) == others


def test_topics_are_the_catalogue():
    topics = {each["metadata"]["name"]: each for each in load("kubernetes/topics.yaml")}
    assert set(topics) == {topic.value for topic in PLANS}
    partitions = Settings.model_fields["partitions"].default
    for topic, plan in PLANS.items():
        written = topics[topic.value]
        assert (written["apiVersion"], written["kind"]) == ("kafka.strimzi.io/v1", "KafkaTopic")
        assert written["spec"]["partitions"] == (1 if plan.single_partition else partitions), topic
        assert written["spec"]["replicas"] == 3
        assert written["spec"]["config"] == dict(plan.config) | {"min.insync.replicas": "2"}, topic


def rights():
    (user,) = load("kubernetes/user.yaml")
    assert (user["apiVersion"], user["kind"]) == ("kafka.strimzi.io/v1", "KafkaUser")
    return {
        (acl["resource"]["type"], acl["resource"]["name"], acl["resource"]["patternType"]): set(acl["operations"])
        for acl in user["spec"]["authorization"]["acls"]
    }


def test_worker_may_do_what_it_does_and_no_more():
    given = rights()
    by_topic = {name: operations for (kind, name, _), operations in given.items() if kind == "topic"}
    assert set(by_topic) == {topic.value for topic in Topic}
    assert all("Describe" in operations for operations in by_topic.values())
    fed_from_outside = {Topic.ENTITY_CHANGES, Topic.SELF_REGISTRATIONS, Topic.NOTICES}
    for topic in {*WORKER_INPUTS, Topic.NOTICES, Topic.STATE, Topic.CVR_REQUESTS}:
        assert "Read" in by_topic[topic.value], topic
    for topic in {*MESSAGES, Topic.DEAD_LETTERS, Topic.STATE}:
        assert ("Write" in by_topic[topic.value]) == (topic not in fed_from_outside), topic
    assert set().union(*given.values()) == {"Read", "Write", "Describe"}


def test_rights_cover_the_group_and_the_transactional_ids():
    group = Settings.model_fields["group"].default
    assert rights()["group", group, "prefix"] == {"Read", "Describe"}
    assert rights()["transactionalId", f"{group}-", "prefix"] == {"Write", "Describe"}


def test_deployment_probes_replicas_and_grace():
    (deployment,) = load("kubernetes/deployment.yaml")
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["spec"]["replicas"] == 2
    assert pod["terminationGracePeriodSeconds"] >= 30
    assert container["args"] == ["run"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports["web"] == Settings.model_fields["web_port"].default == 6066
    assert container["startupProbe"]["httpGet"] == {"path": "/startupz", "port": "web"}
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "web"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "web"}
    assert {each["name"]: each.get("value") for each in container["env"]}["SORBRO_WEB_HOST"] == "0.0.0.0"  # noqa: S104


def test_mounted_secret_files_are_settings():
    (deployment,) = load("kubernetes/deployment.yaml")
    pod = deployment["spec"]["template"]["spec"]
    mounts = {each["name"]: each["mountPath"] for each in pod["containers"][0]["volumeMounts"]}
    assert mounts["secrets"] == "/run/secrets"
    (volume,) = [each for each in pod["volumes"] if each["name"] == "secrets"]
    files = {item["path"] for source in volume["projected"]["sources"] for item in source["secret"]["items"]}
    assert {name.upper() for name in files} <= set(SETTINGS)
    assert {name.upper() for name in files} >= SECRETS
    assert pod["automountServiceAccountToken"] is False, "its token would lie where the worker looks for settings"


def test_the_environment_of_the_deployment_makes_valid_settings():
    (deployment,) = load("kubernetes/deployment.yaml")
    env = deployment["spec"]["template"]["spec"]["containers"][0]["env"]
    values = {each["name"].removeprefix("SORBRO_").lower(): each["value"] for each in env}
    settings = Settings(**values)
    assert settings.connection().security_protocol == "SASL_SSL"


# --- compose and image ------------------------------------------------------------------------------------------------


def test_compose_runs_one_kraft_node_with_one_copy_of_everything():
    (compose,) = load("compose.yaml")
    kafka = compose["services"]["kafka"]
    environment = kafka["environment"]
    factors = {name: value for name, value in environment.items() if name.endswith(("_REPLICATION_FACTOR", "_MIN_ISR"))}
    assert {"KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR", "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR"} <= set(factors)
    assert set(factors.values()) == {"1"}
    assert environment["KAFKA_PROCESS_ROLES"] == "broker,controller"
    local = (ROOT / "adapters/broker/pom.xml").read_text(encoding="utf-8")
    version = re.search(r"<kafka\.version>(.+)</kafka\.version>", local)
    assert version is not None
    assert kafka["image"] == f"apache/kafka:{version[1]}", "the same Kafka as the local broker's"


def test_compose_worker_reaches_the_broker_and_prometheus_the_worker():
    (compose,) = load("compose.yaml")
    services = compose["services"]
    brokers = services["sorbro"]["environment"]["SORBRO_KAFKA_BOOTSTRAP_SERVERS"]
    assert f"INSIDE://{brokers}" in services["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].split(",")
    assert all(port.startswith("127.0.0.1:") for each in services.values() for port in each.get("ports", []))
    assert "./prometheus:/etc/prometheus:ro" in services["prometheus"]["volumes"]
    assert "command" not in services["prometheus"], "so its image looks for the name below"
    (prometheus,) = load("prometheus/prometheus.yml")
    (job,) = prometheus["scrape_configs"]
    assert job["metrics_path"] == "/metrics"
    assert job["dns_sd_configs"][0]["names"] == ["sorbro"]
    assert job["dns_sd_configs"][0]["port"] == 6066


def test_image_is_locked_and_not_root():
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "uv sync --locked --no-dev" in dockerfile
    assert re.search(r"^USER 10001:10001$", dockerfile, re.MULTILINE)
    assert re.search(r"^ARG ", dockerfile, re.MULTILINE) is None, "build arguments stay in the image's history"
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", dockerfile, re.MULTILINE)
    for source in " ".join(copied).split():
        assert (ROOT / source).exists(), source
        allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n")
        assert f"!{source}" in allowed, source
