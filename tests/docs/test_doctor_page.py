"""The page about the doctor has every check that he makes, and no other; so has the page about setup what it asks."""

import re

from gate_controller.cli.doctor.examining import CHECKS
from gate_controller.cli.doctor.finding import Severity
from gate_controller.cli.setup.answer_file import HowToSetUp
from tests.docs.remarks import ROOT

PAGES = ROOT / "docs" / "technician"


def test_the_page_has_a_row_for_every_check_in_their_order() -> None:
    table = (PAGES / "doctor.md").read_text().split("| check | looks at |", 1)[1].split("\n\n", 1)[0]
    assert re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE) == [check.what for check in CHECKS]


def test_the_page_has_a_row_for_every_verdict() -> None:
    table = (PAGES / "doctor.md").read_text().split("| verdict | means |", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)) == {verdict.value for verdict in Severity}


def test_the_page_about_setup_has_every_word_of_its_section() -> None:
    block = (PAGES / "setup.md").read_text().split("[setup]\n", 1)[1].split("```", 1)[0]
    assert set(re.findall(r"^(\w+) = ", block, re.MULTILINE)) == set(HowToSetUp.__dataclass_fields__)
