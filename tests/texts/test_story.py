"""Every fact has its sentence in every language, every reason of the gate its words, and no code is in any of them."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from gate_controller.admission.gate import regimes
from gate_controller.admission.words.codes import Code, TicketNumber, VoucherCode
from gate_controller.admission.words.errand_facts import (
    OF_TICKETS,
    ErrandBegun,
    ErrandDone,
    ErrandDoubted,
    ErrandKind,
    ErrandNotDone,
    ErrandRefused,
    PartVoided,
)
from gate_controller.admission.words.fact_kinds import KINDS
from gate_controller.admission.words.facts import (
    Adopted,
    Approved,
    CreditOpened,
    Doubted,
    Evidence,
    Fact,
    Intended,
    NotCharged,
    Occurred,
    Occurrence,
    OpenItem,
    PaidAlong,
    Passed,
    PricesChanged,
    Redeemed,
    RefundBegun,
    Refunded,
    Refused,
    Regime,
    RegimeBegun,
    RegimeEnded,
    Released,
    ReleasedToSensor,
    SecondChargeFeared,
    SecondChargeRuledOut,
    Settled,
    StrayPassage,
)
from gate_controller.admission.words.free_facts import FreeEntry, FreeEntryUnused, FreeGrounds
from gate_controller.admission.words.ids import AttemptId, Incident, IncidentCodes
from gate_controller.admission.words.messages import BARRING, Fault, MessageKind
from gate_controller.admission.words.money import Cents, Currency
from gate_controller.admission.words.ticket_facts import (
    EntryKept,
    EntryLapsed,
    EntryUndoBegun,
    EntryUndone,
    OccupancySet,
    TicketDoubted,
    TicketEntered,
    TicketEvidence,
    TicketIntended,
    TicketLeft,
    TicketLetOut,
    TicketNotTaken,
)
from gate_controller.texts import Language
from gate_controller.texts.story import STORIES, Story
from gate_controller.texts.story_wording import Cause, Step, StoryWording, Summary
from gate_controller.texts.ticket_wording import TICKETS, TicketCause, TicketWording
from gate_controller.texts.wording import placeholders
from tests.rig.facts import NOON, TAG, VOUCHER, any_fact, approved, intended, redeemed

LANGUAGES = pytest.mark.parametrize("language", Language)
ATTEMPT = AttemptId(f"{TAG}7")
ROOT = Path(__file__).parents[2]
NBSP = "\N{NO-BREAK SPACE}"


def all_strings(words: StoryWording | TicketWording) -> Iterator[str]:
    for field in fields(words):
        value = getattr(words, field.name)
        yield from (value,) if isinstance(value, str) else value.values()


def story(*facts: Fact, language: Language = Language.EN) -> Story:
    return Story(facts, language, Currency.CHF)


def texts(*facts: Fact, language: Language = Language.EN) -> list[str]:
    return [sentence.text.replace(NBSP, " ") for sentence in story(*facts, language=language).sentences()]


def numbered(*facts: tuple[type[Fact], dict[str, Any]]) -> tuple[Fact, ...]:
    """Return these facts behind a charge, a second apart."""
    begun = (intended(7), approved(7), redeemed(7))
    return (*begun, *(kind(ATTEMPT, 3 + i, NOON + 3 + i, **said) for i, (kind, said) in enumerate(facts)))


@LANGUAGES
def test_every_table_is_whole(language: Language) -> None:
    words = STORIES[language]
    assert set(words.steps) == set(Step)
    assert set(words.summaries) == set(Summary)
    assert set(words.occurrences) == set(Occurrence)
    assert set(words.regimes) == set(Regime)
    assert set(words.causes) == set(Cause)
    assert set(words.barred) == set(BARRING)
    assert all(text.strip() for text in all_strings(words))


@LANGUAGES
def test_all_languages_name_the_same_things(language: Language) -> None:
    english, other = STORIES[Language.EN], STORIES[language]
    for field in fields(english):
        table, said = getattr(english, field.name), getattr(other, field.name)
        for key, text in table.items() if not isinstance(table, str) else ():
            assert placeholders(text) == placeholders(said[key]), (field.name, key)
        if isinstance(table, str):
            assert placeholders(table) == placeholders(said), field.name


@LANGUAGES
def test_stories_are_spelt_as_the_house_spells(language: Language) -> None:
    said = [re.sub(r"\{[^}]*\}", "X", text) for text in all_strings(STORIES[language])]
    assert [text for text in said if set(text) & set("'\"`ß")] == []
    if language is Language.FR:
        assert [text for text in said if re.search("(?<!\u202f)[:;!?»]", text)] == []
    unwanted = {
        Language.DE: "an das Personal|Tor |Notausgang|Vorfall-",
        Language.FR: "bon cadeau|monnaie|accès",
        Language.IT: "[Pp]assaggio|voucher|credito insufficiente",
        Language.EN: "[Tt]icket|coupon",
    }
    assert [text for text in said if re.search(unwanted[language], text)] == []


@LANGUAGES
@given(fact=any_fact)
def test_every_fact_has_sentences_and_a_summary_whatever_it_holds(language: Language, fact: Fact) -> None:
    for facts in ((fact,), (intended(7), fact)):
        told = Story(facts, language, Currency.CHF)
        assert all(sentence.text and sentence.clock for sentence in told.sentences())
        assert len(told.sentences()) >= len(facts)
        assert told.summary()
        assert told.happened()
        assert "\n" not in told.summary()


def test_every_kind_of_fact_is_told() -> None:
    assert {
        kind for kind in KINDS.values() if kind.__name__ not in Path(ROOT / "tests/texts/test_story.py").read_text()
    } == set()


def test_an_admission_is_told_with_times_and_amounts() -> None:
    facts = numbered((Released, {}))
    told = story(*facts)
    assert [sentence.text.replace(NBSP, " ") for sentence in told.sentences()] == [
        "Voucher …KJR3 was scanned; CHF 25.00 were to be charged.",
        "E-GUMA allowed the charge; voucher …KJR3 held CHF 500.00.",
        "E-GUMA charged CHF 25.00; CHF 4.75 left.",
        "The gate was opened.",
    ]
    assert all(re.fullmatch(r"\d\d:\d\d:\d\d", sentence.clock) for sentence in told.sentences())
    assert told.summary() == "Admitted"


FREE = FreeEntry(
    ATTEMPT,
    0,
    NOON,
    IncidentCodes().of(7),
    Code("L4FU5LQTKJR3"),
    FreeGrounds.RULE,
    Cents(2_500),
    Currency.CHF,
    note="from the director",
)


def test_a_free_entry_is_told_with_what_it_would_have_cost_and_e_gumas_note() -> None:
    told = story(FREE, Released(ATTEMPT, 1, NOON + 1))
    assert [sentence.text.replace(NBSP, " ") for sentence in told.sentences()] == [
        "Voucher …KJR3 opens free of charge by the house’s rule; else CHF 25.00. Nothing was charged.",
        "E-GUMA has noted on the voucher: from the director.",
        "The gate was opened.",
    ]
    assert told.summary() == "Admitted free of charge"


def test_a_free_entry_in_an_outage_that_nobody_used_is_told_behind_its_scan() -> None:
    free = replace(FREE, n=1, grounds=FreeGrounds.OUTAGE, note="")
    told = story(intended(7), free, FreeEntryUnused(ATTEMPT, 2, NOON + 9, why="nobody passed"))
    assert [sentence.text.replace(NBSP, " ") for sentence in told.sentences()] == [
        "Voucher …KJR3 was scanned; CHF 25.00 were to be charged.",
        "E-GUMA was not reached: free entry by the house’s rule, else CHF 25.00.",
        "The free entry was not used: nobody went in. Nothing was charged.",
    ]
    assert told.summary() == "Not used: nobody went in"


def test_an_unused_charge_is_told_until_it_is_given_back() -> None:
    facts = numbered(
        (ReleasedToSensor, {}),
        (CreditOpened, {"why": "nobody passed", "until": NOON + 600}),
        (RefundBegun, {}),
        (Refunded, {"how": "confirmed by E-GUMA"}),
    )
    told = texts(*facts)
    assert re.fullmatch(r"Nobody went in within 1 s: the charge is kept for this voucher until \d\d:\d\d\.", told[4])
    assert told[5:] == ["The gate began to give CHF 25.00 back.", "CHF 25.00 were given back: E-GUMA confirmed it."]
    assert re.fullmatch(r"Credit until \d\d:\d\d: nobody went in", story(*facts[:5]).summary())
    assert story(*facts[:6]).summary() == "Being given back"
    assert story(*facts).summary() == "Given back"


def test_a_credit_that_is_used_says_that_nothing_was_charged_again() -> None:
    facts = numbered(
        (ReleasedToSensor, {}),
        (CreditOpened, {"why": "the relay failed: no such pin", "until": NOON + 86_400 * 2}),
        (ReleasedToSensor, {}),
        (Passed, {}),
    )
    told = texts(*facts)
    assert re.match(r"The charge was not used: the relay failed \(no such pin\)\. .* until \d\d/\d\d/\d{4} ", told[4])
    assert told[5:] == [
        "The voucher was scanned again and the gate opened; nothing was charged again.",
        "Somebody went in.",
    ]


def test_orders_of_persons_are_told_with_their_names_and_reasons() -> None:
    told = texts(
        *numbered(
            (OpenItem, {"reason": "E-GUMA refused the refund: no."}),
            (Adopted, {"by": "Beat"}),
            (RefundBegun, {"by": "Anna", "reason": "ride was closed!"}),
            (Settled, {"by": "Anna", "reason": "cash"}),
            (Settled, {"by": "Anna", "reason": "", "let_in": True}),
        )
    )[3:]
    assert told == [
        "Left to a person: E-GUMA refused the refund (no).",
        "Beat said that this journal is this gate’s: the gate goes on.",
        "Anna ordered that CHF 25.00 be given back: ride was closed!",
        "Anna settled it: cash.",
        "Anna let the visitor in on this charge.",
    ]


def test_doubts_and_second_charges_are_told() -> None:
    begun = (intended(7), approved(7), Doubted(ATTEMPT, 2, NOON, why="no answer in the visitor's time"))
    assert texts(*begun)[-1] == (
        "Whether it was charged was not known (E-GUMA did not answer in time); the gate looked it up."
    )
    assert story(*begun).summary() == "Being checked"
    uncharged = (*begun, NotCharged(ATTEMPT, 3, NOON, "refused by E-GUMA", "Already used."))
    assert texts(*uncharged)[-1] == "Nothing was charged: E-GUMA refused (Already used)."
    audited = numbered((Released, {"why": "it sees somebody, since the start"}), (SecondChargeFeared, {}))
    assert story(*audited).summary() == "Perhaps charged twice"
    assert texts(*audited)[3] == (
        "The gate was opened; the passage sensor could not tell who went in: it sees somebody all the time."
    )
    ruled_out = (*audited, SecondChargeRuledOut(ATTEMPT, 5, NOON, how="another user took the difference"))
    assert texts(*ruled_out)[-1] == "It was charged once only: another till took the difference."
    assert story(*ruled_out).summary() == "Admitted"


def test_how_a_charge_is_known_is_told() -> None:
    for evidence, words in {
        Evidence.LIST: "E-GUMA’s list shows that CHF 25.00 were charged.",
        Evidence.BALANCE: "The balance shows that CHF 25.00 were charged; CHF 1.00 left.",
        Evidence.UNSURE: "The balance had dropped, perhaps for another reason: taken as charged.",
    }.items():
        left = Cents(100) if evidence is Evidence.BALANCE else None
        assert texts(intended(7), Redeemed(ATTEMPT, 1, NOON, evidence, None, left))[-1] == words


REFUSALS = {
    ("balance_too_low", "", Cents(500)): "Balance too low (CHF 5.00 left)",
    ("balance_too_low", "", None): "Balance too low",
    ("not_redeemable", "Voucher L4FU-5LQT-KJR3 has expired.", None): "Not redeemable (Voucher …KJR3 has expired)",
    ("unreachable", "", None): "E-GUMA was not reached",
    ("a later reason", "", None): "A later reason",
}


@pytest.mark.parametrize(("said", "summary"), REFUSALS.items(), ids=REFUSALS.values())
def test_a_refusal_says_why(said: tuple[str, str, Cents | None], summary: str) -> None:
    refused = Refused(ATTEMPT, 0, NOON, Incident("KRVG1"), Code(VOUCHER), *said)
    assert story(refused).summary().replace(NBSP, " ") == summary
    [told] = texts(refused)
    assert (
        told == f"Voucher …KJR3 was scanned and refused: {summary[0].lower()}{summary[1:]}. Nothing was charged."
        or ("E-GUMA" in summary and summary in told)
    )


def test_a_refusal_after_the_intent_does_not_tell_of_the_scan_again() -> None:
    facts = (intended(7), Refused(ATTEMPT, 1, NOON, Incident("KRVG1"), Code(VOUCHER), "unreachable"))
    assert texts(*facts)[1] == "Refused: E-GUMA was not reached. Nothing was charged."
    assert story(*facts).summary() == "E-GUMA was not reached"


def test_a_short_code_is_named_as_one_and_its_voucher_as_soon_as_it_is_known() -> None:
    scanned = Intended(ATTEMPT, 0, NOON, Incident("KRVG1"), Code("28"), Cents(2_500), Currency.CHF, "ref")
    told = texts(scanned, Approved(ATTEMPT, 1, NOON, VoucherCode("L4FU5LQTKJR3"), Cents(5_000)))
    assert told[0].startswith("A ShortCode was scanned; ")
    assert "voucher …KJR3 held CHF 50.00" in told[1]


def test_what_staff_and_inputs_did_is_a_line_and_a_sentence() -> None:
    names = Incident("KRVG1")
    for fact, line in (
        (Occurred(ATTEMPT, 0, NOON, names, Occurrence.OPENED_BY_STAFF, "Anna", "pram"), "Opened by Anna: pram"),
        (
            Occurred(ATTEMPT, 1, NOON, names, Occurrence.NOT_RELEASED, "Anna", "the coil is stuck"),
            "Could not be opened: the coil is stuck (Anna)",
        ),
        (Occurred(ATTEMPT, 0, NOON, names, Occurrence.EXIT, "exit button"), "Opened by the exit button"),
        (Occurred(ATTEMPT, 0, NOON, names, Occurrence.FIRE_ENDED, "Anna"), "Fire alarm over (Anna)"),
        (Occurred(ATTEMPT, 0, NOON, names, Occurrence.FIRE_ENDED, "fire contact"), "Fire alarm over"),
        (StrayPassage(ATTEMPT, 0, NOON, names), "Somebody went through without an admission"),
        (
            StrayPassage(ATTEMPT, 0, NOON, names, "ABCD6"),
            "Somebody went through behind a visitor who had been admitted",
        ),
    ):
        assert story(fact).summary() == line
        assert texts(fact) == [f"{line}."]


def test_an_order_for_a_while_is_told_with_its_end() -> None:
    begun = RegimeBegun(
        ATTEMPT,
        0,
        NOON,
        Incident("KRVG1"),
        Regime.OUT_OF_SERVICE,
        "Anna",
        "belt torn",
        None,
        "Please use the west door",
    )
    assert texts(begun) == ["Put out of service by Anna: belt torn. Visitors read “Please use the west door”."]
    held = RegimeBegun(ATTEMPT, 0, NOON, Incident("KRVG1"), Regime.HELD_OPEN, "Anna", "", NOON + 60)
    assert re.fullmatch(r"Held open by Anna until \d\d:\d\d", story(held).summary())
    over = RegimeEnded(ATTEMPT, 1, NOON + 60, why=regimes.OVER)
    assert story(held, over).summary().endswith(" (over)")
    assert texts(held, over)[1] == "That is over: the time was up."
    assert texts(held, RegimeEnded(ATTEMPT, 1, NOON, by="Beat"))[1] == "Beat ended it."


def test_an_open_item_says_in_one_sentence_what_happened() -> None:
    item = (OpenItem, {"reason": "charged and not used; without a token it cannot be refunded"})
    sure = story(*numbered(item)).happened().replace(NBSP, " ")
    assert re.fullmatch(
        r"At \d\d:\d\d CHF 25\.00 were charged to voucher …KJR3: charged and not used, and E-GUMA cannot cancel it "
        r"without a redeem token\.",
        sure,
    )
    unsure = story(intended(7), OpenItem(ATTEMPT, 1, NOON, "anything else")).happened()
    assert "perhaps charged" in unsure
    assert unsure.endswith(": anything else.")
    lost = OpenItem(ATTEMPT, 0, NOON, "the record of what was intended is missing")
    assert story(lost).happened() == "The record of what was to be charged is missing."


@LANGUAGES
def test_no_whole_code_is_in_a_story(language: Language) -> None:
    facts = (
        intended(7),
        approved(7),
        Doubted(ATTEMPT, 2, NOON, why=f"refused after Balance had said yes: {VOUCHER} l4fu-5lqt-kjr3 is gone"),
        OpenItem(ATTEMPT, 3, NOON, reason=f"E-GUMA refused the refund: {VOUCHER}"),
        Settled(ATTEMPT, 4, NOON, by="Anna", reason=f"sent {VOUCHER} by mail"),
    )
    told = story(*facts, language=language)
    for text in (*(sentence.text for sentence in told.sentences()), told.summary(), told.happened()):
        assert not re.search("L4FU", text, re.IGNORECASE)


# -- reasons


def literals(path: Path) -> Iterator[str]:
    """Every text of a file of the core, with what is put in later as an X."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def given_reasons(path: Path) -> Iterator[str]:
    """What the core gives as a reason: what is said to what writes one, as far as it stands there in words."""
    tree = ast.parse(path.read_text())
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        told = [keyword.value for keyword in call.keywords if keyword.arg in {"reason", "why", "how"}]
        told += call.args if name in {"open_credit", "hand_to_staff", "_end_uncharged", "begin", "_ail", "keep"} else ()
        told += call.args[2:] if name == "_refuse_refund" else call.args[3:] if name == "_refunded" else ()
        for value in told:
            if isinstance(value, ast.JoinedStr):
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in value.values)
            elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value


