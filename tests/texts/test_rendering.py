"""A message becomes a text: the parts that depend on what the message holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate_controller.admission.words.messages import Fault, Message, MessageKind, MoneyFate
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.texts import Language, Text, Texts

QUOTING = pytest.mark.parametrize("kind", [MessageKind.NOT_REDEEMABLE, MessageKind.REFUSED_BY_EGUMA])
ENGLISH = Texts([Language.EN], Currency.CHF)


def plain(text: Text) -> tuple[str, str, str]:
    """Return a text's parts with plain spaces, as a reader of this test sees them."""
    title, detail, money = (part.replace("\u00a0", " ") for part in (text.title, text.detail, text.money))
    return title, detail, money


@QUOTING
@given(words=st.text(min_size=1).filter(str.strip), language=st.sampled_from(Language))
def test_e_guma_s_text_is_shown_character_for_character(kind: MessageKind, words: str, language: Language) -> None:
    text = Texts([language], Currency.CHF).render(Message(kind, eguma_text=words))
    assert text.detail == words


@QUOTING
@pytest.mark.parametrize("words", ["{price}", "{", "}", "{0}", "%s", "🎁 {eguma_text} \u202e", " two\nlines "])
def test_e_guma_s_text_may_look_like_a_placeholder(kind: MessageKind, words: str) -> None:
    assert ENGLISH.render(Message(kind, eguma_text=words)).detail == words


@QUOTING
@pytest.mark.parametrize("words", ["", " ", "\n\t\u00a0"])
def test_where_e_guma_says_nothing_the_gate_has_words_of_its_own(kind: MessageKind, words: str) -> None:
    assert "ask a member of staff" in ENGLISH.render(Message(kind, eguma_text=words)).detail


def test_an_admission_says_what_was_charged_and_what_is_left() -> None:
    message = Message(MessageKind.ADMITTED, price=Cents(2500), balance=Cents(1500))
    assert plain(ENGLISH.render(message)) == (
        "Welcome",
        "Please go through.",
        "CHF 25.00 charged. CHF 15.00 left.",
    )


def test_an_empty_voucher_is_said_to_be_empty() -> None:
    message = Message(MessageKind.ADMITTED, price=Cents(2500), balance=Cents(0))
    assert plain(ENGLISH.render(message))[2] == "CHF 25.00 charged. CHF 0.00 left."


def test_an_admission_with_an_unknown_balance_says_what_was_charged() -> None:
    assert plain(ENGLISH.render(Message(MessageKind.ADMITTED, price=Cents(2500))))[2] == "CHF 25.00 charged."


def test_a_charge_that_did_not_open_the_gate_names_charge_and_incident() -> None:
    message = Message(MessageKind.PAID_BUT_SHUT, price=Cents(2500), balance=Cents(1500), incident="K7Q2")
    _, detail, money = plain(ENGLISH.render(message))
    assert detail == "You have paid, but the gate did not open. Please ask a member of staff, incident K7Q2."
    assert money == "CHF 25.00 charged, good for one admission. CHF 15.00 left."


def test_a_low_balance_is_refused_with_both_amounts() -> None:
    message = Message(MessageKind.BALANCE_TOO_LOW, price=Cents(2500), balance=Cents(1500))
    _, detail, money = plain(ENGLISH.render(message))
    assert detail == "The voucher has CHF 15.00 left; admission is CHF 25.00. Please scan another voucher."
    assert money == "Not charged."


@pytest.mark.parametrize("language", Language)
def test_money_in_doubt_carries_the_incident_code(language: Language) -> None:
    text = Texts([language], Currency.CHF).render(Message(MessageKind.BEING_CHECKED, incident="K7Q2"))
    assert "K7Q2" in text.money


@pytest.mark.parametrize("language", Language)
def test_where_a_house_has_several_gates_the_gate_stands_beside_the_code(language: Language) -> None:
    message = Message(MessageKind.BEING_CHECKED, incident="K7Q2M")
    told, named = (Texts([language], Currency.CHF, name).render(message) for name in (None, "Tor 2"))
    assert named.money == told.money.replace("K7Q2M", "K7Q2M (Tor\N{NO-BREAK SPACE}2)")
    assert "K7Q2M" in told.money


def test_the_gate_is_not_named_where_there_is_no_code() -> None:
    assert Texts([Language.EN], Currency.CHF, "Tor 2").render(Message(MessageKind.IDLE)) == ENGLISH.render(
        Message(MessageKind.IDLE)
    )


