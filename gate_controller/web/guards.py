"""Who gets through to an resource: sessions, tokens, roles; and what every request and answer must be like."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.web.people import Person, Role
from gate_controller.web.resources import Answers, Resource


class Guards:
    """The guards of one site."""

    def middleware(self) -> Sequence[Middleware]:
        """Return what every request goes through, the outermost first."""
        return ()

    def guarded(self, resource: Resource) -> Answers:
        """Return an resource's answer, for those who may ask."""

        async def answer(request: Request) -> Response:
            if resource.needs is not None:
                person = self.person(request)
                if person is None or person.role < resource.needs:
                    return JSONResponse({"error": "not for you"}, 403)
                request.state.person = person
            return await resource.answer(request)

        return answer

    def still_may(self, request: Request, person: Person) -> bool:
        """Whether somebody who follows the gate may still do so."""
        del request, person
        return True

    def person(self, request: Request) -> Person | None:
        """Return who is asking; None: a stranger."""
        del request
        return Person("", Role.VIEWER, "")