CORE = sorted((ROOT / "gate_controller" / "admission").rglob("*.py"))


def test_every_reason_that_the_core_gives_has_words() -> None:
    reasons = {reason for path in CORE for reason in given_reasons(path)}
    assert len(reasons) > 15
    unknown = {
        reason
        for reason in reasons
        if not any(re.fullmatch(why.value, reason, re.DOTALL) for why in (*Cause, *TicketCause))
    }
    assert unknown - {"it sees somebody, since "} == set()


def test_every_reason_that_has_words_is_given_by_the_gate() -> None:
    files: Sequence[Path] = [
        *CORE,
        ROOT / "gate_controller/journal/archive.py",
        *(ROOT / "gate_controller/eguma").glob("*.py"),
    ]
    said = [text for path in files for text in literals(path)]
    for why in (*Cause, *TicketCause):
        # What is between the patterns' groups stands so in the code.
        parts = [part for part in re.split(r"\([^)]*\)|\[[^]]*\]\+|\.\*", why.value) if part.strip()]
        assert any(all(part in text for part in parts) for text in said), why


def test_a_reason_of_nobody_s_table_is_passed_on() -> None:
    assert texts(intended(7), NotCharged(ATTEMPT, 1, NOON, "what a later version says"))[-1] == (
        "Nothing was charged: what a later version says."
    )


