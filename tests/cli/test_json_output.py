"""JSON that commands print: whole for programs, and harmless to the terminal of a person who looks at it."""

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gate_controller.cli
from gate_controller.cli.json_output import in_json, print_json

TEXTS = st.text(st.characters(codec=None, categories=None))
VALUES = st.recursive(TEXTS | st.integers() | st.booleans() | st.none(), lambda inner: st.dictionaries(TEXTS, inner))


@given(VALUES, st.booleans())
def test_programs_read_what_was_meant_and_terminals_nothing_that_cannot_be_seen(
    value: object, on_one_line: bool
) -> None:
    text = in_json(value, on_one_line=on_one_line)
    assert json.loads(text) == value
    assert text.replace("\n", "").isprintable()
    assert not on_one_line or "\n" not in text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[2J", "\\u001b[2J"),
        ("\x9b31m", "\\u009b31m"),
        ("\x7f", "\\u007f"),
        ("\u202e52.00", "\\u202e52.00"),
        ("\u2066\u2069", "\\u2066\\u2069"),
        ("\u2028", "\\u2028"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("Grüezi – café 券", "Grüezi – café 券"),
    ],
)
def test_what_controls_a_terminal_or_turns_its_line_is_escaped_and_words_are_not(
    raw: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_json([raw], on_one_line=True)
    assert capsys.readouterr().out == f'["{shown}"]\n'


def test_no_command_prints_json_in_another_way() -> None:
    folder = Path(next(iter(gate_controller.cli.__path__)))
    users = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import) and any(alias.name == "json" for alias in node.names):
                users.add(file.name)
    # These write files, read what another machine answers, or look for a secret however it is written: nothing of that
    # reaches a terminal.
    others = {"applying.py", "boot_files.py", "discreet.py", "venue_asking.py", "venue_broker.py"}
    assert users - others == {"json_output.py"}
