"""Apache Kafka's jars from Maven, once, into a cache folder.

The cache is `$SORBRO_CACHE_DIR`, else `$XDG_CACHE_HOME/sorbro`, else `~/.cache/sorbro`; the jars are in its
folder `kafka-<version>`. That folder may be copied to a machine without Maven or network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from adapters.broker.errors import BrokerError

_POM = files("adapters.broker").joinpath("pom.xml").read_text(encoding="utf-8")
_MARKER = "complete"  # holds the digest of the pom, so that changed dependencies are fetched again
_DIGEST = hashlib.sha256(_POM.encode()).hexdigest()
_TIME_OUT = 600.0  # seconds; 45 MB from the network, and perhaps a slow mirror
_LINES_SHOWN = 15

KAFKA_VERSION = re.findall("<kafka.version>(.+)</kafka.version>", _POM)[0]


def default_cache_dir() -> Path:
    """Return the folder for everything Sorbro may download again."""
    if chosen := os.environ.get("SORBRO_CACHE_DIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sorbro"


def find_maven() -> Path | None:
    """Return the `mvn` on the PATH, if any."""
    found = shutil.which("mvn")
    return Path(found) if found else None


def cached_jars(cache_dir: Path | None = None) -> Path | None:
    """Return the folder with the jars when they are all there, else None. Touches no network."""
    jars = (cache_dir or default_cache_dir()) / f"kafka-{KAFKA_VERSION}"
    marker = jars / _MARKER
    return jars if marker.is_file() and marker.read_text(encoding="ascii") == _DIGEST else None


def kafka_jars(cache_dir: Path | None = None, maven: Path | None = None) -> Path:
    """Return the folder with the jars, downloaded only when they are not cached.

    `maven` is the `mvn` to download with, by default the one on the PATH. Safe when several processes ask at
    once: one downloads, the others wait for it. Raises `BrokerError` when Maven is missing or fails.
    """
    cache_dir = cache_dir or default_cache_dir()
    if jars := cached_jars(cache_dir):
        return jars
    maven = maven or find_maven()
    if maven is None:
        raise BrokerError(
            f"Maven (mvn) was not found and {cache_dir} holds no Kafka jars: install it (Debian: apt install "
            f"maven), or copy the folder kafka-{KAFKA_VERSION} there from a machine that has it"
        )
    cache_dir.mkdir(parents=True, exist_ok=True)
    # The lock also keeps two Mavens off one local repository, which Maven 3 does not promise to survive.
    with _lock(cache_dir / "kafka.lock"):
        return cached_jars(cache_dir) or _download(cache_dir, maven)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield  # closing the file, or dying, releases it


def _download(cache_dir: Path, maven: Path) -> Path:
    jars = cache_dir / f"kafka-{KAFKA_VERSION}"
    with tempfile.TemporaryDirectory(prefix="kafka-download-", dir=cache_dir) as workplace:
        pom, arriving = Path(workplace, "pom.xml"), Path(workplace, "jars")
        pom.write_text(_POM, encoding="utf-8")
        _copy_dependencies(maven, pom, arriving)
        (arriving / _MARKER).write_text(_DIGEST, encoding="ascii")
        if jars.exists():  # of an older pom, or broken
            shutil.rmtree(jars)
        arriving.rename(jars)  # so that whoever finds the folder finds all of it
    return jars


def _copy_dependencies(maven: Path, pom: Path, target: Path) -> None:
    try:
        subprocess.run(  # noqa: S603 - the operator's own Maven
            [
                *(str(maven), "--quiet", "--batch-mode", "--file", str(pom)),
                *("dependency:copy-dependencies", f"-DoutputDirectory={target}", "-DincludeScope=runtime"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_TIME_OUT,
            check=True,
        )
    except OSError as error:
        raise BrokerError(f"Maven could not be run: {error}") from error
    except subprocess.CalledProcessError as error:
        said = "\n".join(error.output.splitlines()[-_LINES_SHOWN:])
        raise BrokerError(
            f"Maven could not fetch Apache Kafka {KAFKA_VERSION} (is the network, or the mirror in "
            f"~/.m2/settings.xml, within reach?). It said:\n{said}"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BrokerError(f"Maven did not finish fetching Apache Kafka within {_TIME_OUT:.0f} seconds") from error