def test_what_came_between_is_named() -> None:
    for fault in BARRING:
        said = f"{fault.name.lower().replace('_', ' ')} came between"
        for language in Language:
            told = texts(intended(7), NotCharged(ATTEMPT, 1, NOON, said), language=language)[-1]
            assert STORIES[language].barred[fault] in told
    assert Fault.FIRE in BARRING
    assert MessageKind.BALANCE_TOO_LOW in STORIES[Language.DE].refusals


@LANGUAGES
@pytest.mark.parametrize("kind", [kind for kind in ErrandKind if kind not in OF_TICKETS])
def test_an_errand_is_told_from_its_order_to_its_end(language: Language, kind: ErrandKind) -> None:
    begun = ErrandBegun(
        ATTEMPT, 0, NOON, Incident("K7Q2M"), kind, VOUCHER, Cents(1_000), Currency.CHF, "Anna", reason="a present"
    )
    doubt = ErrandDoubted(ATTEMPT, 1, NOON + 1, why="no answer from E-GUMA (reset)")
    ends = {
        ErrandDone(ATTEMPT, 2, NOON + 2, how="the voucher has changed by exactly that", balance_after=Cents(3_500)),
        ErrandNotDone(ATTEMPT, 2, NOON + 2, why="refused by E-GUMA", text="not today"),
        OpenItem(
            ATTEMPT,
            2,
            NOON + 2,
            reason="whether it took effect cannot be told: the voucher has changed by something else",
        ),
    }
    for end in ends:
        told = Story((begun, doubt, end), language, Currency.CHF)
        first, _, last = (sentence.text for sentence in told.sentences())
        assert "Anna" in first
        assert "…KJR3" in first
        assert "E-GUMA" in last or "{" not in last
        assert told.summary()
        assert "10" in told.happened()


