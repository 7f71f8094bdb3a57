"""Templates become pages: Jinja2, with everything escaped, and what each page needs."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from gate_controller import __version__
from gate_controller.web import views
from gate_controller.web.audience import NAMES, language_of, theme_of
from gate_controller.web.people import Role
from gate_controller.web.resources import house_of

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"


@cache
def environment() -> jinja2.Environment:
    """Return what knows all templates; a name that a template lacks is an error, never an empty place."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def page(request: Request, name: str, status: int = 200, **known: Any) -> Response:
    """Return a page in its reader's language and colours. Rendered in a thread: it takes some milliseconds."""
    house, language = house_of(request), language_of(request)
    every = {
        "house": house,
        "person": getattr(request.state, "person", None),
        "roles": Role,
        "lang": language.value,
        "languages": [(each.value, NAMES[each]) for each in house.languages],
        "theme": theme_of(request),
        "t": views.says(language),
        "version": __version__,
    }
    return HTMLResponse(await run_in_threadpool(_rendered, name, {**every, **known}), status)


def _rendered(name: str, known: dict[str, Any]) -> str:
    return environment().get_template(name).render(known)
