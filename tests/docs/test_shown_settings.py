"""The settings that pages show can be typed off: each piece of TOML is read as a settings file, without a mistake."""

import re
from pathlib import Path

import pytest

from gate_controller.venue.venue_loading import load_venue
from tests.docs.remarks import ROOT
from tests.docs.site import pages
from tests.rig.settings import loaded

_SHOWN = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ANSWERS = re.compile(r"^\[setup\].*", re.MULTILINE | re.DOTALL)
"""What only the answers given to `gate-controller setup` have: the end of a file of settings."""
_OTHERS = re.compile(r"^\[(provision|card)\]", re.MULTILINE)
"""Sections that only files of answers for codes and cards have, which are none of settings."""

SHOWN = {
    f"{uri}:{text.count(chr(10), 0, found.start()) + 1}": found[1]
    for uri in pages()
    for text in [(ROOT / uri).read_text(encoding="utf-8")]
    for found in _SHOWN.finditer(text)
    if not _OTHERS.search(found[1])
}


SECRETS = {"webhook_url": "GATE_NOTIFY__WEBHOOK_KEY", "smtp_user": "GATE_NOTIFY__SMTP_PASSWORD"}
"""Setting -> the variable of a secret that has to be there with it, and never stands in the settings file."""


VENUE_PAGE = "docs/venue.md"
"""What it shows is a venue's."""
_FILE = re.compile(r'_file = "(/etc/gate-controller/[^"]+)"')


@pytest.mark.parametrize("place", [place for place in SHOWN if place.startswith(VENUE_PAGE)])
def test_shown_settings_of_a_venue_are_a_settings_file(place: str, tmp_path: Path) -> None:
    for named in _FILE.findall(SHOWN[place]):
        (tmp_path / Path(named).name).write_text("s" * 40, encoding="utf-8")
    file = tmp_path / "venue.toml"
    file.write_text(SHOWN[place].replace("/etc/gate-controller", str(tmp_path)), encoding="utf-8")
    load_venue(config=file, overrides=[], environ={"STATE_DIRECTORY": str(tmp_path)})


@pytest.mark.parametrize("place", [place for place in SHOWN if not place.startswith(VENUE_PAGE)])
def test_shown_settings_are_a_settings_file(place: str, tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    file.write_text(_ANSWERS.sub("", SHOWN[place]), encoding="utf-8")

    secrets = {variable: "s" * 16 for setting, variable in SECRETS.items() if setting in SHOWN[place]}

    loaded(config=file, STATE_DIRECTORY=str(tmp_path), **secrets)
