"""What a receipt claims: a charge only where it is certain and stands; and templates, read or told what is wrong."""

import pytest

from gate_controller.admission.words.errand_facts import (
    ErrandBegun,
    ErrandDone,
    ErrandDoubted,
    ErrandKind,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.facts import (
    CreditOpened,
    Evidence,
    Fact,
    NotCharged,
    OpenItem,
    Redeemed,
    RefundBegun,
    Refunded,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    Settled,
    StrayPassage,
)
from gate_controller.admission.words.ids import AttemptId, Incident
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts.languages import Language
from gate_controller.texts.receipt import FIELDS, NoReceipt, fields, receipted
from gate_controller.texts.receipt_template import DEFAULT, LONGEST, TemplateError, read_template, too_long
from gate_controller.texts.receipt_wording import RECEIPTS, Receipted, ReceiptWording
from tests.rig.facts import NOON, TAG, VOUCHER, admission, approved, intended, redeemed

ID = AttemptId(f"{TAG}7")
CHARGED: tuple[Fact, ...] = (intended(7), approved(7), redeemed(7))
UNSURE: tuple[Fact, ...] = (*CHARGED[:2], Redeemed(ID, 2, NOON, evidence=Evidence.UNSURE))
LANGUAGES = pytest.mark.parametrize("words", RECEIPTS.values(), ids=[language.value for language in RECEIPTS])


def said(*facts: Fact, is_copy: bool = False) -> dict[str, str]:
    found = fields(facts, "KRVG1", language=Language.EN, currency=Currency.CHF, gate="East", is_copy=is_copy)
    return {name: value.replace("\N{NO-BREAK SPACE}", " ") for name, value in found.items()}


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        (admission(7), Receipted.CHARGED),
        ((*CHARGED, Refunded(ID, 3, NOON, how="token")), Receipted.GIVEN_BACK),
        ((*admission(7), Refunded(ID, 4, NOON, how="token")), Receipted.GIVEN_BACK),
        ((*CHARGED, CreditOpened(ID, 3, NOON, why="nobody passed", until=NOON)), Receipted.KEPT),
        ((intended(7), NotCharged(ID, 1, NOON, reason="not sent")), Receipted.NOT_CHARGED),
        ((*CHARGED, OpenItem(ID, 3, NOON, reason="refund refused")), Receipted.UNCERTAIN),
        ((*CHARGED, RefundBegun(ID, 3, NOON)), Receipted.UNCERTAIN),
        ((*CHARGED, ReleasedToSensor(ID, 3, NOON)), Receipted.UNCERTAIN),
        ((*admission(7), SecondChargeFeared(ID, 4, NOON)), Receipted.UNCERTAIN),
        ((*UNSURE, Released(ID, 3, NOON)), Receipted.UNCERTAIN),
        ((*UNSURE, CreditOpened(ID, 3, NOON, why="nobody passed", until=NOON)), Receipted.UNCERTAIN),
        ((*CHARGED, Settled(ID, 3, NOON, by="Anna", reason="cash")), Receipted.CHECKED_BY_STAFF),
        ((*CHARGED, Settled(ID, 3, NOON, by="Anna", reason="waits", let_in=True)), Receipted.CHARGED),
        (CHARGED, Receipted.UNCERTAIN),
    ],
)
def test_a_receipt_says_what_became_of_the_money(facts: tuple[Fact, ...], outcome: Receipted) -> None:
    assert receipted(facts) is outcome


def test_an_admission_is_told_with_amount_and_what_is_left() -> None:
    told = said(*admission(7))
    assert (told["voucher"], told["amount"], told["balance"]) == ("L4FU-5LQT-KJR3", "CHF 25.00", "CHF 4.75")
    assert (told["gate"], told["incident"], told["copy"]) == ("East", "KRVG1", "")


@pytest.mark.parametrize("last", [NotCharged(ID, 3, NOON, reason="not sent"), OpenItem(ID, 3, NOON, reason="unsure")])
def test_what_was_not_charged_for_certain_claims_no_amount(last: Fact) -> None:
    told = said(*CHARGED[:2], last)
    assert (told["amount"], told["balance"]) == ("", "")


def test_what_was_given_back_has_no_balance_of_before() -> None:
    told = said(*CHARGED, Refunded(ID, 3, NOON, how="token"))
    assert (told["amount"], told["balance"]) == ("CHF 25.00", "")


def test_a_copy_says_so() -> None:
    assert said(*admission(7), is_copy=True)["copy"] == "Copy"


def errand(kind: ErrandKind, *rest: Fact) -> tuple[Fact, ...]:
    begun = ErrandBegun(
        ID,
        0,
        NOON,
        incident=Incident("KRVG1"),
        errand=kind,
        voucher_code=VOUCHER,
        amount=Cents(5_000),
        currency=Currency.CHF,
        by="Anna",
    )
    return begun, *rest


