"""The API's order to let somebody in on a voucher from the desk: charged as by a scan, and opened once for each."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gate_controller.texts import Language
from gate_controller.web import views
from gate_controller.web.allowances import allowed
from gate_controller.web.asked import AdmitOrder
from gate_controller.web.audience import in_words_of
from gate_controller.web.operations import DONE_WITHIN_SECONDS, Operation, given_within, name_of
from gate_controller.web.people import Role
from gate_controller.web.resources import house_of, person_of


async def _admit(request: Request, asked: AdmitOrder) -> Response:
    language = Language(request.query_params.get("lang") or Language.EN.value)
    answer = await admitted(request, asked.model_dump(), language)
    said: dict[str, Any] = {"id": asked.id, "persons": asked.persons}
    if answer is None:
        happened = in_words_of(request, "under way: ask again with the same id")
        none: dict[str, Any] = {"outcome": None, "incident": "", "admitted": None, "attempts": []}
        return JSONResponse({**said, **none, "state": "pending", "happened": happened}, 202)
    return JSONResponse({**said, **answer, "state": "done", "happened": said_of(answer, language)})


async def admitted(
    request: Request, order: Mapping[str, Any], language: Language, *, seconds: float = DONE_WITHIN_SECONDS
) -> dict[str, Any] | None:
    """Order it, and return what became of it; None where that takes longer. Raises `ControlError`."""
    house, person = house_of(request), person_of(request)
    most = allowed(house.desk_rules, person, "admit", None)
    work = house.ask("admit", by=name_of(person), most_cents=most, language=language.value, **order)
    return await given_within(work, seconds)


def said_of(answer: dict[str, Any], language: Language) -> str:
    """Return what became of those who were to be let in, in words that staff can read out."""
    t = views.says(language)
    parts = [t("{n} of {persons} let in.").format(n=answer["admitted"], persons=answer["persons"])]
    if answer["outcome"] == "refused" and answer["admitted"] == len(answer["attempts"]):
        parts.append(t("Nobody else was served: the house is full, or the gate takes no scans."))
    elif answer["outcome"] != "done" and answer["attempts"]:
        parts.append(answer["attempts"][-1]["summary"].removesuffix(".") + ".")
    if answer["outcome"] == "unknown":
        parts.append(t("Do not repeat it before this is clear."))
    return " ".join((*parts, t("Incident {incident}.").format(incident=answer["incident"])))


OPERATIONS: Final = (
    Operation(
        "/actions/admit",
        _admit,
        Role.STAFF,
        "Let one person or several in on a voucher",
        "Admitted",
        more="Each is charged by the rules of a scan: the house sets the price, and a credit or a doubt of the voucher "
        "comes first. The gate opens once for each; the first who is not let in ends it. Who may, and up to which "
        "amount in all, is set in the section desk of the settings. `outcome` is `done` (all were let in), `refused` "
        "(somebody was not, and nothing of his was charged) or `unknown`.",
        body=AdmitOrder,
        refusals=(409, 503),
        may_pend=True,
    ),
)
"""What the API can be asked about admissions."""
