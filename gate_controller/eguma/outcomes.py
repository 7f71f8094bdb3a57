"""
What an exchange with E-GUMA means: the table from HTTP status to the errors of this package, and E-GUMA's
plain-text message made fit to be shown. Bytes come in, meaning goes out; nothing here talks to the network.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

from gate_controller.eguma.errors import EgumaError, KeyNotAccepted, NotSent, OutcomeUnknown, RefusedByApi

MAX_TEXT = 500
"""Characters of E-GUMA's text kept in an error: more than any display shows, and a log line stays a line."""

_BAD_REQUEST, _SERVER_ERROR = HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR
_BLANKS_AND_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# A page of a proxy or a machine's JSON is not a message to a person.
_MARKUP = ("<", "{")


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, whatever its status."""

    status: int
    body: bytes
    """Cut at the limit of its request, and without the API key should it echo that."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No complete answer came."""

    why: str
    """In words for the log, without URL or key."""
    surely_unsent: bool
    timed_out: bool = False


Outcome = Answered | Unanswered


def error_in(outcome: Outcome) -> EgumaError:
    """Return the error that an outcome other than a 200 amounts to."""
    match outcome:
        case Answered(status=HTTPStatus.UNAUTHORIZED, body=body):
            return KeyNotAccepted(_text(body))
        # A proxy's or server's doubt, not a refusal: the request may have gone on.
        case Answered(status=HTTPStatus.REQUEST_TIMEOUT, body=body):
            return OutcomeUnknown("E-GUMA answered 408", text=_text(body))
        case Answered(status=status, body=body) if _BAD_REQUEST <= status < _SERVER_ERROR:
            return RefusedByApi(status, _text(body))
        case Answered(status=status, body=body):
            return OutcomeUnknown(f"E-GUMA answered {status}", text=_text(body))
        case Unanswered(why=why, surely_unsent=True):
            return NotSent(why)
        case Unanswered(why=why):
            return OutcomeUnknown(f"no answer from E-GUMA ({why})")


def _text(body: bytes) -> str:
    # Cut first: some bytes are blanks, none is worth going through a megabyte for.
    text = body[: 16 * MAX_TEXT].decode("utf-8-sig", errors="replace")
    text = _BLANKS_AND_CONTROLS.sub(" ", text).strip()
    if text.startswith(_MARKUP):
        return ""
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