def test_what_was_not_possible_and_a_part_given_back_are_told_too() -> None:
    refused = ErrandRefused(
        ATTEMPT,
        0,
        NOON,
        Incident("K7Q2M"),
        ErrandKind.SALE,
        VOUCHER,
        "Anna",
        "E-GUMA says that it cannot be done",
        "sold",
    )
    assert (
        story(refused).summary() == "Sale of a depot voucher – not possible: E-GUMA says that it cannot be done (sold)"
    )
    facts = numbered(
        (Released, {}),
        (PartVoided, {"amount": Cents(1_000), "by": "Anna", "reason": "a child", "errand_incident": Incident("K7Q2M")}),
    )
    assert story(*facts).summary().replace(NBSP, " ") == "Charged; CHF 10.00 of it given back"
    assert story(*facts).sentences()[-1].text.replace(NBSP, " ") == "Anna gave CHF 10.00 of the charge back: a child."
    rest = (*facts, RefundBegun(ATTEMPT, facts[-1].n + 1, NOON + 9, by="Anna", reason="the rest"))
    said = story(*rest).sentences()[-1].text.replace(NBSP, " ")
    assert said == "Anna ordered that CHF 15.00 be given back: the rest."


@LANGUAGES
def test_a_charge_that_paid_along_with_others_says_so_and_one_that_did_so_in_vain(language: Language) -> None:
    leader = AttemptId("TAG09")
    paid = replace(intended(7), leader=leader, balance_before=Cents(1_000))
    used = Story(
        (paid, Redeemed(ATTEMPT, 1, NOON, Evidence.ANSWER, "t", Cents(0)), PaidAlong(ATTEMPT, 2, NOON, leader)),
        language,
        Currency.CHF,
    )
    assert used.summary() == STORIES[language].summaries[Summary.ADMITTED]
    assert used.sentences()[-1].text.startswith(STORIES[language].steps[Step.PAID_ALONG].split("{")[0])
    why = "another voucher for the same admission was not charged"
    vain = Story((paid, CreditOpened(ATTEMPT, 1, NOON, why, NOON)), language, Currency.CHF)
    assert STORIES[language].causes[Cause.ANOTHER_FAILED] in vain.sentences()[-1].text


