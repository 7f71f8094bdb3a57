"""
A gate that dies at a given point: `MORTAL_POINT="after commit 2" python -m tests.campaign.mortal run`.

The points are put around the steps from outside, so that the gate itself knows nothing of them.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from gate_controller.app import App
from gate_controller.cli import main
from gate_controller.eguma.transport import Transport
from gate_controller.journal.store import Store

_POINT, _, _NUMBER = os.environ.get("MORTAL_POINT", "").rpartition(" ")
_seen: dict[str, int] = {}


def _die_if(point: str) -> None:
    _seen[point] = _seen.get(point, 0) + 1
    if point == _POINT and _seen[point] == int(_NUMBER):
        os.kill(os.getpid(), signal.SIGKILL)


def _around(step: Callable[..., Any], name: str) -> Callable[..., Any]:
    def dying(*args: Any, **kwargs: Any) -> Any:
        _die_if(f"before {name}")
        result = step(*args, **kwargs)
        _die_if(f"after {name}")
        return result

    return dying


def _around_async(step: Callable[..., Any], name: str) -> Callable[..., Any]:
    async def dying(*args: Any, **kwargs: Any) -> Any:
        _die_if(f"before {name}")
        result = await step(*args, **kwargs)
        _die_if(f"after {name}")
        return result

    return dying


if __name__ == "__main__":
    Store.append = _around(Store.append, "commit")  # type: ignore[method-assign]  # from outside, on purpose
    Transport.exchange = _around_async(Transport.exchange, "request")  # type: ignore[method-assign]  # as above
    App._pulse = _around(App._pulse, "pulse")  # type: ignore[method-assign]  # as above
    sys.exit(main())
