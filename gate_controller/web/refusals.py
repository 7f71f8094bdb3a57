"""What whoever is refused gets: a page for people, JSON for programs; never where in the program something failed."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gate_controller.web.audience import language_of
from gate_controller.web.subject import Subject
from gate_controller.web.templating import page
from gate_controller.web.views import says

LOGIN_PATH: Final = "/login"

_CONTENT: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"

WITH_CAMERA: Final[Mapping[str, str]] = {
    # WebAssembly is compiled, and no text becomes code: 'unsafe-eval' stays forbidden.
    "content-security-policy": _CONTENT.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'"),
    "permissions-policy": _PERMISSIONS.replace("camera=()", "camera=(self)"),
}
"""What the one page has in place of the others' headers that may look through the device's camera."""

_HEADERS: Final[Mapping[bytes, bytes]] = {
    b"content-security-policy": _CONTENT.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": _PERMISSIONS.encode(),
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
}
_FOR_PEOPLE: Final[Mapping[int, str]] = {
    403: "You may not do that.",
    404: "That is not here.",
    500: "The page has failed. The gate goes on.",
}
"""What a person is told by status, in a language of the house; a program gets the words."""

_TLS_HEADERS: Final[Mapping[bytes, bytes]] = {b"strict-transport-security": b"max-age=31536000"}


class StrictAnswers:
    """Gives every answer the headers that tell a browser what it may not do with it."""

    def __init__(self, app: ASGIApp, is_tls: bool) -> None:
        self._app = app
        self._headers = {**_HEADERS, **(_TLS_HEADERS if is_tls else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def strictly(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower(): value for name, value in message.get("headers", ())}
                # A static file is no secret, but it may be another tomorrow.
                caching = b"no-cache" if scope["path"].startswith("/static/") else b"no-store"
                ours = {b"cache-control": caching, **self._headers}
                lacking = [(name, value) for name, value in ours.items() if name not in given]
                message = {**message, "headers": [*message.get("headers", ()), *lacking]}
            await send(message)

        await self._app(scope, receive, strictly if scope["type"] == "http" else send)


async def refused(request: Request, status: int, words: str, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return why a request is refused, for whoever has sent it."""
    if wants_page(request):
        said = _FOR_PEOPLE.get(status)
        words = says(language_of(request))(said) if said is not None else words
        answer = await page(request, "none.html", status, words=words)
        answer.headers.update(headers or {})
        return answer
    return JSONResponse({"error": words}, status, headers=headers)


def not_yet(subject: Subject) -> Response:
    """Return what everybody elsewhere gets while there are no users: one line."""
    return PlainTextResponse(f"{subject.how_to_begin}\n", 403)


def to_login(request: Request) -> Response:
    """Send a person to where he can say who he is, and back afterwards."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    where = LOGIN_PATH if asked == "/" else f"{LOGIN_PATH}?next={quote(asked, safe='/')}"
    return RedirectResponse(where, 303)


def wants_page(request: Request) -> bool:
    """Return whether a person has asked, with a browser."""
    is_for_programs = request.url.path.startswith("/api/")
    return not is_for_programs and "text/html" in request.headers.get("accept", "")


async def http_refusal(request: Request, error: Exception) -> Response:
    """Return what starlette itself refuses, in our form."""
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return await refused(request, error.status_code, phrase, headers=error.headers)
