"""promtool, which checks Prometheus' configuration: the one on the PATH, or one built once from Go's module proxy.

Nobody packages it alone: Debian has it inside `prometheus`, and the proxy has its source, pinned here and held against
Go's checksum database. Building takes some minutes, the first time only; it is kept in Sorbro's cache.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

from adapters.broker.maven import default_cache_dir

VERSION = "3.13.0"
"""Of Prometheus, as in deploy/compose.yaml. The module counts it as 0.313.0."""
_MODULE = "github.com/prometheus/prometheus@v0.313.0"
_TAGS = "remove_all_sd,enable_dns_sd"
"""Without what finds targets in a dozen clouds, whose libraries are most of it."""
_BUILD_SECONDS = 1500
_LINES_SHOWN = 8


class PromtoolError(Exception):
    """promtool cannot be had; the message says why and what to do."""


def promtool() -> Path:
    """Return the program. Raises `PromtoolError`."""
    kept = default_cache_dir() / f"promtool-{VERSION}"
    if kept.is_file():
        return kept
    if found := shutil.which("promtool"):
        return Path(found)
    go = shutil.which("go")
    if go is None:
        raise PromtoolError(
            "promtool was not found, nor Go to build it with: install Go, or Debian's package prometheus, which has it"
        )
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_name(f"{kept.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_file():
            _build(go, kept)
    return kept


def _build(go: str, target: Path) -> None:
    source = json.loads(_run([go, "mod", "download", "-json", _MODULE]).stdout)["Dir"]
    arriving = target.with_name(f"{target.name}.arriving")
    stripped = ["-tags", _TAGS, "-trimpath", "-ldflags", "-s -w"]
    _run([go, "build", "-C", source, *stripped, "-o", str(arriving), "./cmd/promtool"])
    arriving.rename(target)  # so that whoever finds it finds all of it


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    # The module's workspace file names parts that its published source does not have.
    environment = os.environ | {"GOWORK": "off", "CGO_ENABLED": "0"}
    try:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, check=True, timeout=_BUILD_SECONDS
        )
    except subprocess.CalledProcessError as error:
        said = "\n".join(error.stderr.splitlines()[-_LINES_SHOWN:])
        raise PromtoolError(
            f"promtool was not found, and Go could not build it (is its module proxy within reach?). It said:\n{said}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise PromtoolError(f"Go did not finish building promtool within {_BUILD_SECONDS} seconds") from error
