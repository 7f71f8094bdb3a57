"""docs/settings.md says what the code does."""

import re
from pathlib import Path

import pytest

from gate_controller.settings.models import FIELDS
from gate_controller.settings.reference import as_text
from tests.docs import settings_table
from tests.rig.settings import loaded

PAGE = settings_table.PAGE.read_text()
EXAMPLES: list[str] = re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_table_in_the_documentation_is_that_of_the_code() -> None:
    assert settings_table.written(PAGE) == PAGE, "make it anew: python -m tests.docs.settings_table"


@pytest.mark.parametrize("more", EXAMPLES[1:], ids=range(1, len(EXAMPLES)))
def test_the_example_file_in_the_documentation_can_be_loaded_with_each_of_the_others(
    more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "example.toml"
    path.write_text(f"{EXAMPLES[0]}\n{more}")

    result = loaded(config=path, GATE_ADMISSION__PRICE_CENTS="-")

    assert str(path) in result.origins.values()
    assert result.warnings == ()


@pytest.mark.parametrize("name", sorted(set(FIELDS) - {"eguma.api_key", "eguma.api_key_file"}))
def test_a_value_in_writing_is_one_that_can_be_typed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = loaded().settings
    section, _, leaf = name.rpartition(".")
    value = getattr(getattr(settings, section) if section else settings, leaf)

    assert loaded(f"{name}={as_text(value)}").settings == settings
