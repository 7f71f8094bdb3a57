"""Who reads a page: in which language, in light or dark."""

from starlette.requests import Request

from gate_controller.texts import Language
from gate_controller.texts.sayings import saying
from gate_controller.web.subject import subject_of

NAMES = {Language.DE: "Deutsch", Language.FR: "Français", Language.IT: "Italiano", Language.EN: "English"}


def language_of(request: Request) -> Language:
    """Return the language of a page: as asked, as chosen before, as the browser prefers, else the house's first."""
    known = {language.value: language for language in subject_of(request).languages}
    preferred = [
        part.partition(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")
    ]
    asked = (request.query_params.get("lang", ""), request.cookies.get("lang", ""), *preferred)
    return next((known[code] for code in asked if code in known), subject_of(request).languages[0])


def in_words_of(request: Request, english: str) -> str:
    """Return what the gate says as who asks reads it: a page names its language, a program gets its own words."""
    return saying(english, language_of(request)) if "lang" in request.query_params else english


def theme_of(request: Request) -> str:
    """Return `light` or `dark` where the reader has chosen; empty: as the device is set."""
    theme = request.cookies.get("theme", "")
    return theme if theme in {"light", "dark"} else ""
