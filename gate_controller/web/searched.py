"""What somebody looks for at a page, at a gate or over all of a house: how its text comes, and how it may be read."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.web.typing_scanner import ON_ANOTHER_KEYBOARD

LONGEST_SEARCH: Final = 100
Finds = Callable[[Request, str], Awaitable[Response]]
"""Answers what was found by a text."""


async def found_by_script(request: Request, find: Finds) -> Response:
    """Answer a search that a page's script asks: it is in the body, so that no log of addresses has a code."""
    try:
        asked = await request.json()
        text = asked["text"] if isinstance(asked, dict) else None
    except (ValueError, KeyError, RecursionError):
        text = None
    if not isinstance(text, str):
        return JSONResponse({"error": "text: is missing: give a code"}, 400)
    # JSON may hold half a character, and no answer can repeat it.
    return await find(request, text.encode(errors="replace").decode())


def readings(text: str) -> Sequence[str]:
    """Return how a text may be meant, as it was typed first; nothing where it is empty."""
    typed = text.strip()[:LONGEST_SEARCH]
    return [said for said in dict.fromkeys((typed, typed.translate(ON_ANOTHER_KEYBOARD))) if said]