TICKET = TicketNumber("1000000000000000042")
INTENT = TicketIntended(ATTEMPT, 0, NOON, Incident("KRVG1"), TICKET)
LEAVES = TicketIntended(ATTEMPT, 0, NOON, Incident("KRVG1"), TICKET, is_entry=False)


@LANGUAGES
def test_all_languages_say_the_same_of_tickets(language: Language) -> None:
    english, other = TICKETS[Language.EN], TICKETS[language]
    for field in fields(english):
        table, said = getattr(english, field.name), getattr(other, field.name)
        if isinstance(table, str):
            assert placeholders(table) == placeholders(said), field.name
            continue
        for key, text in table.items():
            assert placeholders(text) == placeholders(said[key]), (field.name, key)
    said_here = list(all_strings(other))
    assert all(text.strip() for text in said_here)
    assert [text for text in said_here if set(text) & set("'\"`ß")] == []
    if language is Language.FR:
        assert [text for text in said_here if re.search("(?<!\u202f)[:;!?»]", re.sub(r"\{[^}]*\}", "X", text))] == []


def test_a_ticket_s_way_in_is_told() -> None:
    entered = TicketEntered(ATTEMPT, 1, NOON, TicketEvidence.ANSWER)
    told = (INTENT, entered, ReleasedToSensor(ATTEMPT, 2, NOON + 1), Passed(ATTEMPT, 3, NOON + 3))
    assert texts(*told) == [
        "Ticket …0042 was scanned and was to be checked in.",
        "E-GUMA checked the ticket in.",
        "The gate was opened.",
        "Somebody went in.",
    ]
    assert story(*told).summary() == "Admitted"
    assert story(INTENT).summary() == "Being checked"


