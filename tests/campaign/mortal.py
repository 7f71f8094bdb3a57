"""
A gate that dies at a given point: `python -m tests.campaign.mortal "after commit 2" run`.

The points are put around the steps from outside, so that the gate itself knows nothing of them.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gate_controller.cli import main
from gate_controller.devices.drive import Drive
from gate_controller.eguma.connection import EgumaConnection
from gate_controller.journal.store import Store

_seen: Counter[str] = Counter()


def mortal(point: str) -> Sequence[str | Path]:
    """Return the program that dies at a point such as "after commit 2"; it takes the gate's own arguments."""
    # Without the script's folder in front of the search path, as an installed program.
    return sys.executable, "-P", Path(__file__), point


def _reach(point: str) -> None:
    _seen[point] += 1
    if f"{point} {_seen[point]}" == _POINT:
        os.kill(os.getpid(), signal.SIGKILL)


def _around(step: Callable[..., Any], name: str) -> Callable[..., Any]:
    def dying(*args: Any, **kwargs: Any) -> Any:
        _reach(f"before {name}")
        result = step(*args, **kwargs)
        _reach(f"after {name}")
        return result

    return dying


def _around_async(step: Callable[..., Any], name: str) -> Callable[..., Any]:
    async def dying(*args: Any, **kwargs: Any) -> Any:
        _reach(f"before {name}")
        result = await step(*args, **kwargs)
        _reach(f"after {name}")
        return result

    return dying


if __name__ == "__main__":
    _POINT, *_ARGUMENTS = sys.argv[1:]
    Store.append = _around(Store.append, "commit")  # type: ignore[method-assign]  # from outside, on purpose
    EgumaConnection.exchange = _around_async(EgumaConnection.exchange, "request")  # type: ignore[method-assign]  # as above
    Drive.release = _around(Drive.release, "pulse")  # type: ignore[method-assign]  # as above
    sys.exit(main(_ARGUMENTS))
