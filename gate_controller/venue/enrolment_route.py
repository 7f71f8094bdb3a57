"""What gates ask of the venue before they have an account: open to strangers, slowed down for whoever guesses."""

from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.shell.joining import JoinUnreadable, unpack_request
from gate_controller.venue.enrolment import Enrolment, NotEnrolled
from gate_controller.venue.event_store import StoreGone
from gate_controller.web.askers import address_of
from gate_controller.web.resources import Answers
from gate_controller.web.throttle import Throttle

_NO_STORE: Final = {"Cache-Control": "no-store"}


def joining_answer(enrolment: Enrolment, throttle: Throttle) -> Answers:
    """Return what answers a gate that wants to join."""

    async def answer(request: Request) -> Response:
        """Let a gate join the house by its one-time code; request and answer are `gate-controller join`'s own."""
        body = await request.body()
        address = address_of(request)
        try:
            name = unpack_request(body).request.code
        except JoinUnreadable as error:
            return _refused(400, f"{error}: gate-controller join sends one that is")
        if wait := throttle.attempt(name, address):
            return _refused(429, f"too many tries: try again in {wait:.0f} s", {"Retry-After": f"{wait:.0f}"})
        try:
            told = await enrolment.answer(body)
        except NotEnrolled as error:
            return _refused(403, str(error))
        except StoreGone:
            throttle.not_tried(name, address)
            return _refused(503, "the venue's store is not reached: try again in a minute")
        throttle.succeeded(name, address)
        return Response(told, media_type="application/json", headers=_NO_STORE)

    return answer


def _refused(status: int, why: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": why}, status, headers={**_NO_STORE, **(headers or {})})
