"""The technician's manual knows every fault that the display can show, by the words that it shows."""

from gate_controller.admission.words.messages import Fault
from gate_controller.texts import Language
from gate_controller.texts.rendering import WORDINGS
from tests.docs.remarks import ROOT

PAGE = ROOT / "docs" / "technician" / "troubleshoot.md"


def shown(fault: Fault) -> str:
    """What the display says of this fault and not of every other: what is the matter, else its title."""
    words = WORDINGS[Language.EN].faults[fault]
    sentence = (words.bare or words.detail).partition(".")[0]
    return words.title if sentence.startswith("Please") else sentence


def test_every_fault_has_a_row_with_what_to_do() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## By the display")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]

    lacking = [fault.name for fault in Fault if not any(row.startswith(shown(fault)) for row in rows)]
    assert lacking == [], "docs/technician/troubleshoot.md: add a row that begins with what the display says"