def test_without_an_incident_code_the_sentence_closes_without_it() -> None:
    money = ENGLISH.render(Message(MessageKind.BEING_CHECKED)).money
    assert money == "We are checking the charge. Please do not scan again."


def test_a_fault_leaves_a_message_alone_that_is_not_about_being_out_of_service() -> None:
    with_fault = Message(MessageKind.PAID_BUT_SHUT, incident="K7Q2", fault=Fault.RELAY)
    assert ENGLISH.render(with_fault) == ENGLISH.render(Message(MessageKind.PAID_BUT_SHUT, incident="K7Q2"))


def test_a_scan_while_out_of_service_is_told_why_and_that_nothing_was_charged() -> None:
    text = ENGLISH.render(Message(MessageKind.REFUSED_OUT_OF_SERVICE, fault=Fault.SCANNER))
    short = Text("Out of service", "Ask the staff.", "Not charged.")
    assert text == Text(
        "Out of service", "The scanner is not ready. Please ask a member of staff.", "Not charged.", short
    )


def test_a_small_display_is_told_the_same_in_few_words_without_the_currency() -> None:
    message = Message(MessageKind.BALANCE_TOO_LOW, price=Cents(2500), balance=Cents(1500))
    short = ENGLISH.render(message).short
    assert short == Text("Not enough", "15.00 left, price 25.00. Scan another voucher.", "Not charged.")


def test_what_is_not_known_is_not_in_the_short_text_either() -> None:
    short = ENGLISH.render(Message(MessageKind.BALANCE_TOO_LOW, price=Cents(2500))).short
    assert short == Text("Not enough", "Scan another voucher.", "Not charged.")


def test_an_admission_leaves_when_it_was_and_what_it_cost() -> None:
    message = Message(MessageKind.ADMITTED, price=Cents(2500), balance=Cents(1500))
    text = ENGLISH.afterwards(message, 14, 32)
    assert text is not None
    assert plain(text) == ("Admitted 14:32", "", "CHF 25.00 charged. CHF 15.00 left.")
    assert text.short == Text("Admitted 14:32", "", "25.00 charged. 15.00 left.")


@pytest.mark.parametrize(
    ("language", "title"),
    [(Language.DE, "Um 09:05 Uhr"), (Language.FR, "À 9h05"), (Language.IT, "Alle 09:05"), (Language.EN, "At 09:05")],
)
def test_a_refusal_leaves_when_it_was_as_people_write_it_and_why(language: Language, title: str) -> None:
    text = Texts([language], Currency.CHF).afterwards(Message(MessageKind.NOT_A_VOUCHER), 9, 5)
    now = Texts([language], Currency.CHF).render(Message(MessageKind.NOT_A_VOUCHER))
    assert text is not None
    assert (text.title, text.detail, text.money) == (title, f"{now.title}. {now.detail}", now.money)


def test_a_charge_that_nobody_used_is_good_for_an_admission_now_and_no_longer_so_afterwards() -> None:
    message = Message(MessageKind.NOBODY_PASSED, price=Cents(2500))
    text = ENGLISH.afterwards(message, 14, 32)
    assert text is not None
    assert "without another charge" in ENGLISH.render(message).detail
    assert plain(text) == (
        "At 14:32",
        "Nobody went through. Please scan the same voucher again.",
        "CHF 25.00 charged and not used.",
    )


def test_e_guma_s_words_stay_true() -> None:
    text = ENGLISH.afterwards(Message(MessageKind.NOT_REDEEMABLE, eguma_text="Expired {yesterday}."), 14, 32)
    assert text is not None
    assert text.detail == "Expired {yesterday}."


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind.telling.fate is MoneyFate.NOTHING_YET])
def test_what_is_no_verdict_leaves_nothing(kind: MessageKind) -> None:
    assert ENGLISH.afterwards(Message(kind), 14, 32) is None


def test_the_first_language_of_the_house_is_the_default() -> None:
    texts = Texts([Language.IT, Language.DE], Currency.CHF)
    message = Message(MessageKind.NOT_A_VOUCHER)
    assert texts.render(message) == texts.render(message, Language.IT)
    assert texts.render(message) != texts.render(message, Language.DE)


def test_any_language_can_be_asked_for_whatever_the_house_speaks() -> None:
    assert ENGLISH.render(Message(MessageKind.ADMITTED), Language.FR).title == "Bienvenue"


def test_a_house_without_a_language_is_refused_with_the_remedy() -> None:
    with pytest.raises(ValueError, match=r"name at least one of de, fr, it, en in display\.languages"):
        Texts([], Currency.CHF)