def test_a_ticket_that_is_not_taken_says_why() -> None:
    used = TicketNotTaken(ATTEMPT, 1, NOON, "ticket_already_in", "Das Ticket wurde bereits eingecheckt.")
    assert texts(INTENT, used)[1] == "The ticket was not taken: the ticket was checked in already."
    other = TicketNotTaken(ATTEMPT, 1, NOON, "ticket_refused", f"{TICKET} is not for today.")
    assert story(INTENT, other).summary() == "Not taken: refused by E-GUMA (…0042 is not for today)"
    unsent = TicketNotTaken(ATTEMPT, 1, NOON, "not sent: connection refused")
    assert story(INTENT, unsent).summary() == "Not taken: E-GUMA was not reached (connection refused)"


def test_an_entry_that_nobody_used_is_told_to_its_end() -> None:
    begun = (INTENT, TicketDoubted(ATTEMPT, 1, NOON, "no answer from E-GUMA (reset)"))
    kept = (
        *begun,
        TicketEntered(ATTEMPT, 2, NOON, TicketEvidence.INFO),
        EntryKept(ATTEMPT, 3, NOON, "nobody passed", NOON),
    )
    assert re.fullmatch(r"Kept until \d\d:\d\d: nobody went in", story(*kept).summary())
    assert story(*kept, EntryLapsed(ATTEMPT, 4, NOON)).summary() == "Entry not used"
    undone = (*kept, EntryUndoBegun(ATTEMPT, 4, NOON), EntryUndone(ATTEMPT, 5, NOON, "it is not checked in any more"))
    assert texts(*undone)[-1] == "The ticket is checked out again: it is not checked in any more."
    assert story(*undone[:-1]).summary() == "Being checked out"


