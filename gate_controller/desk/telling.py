"""Attempts as plain values, ready for JSON: masked unless wanted whole, and in words where a language is named."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gate_controller.admission.gate.orders import possible
from gate_controller.admission.words.errand_facts import ErrandDone, ErrandNotDone, ErrandRefused
from gate_controller.admission.words.facts import Fact, Standing
from gate_controller.admission.words.money import Currency
from gate_controller.desk.control_socket import AskedWrongly
from gate_controller.journal.records import Record, facts_as_dicts, moment

if TYPE_CHECKING:
    from gate_controller.texts.story import Story


def told(record: Record, request: dict[str, Any], currency: Currency) -> dict[str, Any]:
    """
    Return an attempt: its fields, and what can be done about it now (`can`: orders of the desk, by name).

    With `language` (de, fr, it, en) also `summary`, one line, and of an open item `happened`, a sentence. Of an errand
    also its `outcome`, and E-GUMA's words about it (`text`).
    """
    plain = (record if request.get("full") else record.masked()).as_dict()
    plain["can"] = list(possible(record.facts))
    if record.errand:
        plain |= errand_end(record.facts)
    if (story := _story(record, request, currency)) is not None:
        plain["summary"] = story.summary()
        if record.standing == Standing.OPEN.value:
            plain["happened"] = story.happened()
    return plain


def told_whole(record: Record, request: dict[str, Any], currency: Currency) -> dict[str, Any]:
    """Return an attempt with its facts; with `language` also its `story`: sentences, each with its time."""
    plain = told(record, request, currency)
    if (story := _story(record, request, currency)) is not None:
        plain["story"] = [{"at": moment(one.at), "clock": one.clock, "text": one.text} for one in story.sentences()]
    return {**plain, "facts": facts_as_dicts(record.facts, full=bool(request.get("full")))}


def errand_end(facts: Sequence[Fact]) -> dict[str, Any]:
    """Return how an errand has ended so far, by what is on disk, and E-GUMA's words where it gave any."""
    if any(isinstance(fact, ErrandDone) for fact in facts):
        return {"outcome": "done", "text": ""}
    last = facts[-1]
    if isinstance(last, ErrandRefused | ErrandNotDone):
        return {"outcome": "refused", "text": last.text}
    return {"outcome": "unknown", "text": ""}


def _story(record: Record, request: dict[str, Any], currency: Currency) -> "Story | None":
    if not request.get("language"):
        return None
    # ruff: noqa: PLC0415 - a gate that starts has nothing to tell yet
    from gate_controller.texts.languages import Language
    from gate_controller.texts.story import Story

    try:
        return Story(record.facts, Language(request["language"]), currency)
    except ValueError:
        raise AskedWrongly(f"language: {request['language']!r} is none: take de, fr, it or en") from None
