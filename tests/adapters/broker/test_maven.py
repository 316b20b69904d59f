"""Kafka's jars are fetched once, whole, and never twice at the same time; a stand-in script plays Maven."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.broker.errors import BrokerError
from adapters.broker.maven import KAFKA_VERSION, cached_jars, default_cache_dir, kafka_jars


def maven_that(does: str, folder: Path) -> Path:
    script = folder / "mvn"
    script.write_text(
        f"#!/bin/sh\necho called >> {folder}/calls\n"
        f'for word; do case "$word" in -DoutputDirectory=*) target="${{word#*=}}";; esac; done\n{does}\n'
    )
    script.chmod(0o755)
    return script


def calls(folder: Path) -> int:
    return len((folder / "calls").read_text().splitlines())


DOWNLOADS = 'sleep 0.2; mkdir -p "$target" && echo kafka > "$target/kafka.jar"'


def test_many_at_once_download_once(tmp_path):
    maven, cache = maven_that(DOWNLOADS, tmp_path), tmp_path / "cache"
    assert cached_jars(cache) is None
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: kafka_jars(cache, maven), range(4)))
    assert found == {cache / f"kafka-{KAFKA_VERSION}"} == {cached_jars(cache)}
    assert (found.pop() / "kafka.jar").read_text() == "kafka\n"
    assert calls(tmp_path) == 1
    assert kafka_jars(cache, Path("/nonexistent/mvn")) == cached_jars(cache)


def test_a_folder_without_the_mark_of_completeness_is_replaced(tmp_path):
    half = tmp_path / "cache" / f"kafka-{KAFKA_VERSION}"
    half.mkdir(parents=True)
    (half / "half.jar").touch()
    jars = kafka_jars(tmp_path / "cache", maven_that(DOWNLOADS, tmp_path))
    assert jars == half
    assert not (jars / "half.jar").exists()


def test_a_failing_maven_is_quoted_and_leaves_nothing(tmp_path):
    maven, cache = maven_that("echo '[ERROR] Unknown host'; exit 1", tmp_path), tmp_path / "cache"
    with pytest.raises(BrokerError, match=r"(?s)settings.xml.*Unknown host"):
        kafka_jars(cache, maven)
    assert cached_jars(cache) is None
    assert [path.name for path in cache.iterdir()] == ["kafka.lock"]


def test_a_missing_maven_is_an_error_that_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrokerError, match="apt install maven"):
        kafka_jars(tmp_path)
    with pytest.raises(BrokerError, match="could not be run"):
        kafka_jars(tmp_path, tmp_path / "mvn")


def test_the_cache_is_where_the_environment_says(tmp_path, monkeypatch):
    monkeypatch.setenv("SORBRO_CACHE_DIR", str(tmp_path))
    assert default_cache_dir() == tmp_path
    monkeypatch.delenv("SORBRO_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "sorbro"
