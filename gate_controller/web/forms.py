"""What a form of a page sends by itself, where there is no script to send it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 20


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, each once; none where it was sent in another way."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return {}
    body = (await request.body()).decode(errors="replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}
