"""Finding a Java that Apache Kafka 4 can run on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_JAVA = 17  # Kafka 4's broker is compiled for it

NO_JAVA = (
    f"Java {OLDEST_JAVA} or later was not found in JAVA_HOME or on the PATH: "
    f"install it (Debian: apt install openjdk-{OLDEST_JAVA}-jre-headless)"
)


def find_java() -> Path | None:
    """Return the `java` in JAVA_HOME, else on the PATH; None when it is absent, broken or older than 17."""
    home = os.environ.get("JAVA_HOME")
    candidates = [f"{home}/bin/java" if home else None, shutil.which("java")]
    return next((Path(java) for java in candidates if java and _major_version(java) >= OLDEST_JAVA), None)


def _major_version(java: str) -> int:
    try:
        answer = subprocess.run(  # noqa: S603 - the operator's own Java
            [java, "-version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    # Java 8 calls itself 1.8, so it counts as 1 here: too old either way.
    match = re.search(r'version "(\d+)', answer.stderr)
    return int(match[1]) if match else 0
