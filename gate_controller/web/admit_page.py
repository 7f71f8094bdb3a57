"""
The desk's form to let somebody in, where the browser has no script to send it.

Rules: more than one are asked about once more before anybody is charged; it acts once by the form's id, and says what
really happened. A page's script orders by the API (`admission_api.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gate_controller.admission.gate.party import MOST_PERSONS
from gate_controller.admission.words.codes import NotAVoucher, mask
from gate_controller.desk.control_socket import AskedWrongly, ControlError
from gate_controller.desk.typed_codes import read_typed
from gate_controller.texts.sayings import saying
from gate_controller.web import views
from gate_controller.web.admission_api import admitted, said_of
from gate_controller.web.admit_form import cost_of
from gate_controller.web.audience import language_of
from gate_controller.web.desk_page import desk_shown, mistake_in
from gate_controller.web.errand_api import note_question
from gate_controller.web.forms import form_of
from gate_controller.web.operations import code_of
from gate_controller.web.people import Role
from gate_controller.web.resources import Resource, house_of

WAITS_SECONDS: Final = 5.0
"""How long a form waits to be told what became of it: as long as a visitor, for it does not ask again by itself."""


@dataclass(frozen=True, slots=True)
class AdmitTold:
    """What is asked before an order is given, or what became of it."""

    state: str
    """`asked`: whether it is meant; `pending`; `done`: all are in; `not_done`: not all."""
    id: str
    code: str
    """Whole: to be sent again, not to be shown."""
    shown: str
    persons: str
    said: str
    incident: str = ""


async def _admit(request: Request) -> Response:
    fields, language = await form_of(request), language_of(request)
    code = read_typed(fields.get("code", ""))
    if isinstance(code, NotAVoucher):
        return await desk_shown(request, mistake=mistake_in(fields.get("code", ""), views.says(language)), status=400)
    try:
        told, status = await _told(request, str(code), fields), 200
    except ControlError as error:
        told, status = _say("not_done", str(code), fields, saying(str(error), language)), code_of(error)
    return await desk_shown(request, admitting=told, status=status)


async def _told(request: Request, code: str, fields: Mapping[str, str]) -> AdmitTold:
    """Ask whether it is meant, or give the order, and return what became of it. Raises `ControlError`."""
    house, language = house_of(request), language_of(request)
    persons = _persons_in(fields)
    if persons > 1 and not fields.get("sure"):
        return _say("asked", code, fields, cost_of(house, persons, language))
    note_question(request, code, what=f"admitted from the desk: {persons}")
    order = {"id": fields.get("id", ""), "code": code, "persons": persons}
    answer = await admitted(request, order, language, seconds=WAITS_SECONDS)
    if answer is None:
        return _say("pending", code, fields, saying("under way: ask again with the same id", language))
    state = "done" if answer["outcome"] == "done" else "not_done"
    return _say(state, code, fields, said_of(answer, language), answer["incident"])


def _persons_in(fields: Mapping[str, str]) -> int:
    typed = fields.get("persons", "").strip()
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed[:3]) <= MOST_PERSONS:
        raise AskedWrongly(f"persons: say how many, from 1 to {MOST_PERSONS}")
    return int(typed)


def _say(state: str, code: str, fields: Mapping[str, str], said: str, incident: str = "") -> AdmitTold:
    name, persons = fields.get("id", ""), fields.get("persons", "").strip()
    return AdmitTold(state, name, code, mask(code), persons, said, incident)


ADMIT_PAGE: Final = Resource("/desk/admit", _admit, Role.STAFF, method="POST", is_page=True, is_noted=False)
