"""Templates become pages: Jinja2, with everything escaped, and what each page needs."""

from collections.abc import Mapping, Sequence
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
from gate_controller.web.subject import subject_of

HERE: Final = Path(__file__).parent
STATIC: Final = HERE / "static"
TEMPLATES: Final[tuple[Path, ...]] = (HERE / "templates",)


@cache
def environment(folders: Sequence[Path] = TEMPLATES) -> jinja2.Environment:
    """Return what knows all templates; a name that a template lacks is an error, never an empty place."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


async def page(request: Request, name: str, status: int = 200, **known: Any) -> Response:
    """Return a page in its reader's language and colours. Rendered in a thread: it takes some milliseconds."""
    subject, language = subject_of(request), language_of(request)
    every = {
        "house": subject,
        "person": getattr(request.state, "person", None),
        "roles": Role,
        "lang": language.value,
        "languages": [(each.value, NAMES[each]) for each in subject.languages],
        "theme": theme_of(request),
        "t": views.says(language),
        "version": __version__,
    }
    rendered = await run_in_threadpool(_rendered, tuple(subject.templates), name, {**every, **known})
    return HTMLResponse(rendered, status)


def _rendered(folders: tuple[Path, ...], name: str, known: Mapping[str, Any]) -> str:
    return environment(folders).get_template(name).render(known)
