"""
What E-GUMA says of one thing, as a command tells it: lines for people, or one JSON object that ends with an `outcome`.

Rules: done is 0; a no of E-GUMA's is 1, with its words on stderr; no answer is 3, as `voucher balance` has it. Nobody's
words reach the terminal as they are.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from gate_controller.admission.words.calls import CallFailed, CallFault
from gate_controller.cli.exits import CommandError, ExitCode, complain, on_one_line
from gate_controller.cli.json_output import in_json

if TYPE_CHECKING:
    from gate_controller.admission.words.codes import Code
    from gate_controller.eguma.api import Api, Ask
    from gate_controller.settings import Settings

# ruff: noqa: PLC0415 - the HTTP client is brought in after the faults that need none

_T = TypeVar("_T")


class EnquiryOutcome(StrEnum):
    """How a command's order or question ended, for programs."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EgumaReport:
    """What a command tells: `lines` for people, `fields` for programs, and E-GUMA's no, where it is one."""

    lines: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    refusal: str | None = None


class Unanswered(Exception):
    """E-GUMA refused a question, or gave no answer to it."""

    def __init__(self, name: str, failed: CallFailed) -> None:
        super().__init__(name)
        self.name = name
        self.failed = failed


class Enquirer:
    """Asks E-GUMA one thing after the other, all of them in the time that a visitor at the gate would wait."""

    def __init__(self, settings: "Settings", api: "Api") -> None:
        self.settings = settings
        self._api = api
        self._deadline = time.monotonic() + settings.admission.verdict_seconds

    async def answer(self, ask: "Ask[_T]") -> _T:
        """Return the answer; raise `Unanswered` where there is none."""
        outcome = await self._api.ask(ask, self._deadline)
        if isinstance(outcome, CallFailed):
            raise Unanswered(ask.name, outcome)
        return outcome

    def amount(self, cents: int | None) -> str:
        """Return an amount as people read it."""
        from gate_controller.admission.words.money import Cents
        from gate_controller.texts.amounts import format_amount
        from gate_controller.texts.languages import Language

        if cents is None:
            return "not told"
        return format_amount(Cents(cents), self.settings.admission.currency, Language.EN).replace("\u00a0", " ")


Enquiry = Callable[[Enquirer], Awaitable[EgumaReport]]


def tell(settings: "Settings", enquiry: Enquiry, *, as_json: bool, besides: Callable[[], None] = lambda: None) -> int:
    """
    Carry out an enquiry, print what it tells, and return the exit code.

    `besides` is done then; where it raises `CommandError`, the one JSON object tells that beside the answer.
    """
    try:
        report = asyncio.run(_carried_out(settings, enquiry))
    except Unanswered as unanswered:
        return _tell_unanswered(settings, unanswered, as_json=as_json)
    outcome = EnquiryOutcome.DONE if report.refusal is None else EnquiryOutcome.REFUSED
    if not as_json:
        print("\n".join(f"{name:<16}{on_one_line(value) or 'none'}" for name, value in report.lines.items()))
    try:
        besides()
    except CommandError as error:
        raise CommandError(error.code, *error.lines, fields=report.fields) from None
    if as_json:
        print(in_json({**report.fields, "outcome": outcome}))
    if report.refusal is None:
        return ExitCode.OK
    complain(f"E-GUMA refused ({report.refusal or 'without a word'})")
    return ExitCode.NO


async def _carried_out(settings: "Settings", enquiry: Enquiry) -> EgumaReport:
    from gate_controller.eguma.api import Api

    api = Api(settings.eguma.base_url, settings.eguma.api_key.get_secret_value())
    try:
        return await enquiry(Enquirer(settings, api))
    finally:
        await api.aclose()


def _tell_unanswered(settings: "Settings", unanswered: Unanswered, *, as_json: bool) -> int:
    failed = unanswered.failed
    is_refused = failed.fault is CallFault.REFUSED
    if as_json:
        outcome = EnquiryOutcome.REFUSED if is_refused else EnquiryOutcome.UNKNOWN
        print(in_json({"message": failed.text, "outcome": outcome}))
    why = f"E-GUMA refused ({failed.text})" if is_refused else failed.text
    complain(f"no {unanswered.name} from {settings.eguma.base_url}: {why}")
    return ExitCode.NO if is_refused else ExitCode.EGUMA


def read_voucher_code(text: str, what: str, *, short_codes: bool) -> "Code":
    """Return the code that a person typed; raise `CommandError` where it is none. `what` may be given instead."""
    from gate_controller.admission.words.codes import NotAVoucher, is_short_code
    from gate_controller.desk.typed_codes import read_typed

    read = read_typed(text)
    if not isinstance(read, NotAVoucher) and is_short_code(read) and not short_codes:
        read = NotAVoucher("a ShortCode")
    if isinstance(read, NotAVoucher):
        raise CommandError(ExitCode.SETTINGS, f"this is no voucher code ({read.why}): argument CODE: give {what}")
    return read
