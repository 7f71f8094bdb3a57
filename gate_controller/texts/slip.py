"""
What is printed besides receipts: how a voucher stands, for its visitor, and a day's closing, for the office.

Rules: a balance is E-GUMA's word of the moment that stands on the paper, and its code is masked: whoever finds the
paper finds no money. A closing is printed as it was written, and nothing is added up anew.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from gate_controller.admission.words.codes import mask
from gate_controller.admission.words.messages import Message, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts.amounts import format_amount
from gate_controller.texts.day_phrases import DIFFERENCE_WORDS, ENTRY_WORDS, FREE_WORDS, HELD
from gate_controller.texts.languages import Language
from gate_controller.texts.phrases import phrase
from gate_controller.texts.receipt_template import TemplateLine
from gate_controller.texts.receipt_wording import RECEIPTS, Receipted
from gate_controller.texts.rendering import Texts

BALANCE_SLIP: Final = """\
[logo]
[large][centre]{title}

{gate_label}|{gate}
{time_label}|{time}
{voucher_label}|{voucher}
[bold]{name}
{valid_label}|{valid_until}
[rule]
[bold]{refused}
{message}
[bold]{title}|{balance}
{total_label}|{total}
[centre]{outcome}
"""
"""The template of a balance; its fields are those of `balance_fields`."""

BALANCE_FIELDS: Final = (
    *("title", "gate_label", "gate", "time_label", "time", "voucher_label", "voucher", "name", "valid_label"),
    *("valid_until", "refused", "message", "balance", "total_label", "total", "outcome"),
)

NO_MONEY: Final = frozenset({"refused", "opened_by_staff", "admitted_on_ticket", "let_out_on_ticket"})
"""Lines of a closing that are counted, and move nothing."""

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def balance_fields(
    told: Mapping[str, Any], *, language: Language, currency: Currency, gate: str, at: float
) -> Mapping[str, str]:
    """Return what a template may name of a voucher, from what E-GUMA said of it at a moment (wall clock)."""
    words = RECEIPTS[language]
    is_refused = told.get("redeemable") is False
    until, said = told.get("valid_until"), told.get("currency")
    in_currency = Currency(said) if said in set(Currency) else currency

    def amount(name: str) -> str:
        cents = told.get(name)
        return "" if cents is None else format_amount(Cents(cents), in_currency, language)

    return {
        "title": phrase("Balance", language),
        "gate_label": words.gate,
        "gate": gate,
        "time_label": words.time,
        "time": _clock(at),
        "voucher_label": words.voucher,
        "voucher": mask(str(told.get("voucher_code") or "")),
        "name": str(told.get("name") or ""),
        "valid_label": phrase("Valid until", language),
        "valid_until": datetime.fromisoformat(until).astimezone().strftime("%d.%m.%Y") if until else "",
        # With a voucher that can be redeemed, E-GUMA's message is a note for staff.
        "refused": phrase("Cannot be redeemed", language) if is_refused else "",
        "message": str(told.get("message") or "") if is_refused else "",
        "balance": amount("balance_cents"),
        "total_label": phrase("Original value", language),
        "total": amount("total_cents"),
        "outcome": words.outcomes[Receipted.NOT_CHARGED],
    }


def closing_lines(told: Mapping[str, Any], *, language: Language, gate: str) -> Iterator[tuple[TemplateLine, str]]:
    """Yield the lines of a closing that was written, each with its text."""

    def t(english: str, **fields: object) -> str:
        return phrase(english, language).format(**fields)

    currency = Currency(told["currency"])

    def amount(cents: int) -> str:
        return format_amount(Cents(cents), currency, language)

    yield _line(t("Day’s closing"), "large", "centre")
    yield _line(day_words(told["date"], language), "bold", "centre")
    yield _line(gate, "centre")
    yield _line("")
    for entry in told["entries"]:
        what = entry_words(entry["entry"], entry["reason"], language, currency)
        if entry["entry"] in NO_MONEY and (entry["times"] or entry["entry"] == "opened_by_staff"):
            yield _line(f"{what}|{entry['times']}")
        elif entry["times"]:
            yield _line(f"{entry['times']} {what}|{amount(entry['amount_cents'])}")
    yield _line("", "rule")
    yield _line(f"{t('Charged, less what was given back')}|{amount(told['revenue_cents'])}", "bold")
    if told["late"]:
        yield _line(
            t("{n} of it are of earlier days, and were recorded only when those had been closed.", n=told["late"])
        )
    if told["lacks_charges"]:
        yield _line(t("Charges of this day may be missing: a part of the journal was lost, or archived before."))
    yield _line("", "rule")
    yield from (_line(text) for text in _beside_list(told["eguma"], language, amount, t))
    yield _line("", "rule")
    closed = datetime.fromisoformat(told["closed_at"]).timestamp()
    yield _line(t("Closed by {name}, {time}", name=told["closed_by"], time=_clock(closed)))


def _beside_list(eguma: Mapping[str, Any], language: Language, amount: Any, t: Any) -> Iterator[str]:
    if not eguma["is_compared"]:
        yield t("Not compared with E-GUMA’s list.")
        return
    yield t("E-GUMA’s list")
    yield f"{t('Redemptions: {n}', n=eguma['listed'])}|{amount(eguma['listed_cents'])}"
    yield t("Differences: {n}", n=eguma["differences"]) if eguma["differences"] else t("No difference.")
    for one in eguma["named"]:
        name = " ".join(part for part in (one["incident"], one["voucher_code"]) if part)
        yield f"{name}|{amount(one['amount_cents'])}"
        yield difference_words(one["what"], language)


def day_words(date: str, language: Language) -> str:
    """Return a day as people write it, with its weekday."""
    day = datetime.fromisoformat(date)
    return f"{phrase(_WEEKDAYS[day.weekday()], language)}, {day:%d.%m.%Y}"


_NAMED_BY_REASON: Final = frozenset({"admitted_free", "charged_of_product"})
"""Lines whose reason is none for a refusal: why it was free, or which product."""


def entry_words(entry: str, reason: str, language: Language, currency: Currency) -> str:
    """Return what a line of a closing is called; one of another version by its own name."""
    what = phrase(ENTRY_WORDS[entry], language) if entry in ENTRY_WORDS else entry.replace("_", " ").capitalize()
    if not reason:
        return what
    if entry in _NAMED_BY_REASON:
        return f"{what}: {phrase(FREE_WORDS[reason], language) if reason in FREE_WORDS else reason}"
    return f"{what}: {reason_words(reason, language, currency)}"


def reason_words(reason: str, language: Language, currency: Currency) -> str:
    """Return why visitors were refused, in the words that they read."""
    kind = MessageKind.__members__.get(reason.upper())
    if kind is None:
        return phrase("Not charged after all", language)
    if kind is MessageKind.MORE_NEEDED:  # its title is an amount
        return HELD[language]
    return Texts([language], currency).render(Message(kind), language).title


def difference_words(what: str, language: Language) -> str:
    """Return what the journal and E-GUMA's list do not agree on."""
    return phrase(DIFFERENCE_WORDS[what], language) if what in DIFFERENCE_WORDS else what


def _line(text: str, *marks: str) -> tuple[TemplateLine, str]:
    return TemplateLine(0, frozenset(marks), text, frozenset()), text


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%d.%m.%Y %H:%M")