DONE = ErrandDone(ID, 1, NOON, how="answer", balance_after=Cents(7_500))


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (ErrandKind.TOP_UP, Receipted.TOPPED_UP),
        (ErrandKind.SALE, Receipted.SOLD),
        (ErrandKind.TAKING_BACK, Receipted.TAKEN_BACK),
        (ErrandKind.PART_VOID, Receipted.PART_GIVEN_BACK),
    ],
)
def test_an_errand_that_was_done_has_a_receipt_of_its_amount(kind: ErrandKind, outcome: Receipted) -> None:
    facts = errand(kind, DONE)
    told = said(*facts)
    assert receipted(facts) is outcome
    assert (told["voucher"], told["amount"], told["balance"]) == ("L4FU-5LQT-KJR3", "CHF 50.00", "CHF 75.00")
    assert told["vat"] == ("CHF 0.00" if kind is ErrandKind.SALE else "")


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        (ErrandNotDone(ID, 1, NOON, why="refused"), Receipted.NOT_DONE),
        (ErrandDoubted(ID, 1, NOON, why="no answer"), Receipted.BEING_CHECKED),
        (OpenItem(ID, 1, NOON, reason="unsure"), Receipted.BEING_CHECKED),
        (Settled(ID, 1, NOON, by="Anna", reason="seen"), Receipted.CHECKED_BY_STAFF),
    ],
)
def test_an_errand_of_which_nobody_is_sure_claims_no_amount(last: Fact, outcome: Receipted) -> None:
    facts = errand(ErrandKind.SALE, last)
    told = said(*facts)
    assert receipted(facts) is outcome
    assert [told[name] for name in ("amount", "vat", "balance")] == ["", "", ""]


def test_an_errand_that_was_refused_has_a_receipt_that_says_so() -> None:
    refused = ErrandRefused(
        ID, 0, NOON, incident=Incident("K"), errand=ErrandKind.SALE, voucher_code=VOUCHER, by="Anna", why="sold already"
    )
    assert receipted((refused,)) is Receipted.NOT_DONE
    assert said(refused)["voucher"] == "L4FU-5LQT-KJR3"


def test_of_an_admission_the_part_that_was_given_back_is_told_and_no_balance_of_before() -> None:
    part = PartVoided(ID, 4, NOON, amount=Cents(500), by="Anna", reason="child", errand_incident=Incident("K"))
    again = PartVoided(ID, 5, NOON, amount=Cents(250), by="Anna", reason="child", errand_incident=Incident("K"))
    told = said(*admission(7), part, again)
    assert receipted((*admission(7), part)) is Receipted.CHARGED
    assert (told["amount"], told["voided"], told["balance"]) == ("CHF 25.00", "CHF 7.50", "")
    assert receipted((*admission(7), part, Refunded(ID, 5, NOON, how="token"))) is Receipted.GIVEN_BACK


def test_what_happened_without_a_visitor_has_no_receipt() -> None:
    with pytest.raises(NoReceipt):
        receipted((StrayPassage(ID, 0, NOON, incident=Incident("KRVG1")),))


def test_every_field_is_there_in_every_language() -> None:
    for language in Language:
        told = fields(admission(7), "K", language=language, currency=Currency.CHF, gate="East", is_copy=True)
        assert set(told) == set(FIELDS)
        assert [name for name, text in told.items() if not text] == ["voided", "vat"]


@LANGUAGES
def test_the_wording_is_whole_and_swiss_and_short(words: ReceiptWording) -> None:
    labels = [getattr(words, name) for name in ReceiptWording.__slots__ if name != "outcomes"]
    assert set(words.outcomes) == set(Receipted)
    assert not any("ß" in text or "'" in text for text in [*labels, *words.outcomes.values()])
    assert max(map(len, labels)) <= 12


# -- templates


def filled(template: str, **said: str) -> list[str | None]:
    return [line.filled(dict.fromkeys(FIELDS, "") | said) for line in read_template(template)]


def test_a_line_whose_fields_say_nothing_is_left_out() -> None:
    assert filled("{balance_label}|{balance}\n\nThanks", balance_label="Left") == [None, "", "Thanks"]
    assert filled("{balance_label}|{balance}", balance_label="Left", balance="4.75") == ["Left|4.75"]


def test_marks_and_remarks_and_braces_are_read() -> None:
    [line] = read_template("# for the house\n[bold][centre]{{ {title} }}")
    assert (line.number, line.marks, line.text) == (2, frozenset({"bold", "centre"}), "{{ {title} }}")


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("{title}\n{titel}", "line 2: {titel} is no field: choose from title, copy"),
        ("[blod]x", "line 1: [blod] is no mark: choose from bold, large, centre, rule, qr, logo"),
        ("a } b", "line 1: a brace stands alone"),
        ("{title!r}", "line 1: a field is its name alone"),
        ("{title.__class__}", "line 1: {title.__class__} is no field"),
        ("[rule]x", "line 1: [rule] stands alone"),
        ("[logo]x", "line 1: [logo] stands alone"),
        ("[bold][logo]", "line 1: [logo] stands alone"),
        ("[qr]", "line 1: [qr] wants something to say"),
        ("# nothing\n", "it is empty"),
    ],
)
def test_a_mistake_is_told_with_its_line(template: str, wrong: str) -> None:
    with pytest.raises(TemplateError) as caught:
        read_template(template)
    [line] = caught.value.mistakes
    assert line.startswith(wrong)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(TemplateError) as caught:
        read_template("{a}\n{b}")
    assert len(caught.value.mistakes) == 2


@pytest.mark.parametrize("language", Language)
def test_the_gates_own_template_fits_on_the_narrowest_usual_roll(language: Language) -> None:
    told = fields(admission(7), "K", language=language, currency=Currency.CHF, gate="a" * 12, is_copy=True)
    assert list(too_long(read_template(DEFAULT), {**told, **LONGEST}, 32)) == []


def test_a_line_that_is_too_long_for_the_paper_is_told() -> None:
    [line] = too_long(read_template("[large]" + "x" * 22), {}, 42)
    assert line == "line 1: it may have 22 letters, and the paper has room for 21: shorten it"
