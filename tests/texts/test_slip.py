"""What is printed besides receipts: a balance and a closing, in every language and on every paper."""

from typing import Any

import pytest

from gate_controller.admission.words.money import Currency
from gate_controller.devices.printer.code_page import encode
from gate_controller.devices.printer.escpos import PrintItem, TextLine
from gate_controller.shell.receipts import ReceiptMaker
from gate_controller.texts import Language
from gate_controller.texts.slip import entry_words
from tests.rig.settings import loaded

AT = 1_795_000_000.0
VOUCHER: dict[str, Any] = {
    "voucher_code": "L4FU5LQTKJR3",
    "name": "Gift voucher",
    "valid_until": "2099-12-31T23:59:59",
    "balance_cents": 47_500,
    "total_cents": 1_000_000,
    "currency": "CHF",
}
CLOSING: dict[str, Any] = {
    "date": "2026-11-26",
    "closed_at": "2026-11-27T07:00:00+00:00",
    "closed_by": "Anna {x} [qr]",
    "currency": "CHF",
    "entries": [
        {"entry": "admitted_on_charge", "reason": "", "times": 1_234, "amount_cents": 3_085_000},
        {"entry": "refused", "reason": "balance_too_low", "times": 12, "amount_cents": 0},
        {"entry": "refused", "reason": "not_charged", "times": 1, "amount_cents": 0},
        {"entry": "of_a_later_version", "reason": "", "times": 2, "amount_cents": 700},
        {"entry": "sold", "reason": "", "times": 0, "amount_cents": 0},
    ],
    "revenue_cents": 3_085_000,
    "late": 3,
    "lacks_charges": True,
    "eguma": {
        "is_compared": True,
        "listed": 1_233,
        "listed_cents": 3_082_500,
        "differences": 1,
        "named": [
            {
                "what": "charged by the journal, not in E-GUMA's list",
                "at": "2026-11-26T12:00:00+00:00",
                "incident": "KRVG1",
                "voucher_code": "…KJR3",
                "amount_cents": 2_500,
            }
        ],
    },
}


def maker(columns: int = 42, languages: str = "de") -> ReceiptMaker:
    return ReceiptMaker(
        loaded(
            "printer.driver=usb",
            "display.gate_name=East",
            f"printer.columns={columns}",
            f"printer.languages={languages}",
        ).settings
    )


def text_of(made: ReceiptMaker, items: Any) -> str:
    return made.text(tuple(items)).replace("\u00a0", " ")


def test_a_balance_says_name_validity_balance_and_value_and_no_whole_code() -> None:
    made = maker()
    text = text_of(made, made.balance(VOUCHER, AT))
    for said in ("East", "…KJR3", "Gift voucher", "31.12.2099", "CHF 475.00", "CHF 10’000.00", "Nicht belastet."):
        assert said in text, said
    assert "L4FU" not in text


def test_of_a_voucher_that_cannot_be_redeemed_the_paper_says_so_and_why() -> None:
    made = maker()
    note = {**VOUCHER, "message": "Nicht bezahlt."}
    assert "Nicht einlösbar\nNicht bezahlt.\n" in text_of(made, made.balance({**note, "redeemable": False}, AT))
    for redeemable in (True, None):
        text = text_of(made, made.balance({**note, "redeemable": redeemable}, AT))
        assert "Nicht einlösbar" not in text
        assert "Nicht bezahlt." not in text  # with one that can be redeemed it is a note for staff


def test_what_e_guma_does_not_tell_has_no_line() -> None:
    made = maker()
    text = text_of(made, made.balance({"voucher_code": "L4FU5LQTKJR3", "balance_cents": 0}, AT))
    assert "CHF 0.00" in text
    assert "Gültig" not in text
    assert "Ursprünglich" not in text


def test_a_balance_in_several_languages_says_alike_things_once() -> None:
    made = maker(languages="de,fr")
    text = text_of(made, made.balance(VOUCHER, AT))
    assert text.count("Gift voucher") == 1
    assert text.count("CHF 475.00") == 2


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("columns", [26, 32, 42])
def test_a_closing_fits_on_every_paper_and_is_printed_as_it_was_written(language: Language, columns: int) -> None:
    made = maker(columns, language.value)
    items: tuple[PrintItem, ...] = tuple(made.closing(CLOSING))
    rows = [item for item in items if isinstance(item, TextLine)]
    assert len(rows) == len(items)  # what somebody is called is no command
    assert all(len(encode(row.text)) <= (columns // 2 if row.is_large else columns) for row in rows)
    assert all("CHF" in row.text for row in rows if row.text.endswith("850.00"))  # no amount is broken
    text = " ".join(made.text(items).replace("\u00a0", " ").split())
    said = ("1234 ", "26.11.2026", "KRVG1", "Anna {x} [qr]", "Of a later version")
    assert [each for each in said if each not in text] == []
    assert "850.00" in text


def test_tickets_stand_in_a_closing_without_money() -> None:
    entries = [
        {"entry": "admitted_on_ticket", "reason": "", "times": 7, "amount_cents": 0},
        {"entry": "let_out_on_ticket", "reason": "", "times": 0, "amount_cents": 0},
    ]
    made = maker()
    text = text_of(made, made.closing({**CLOSING, "entries": entries, "revenue_cents": 100}))
    assert "CHF 0.00" not in text
    assert [row for row in text.splitlines() if row.endswith(" 7")] != []
    assert [row for row in text.splitlines() if row.endswith(" 0")] == []


def test_a_closing_says_why_somebody_went_in_free_and_which_product_was_charged() -> None:
    said = {
        ("admitted_free", "rule"): "Eingelassen, ohne Belastung: nach einer Regel des Hauses",
        ("admitted_free", "outage"): "Eingelassen, ohne Belastung: während eines Ausfalls",
        ("charged_of_product", "child-7"): "Davon nach Produkt: child-7",
    }
    for (entry, reason), words in said.items():
        assert entry_words(entry, reason, Language.DE, Currency.CHF) == words
