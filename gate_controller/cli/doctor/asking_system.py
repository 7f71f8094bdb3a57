"""Programs of the system that tell something, each for a limited time; empty where they do not."""

import os
import subprocess

_SECONDS = 5.0


def said_by(*command: str, seconds: float = _SECONDS, is_failure_told: bool = False) -> str:
    """Return what a program prints, in English; empty where it is not there, fails (unless told) or takes too long."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 or is_failure_told else ""
