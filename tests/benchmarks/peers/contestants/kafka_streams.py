"""Kafka Streams' program: built by Maven when its sources have changed, and the command that starts it."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Final

from adapters.broker.java import find_java
from adapters.broker.maven import default_cache_dir, find_maven
from contracts.topics import Topic

_SOURCES: Final = Path(__file__).with_name("streams")
_BUILD_SECONDS: Final = 600.0


class NotBuiltError(RuntimeError):
    """The program cannot be had here; says why."""


def command(servers: str, group: str, folder: Path) -> list[str]:
    """How to start it. Raises `NotBuiltError`."""
    java = find_java()
    if java is None:
        raise NotBuiltError("no Java")
    jars = f"{_jars()}/*"
    topics = (Topic.ENTITY_CHANGES.value, Topic.REGISTRATIONS.value)
    return [str(java), "-Xmx1g", "-XX:-UsePerfData", "-cp", jars, "bench.Main", servers, group, str(folder), *topics]


def _jars() -> Path:
    """The folder with the program and what it needs."""
    sources = sorted(path for path in _SOURCES.rglob("*") if path.suffix in {".java", ".xml"})
    digest = sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    built = default_cache_dir() / f"bench-streams-{digest}"
    if not built.is_dir():
        _build(built)
    return built


def _build(target: Path) -> None:
    maven = find_maven()
    if maven is None:
        raise NotBuiltError("no Maven")
    with TemporaryDirectory(dir=target.parent) as name:
        workplace = copytree(_SOURCES, Path(name, "streams"))
        try:
            subprocess.run(
                [str(maven), "--quiet", "--batch-mode", "package"],
                cwd=workplace,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_BUILD_SECONDS,
                check=True,
            )
        except subprocess.SubprocessError as error:
            raise NotBuiltError(f"Maven did not build it: {getattr(error, 'stdout', None) or error}") from error
        (workplace / "target").rename(target)