def test_a_ticket_s_way_out_is_told() -> None:
    known = (LEAVES, TicketLetOut(ATTEMPT, 1, NOON), TicketLeft(ATTEMPT, 2, NOON, TicketEvidence.ANSWER))
    assert texts(*known) == [
        "Ticket …0042 was scanned at the way out and was to be checked out.",
        "The gate was opened for the way out.",
        "The ticket is checked out.",
    ]
    assert story(*known).summary() == "Let out"
    unknown = TicketLetOut(ATTEMPT, 1, NOON, "no answer in the visitor's time")
    assert "before the check-out was known: E-GUMA did not answer in time" in texts(LEAVES, unknown)[1]
    item = OpenItem(ATTEMPT, 2, NOON, "E-GUMA did not check the ticket out: gone")
    assert story(LEAVES, unknown, item).happened().endswith("E-GUMA did not check the ticket out (gone).")


def test_what_admissions_cost_from_then_on_is_told_in_every_language() -> None:
    what = Occurrence.PRICES
    fact = PricesChanged(ATTEMPT, 0, NOON, Incident("KRVG1"), what, "Anna", "price 25.00 -> 27.00 (gate.toml)")
    told = [Story([fact], language, Currency.CHF).summary() for language in Language]
    assert told[0] == "Preise geändert: price 25.00 -> 27.00 (gate.toml) (Anna)"
    assert all("25.00 -> 27.00" in each for each in told)


def test_who_counted_the_people_inside_is_told() -> None:
    assert (
        story(OccupancySet(ATTEMPT, 0, NOON, Incident("KRVG1"), 42, "Anna")).summary() == "Anna: 42 people are inside"
    )


@LANGUAGES
@pytest.mark.parametrize("kind", sorted(OF_TICKETS))
def test_a_ticket_that_staff_had_checked_is_told(language: Language, kind: ErrandKind) -> None:
    number = VoucherCode(TICKET)
    begun = ErrandBegun(ATTEMPT, 0, NOON, Incident("K7Q2M"), kind, number, Cents(0), Currency.CHF, "Anna")
    done = ErrandDone(ATTEMPT, 1, NOON + 1, how="confirmed by E-GUMA")
    told = Story((begun, done), language, Currency.CHF)
    first, last = (sentence.text for sentence in told.sentences())
    assert "Anna" in first
    assert "…0042" in first
    assert "E-GUMA" in last
    assert not any(digit in told.summary() for digit in "0123456789")
    refused = ErrandRefused(ATTEMPT, 0, NOON, Incident("K7Q2M"), kind, number, "Anna", "the ticket is not checked in")
    assert "…0042" in texts(refused, language=language)[0]
