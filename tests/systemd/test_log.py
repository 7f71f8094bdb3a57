"""The log: one line per event whatever is in it, in systemd's form or with the time, and never the key."""

import logging
from collections.abc import Iterator

import pytest

from gate_controller.systemd import log

KEY = "k3y-that-must-not-be-seen"


class Stderr:
    """What has gone to stderr so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._written = ""

    @property
    def text(self) -> str:
        self._written += self._capsys.readouterr().err
        return self._written


@pytest.fixture
def stderr(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stderr]:
    """Stderr, with the loggers put back afterwards as they were."""
    root = logging.getLogger()
    handlers, level, asyncio_level = root.handlers[:], root.level, logging.getLogger("asyncio").level
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    yield Stderr(capsys)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("asyncio").setLevel(asyncio_level)


def crash(logger: logging.Logger) -> None:
    try:
        raise ValueError("nobody foresaw this")
    except ValueError as error:
        logger.critical("crash=%s what=%r", "ValueError", str(error), exc_info=error)


def test_a_line_has_the_time_and_the_level(stderr: Stderr) -> None:
    log.set_up("info", KEY)
    logging.getLogger("gate_controller").info("verdict=admitted seconds=%.3f", 0.25)
    time, level, words = stderr.text.strip().split(" ", 2)
    assert time[:2] == "20"
    assert time[10] == "T"
    assert (level, words) == ("info", "verdict=admitted seconds=0.250")


@pytest.mark.parametrize(
    ("level", "priority"),
    [("debug", 7), ("info", 6), ("warning", 4), ("error", 3), ("critical", 2)],
)
def test_under_systemd_a_line_has_its_priority_and_no_time(
    stderr: Stderr, monkeypatch: pytest.MonkeyPatch, level: str, priority: int
) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:12345")
    log.set_up("debug", KEY)
    logging.getLogger("gate_controller").log(logging.getLevelNamesMapping()[level.upper()], "fault=raised")
    assert stderr.text == f"<{priority}>fault=raised\n"


def test_less_severe_lines_than_asked_for_are_left_out(stderr: Stderr) -> None:
    log.set_up("warning", KEY)
    logging.getLogger("gate_controller").info("verdict=admitted")
    assert stderr.text == ""


@pytest.mark.parametrize("text", ["two\nlines", "two\r\nlines", "a\x1b[31mred\x1b[0m", "a\u2028b", "nul\0"])
def test_an_event_is_one_line_without_control_characters(stderr: Stderr, text: str) -> None:
    log.set_up("info", KEY)
    logging.getLogger("gate_controller").info("why=%s", text)
    written = stderr.text
    assert written.endswith("\n")
    assert written[:-1].isprintable()


def test_a_blank_that_does_not_break_is_a_blank_in_quoted_text_too(stderr: Stderr) -> None:
    log.set_up("info", KEY)
    money = "CHF\u00a01\u202f025.00"
    logging.getLogger("gate_controller").info("why=%r path=%r", money, "C:\\xa0")
    assert stderr.text.endswith("why='CHF 1 025.00' path='C:\\\\xa0'\n")


def test_a_crash_is_one_line_without_its_traceback(stderr: Stderr) -> None:
    log.set_up("info", KEY)
    crash(logging.getLogger("gate_controller"))
    assert stderr.text.count("\n") == 1
    assert "crash=ValueError what='nobody foresaw this'" in stderr.text
    assert "Traceback" not in stderr.text


def test_a_crash_shows_where_at_the_debug_level(stderr: Stderr) -> None:
    log.set_up("debug", KEY)
    crash(logging.getLogger("gate_controller"))
    assert stderr.text.count("\n") == 1
    assert "test_log.py" in stderr.text


@pytest.mark.parametrize("level", ["info", "debug"])
def test_the_key_is_blotted_out_wherever_it_comes_from(stderr: Stderr, level: str) -> None:
    log.set_up(level, KEY)
    logging.getLogger("some.library").warning("GET https://api.e-guma.ch/v1/x?apikey=%s", KEY)
    try:
        raise ValueError(f"apikey={KEY}")
    except ValueError as error:
        logging.getLogger("some.library").error("failed", exc_info=error)  # noqa: TRY400 - as libraries do
    assert "apikey=***" in stderr.text
    assert KEY not in stderr.text


def test_the_key_is_blotted_out_as_a_url_spells_it_too(stderr: Stderr) -> None:
    log.set_up("info", "a key/with=signs")
    logging.getLogger("some.library").warning("GET https://api.e-guma.ch/v1/x?apikey=a%20key%2Fwith%3Dsigns")
    assert "apikey=***" in stderr.text


@pytest.mark.parametrize("library", ["httpx", "httpcore"])
def test_the_http_libraries_say_nothing_below_warnings(stderr: Stderr, library: str) -> None:
    import gate_controller.eguma.connection  # noqa: F401, PLC0415 - this is where they are told

    log.set_up("debug", KEY)
    logging.getLogger(library).info("HTTP Request: GET …")
    assert stderr.text == ""


def test_asyncio_tells_of_its_chores_only_at_the_debug_level(stderr: Stderr) -> None:
    log.set_up("info", KEY)
    logging.getLogger("asyncio").info("poll took …")
    assert stderr.text == ""


def test_setting_up_again_writes_no_line_twice(stderr: Stderr) -> None:
    log.set_up("info", KEY)
    log.set_up("info", KEY)
    logging.getLogger("gate_controller").info("verdict=admitted")
    assert stderr.text.count("\n") == 1


def test_the_last_lines_are_kept_as_they_were_written(stderr: Stderr) -> None:
    kept = log.set_up("info", KEY)
    logger = logging.getLogger("gate_controller")
    logger.debug("not written")
    logger.info("asked=%s key=%s", "balance", KEY)
    logger.warning("two\nlines")
    assert kept.lines() == stderr.text.splitlines()
    assert KEY not in "".join(kept.lines())


def test_under_systemd_kept_lines_have_the_time_all_the_same(stderr: Stderr, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOURNAL_STREAM", "8:12345")
    kept = log.set_up("info", KEY)
    logging.getLogger("gate_controller").info("verdict=admitted")
    [line] = kept.lines()
    assert line.endswith(" info verdict=admitted")
    assert stderr.text == "<6>verdict=admitted\n"


@pytest.mark.usefixtures("stderr")
def test_so_many_lines_of_such_a_length_are_kept_and_no_more() -> None:
    kept = log.set_up("info", KEY)
    logger = logging.getLogger("gate_controller")
    for number in range(log.LINES_KEPT + 5):
        logger.info("%d %s", number, "x" * 10_000)
    lines = kept.lines()
    assert (len(lines), lines[0].split()[2]) == (log.LINES_KEPT, "5")
    assert max(map(len, lines)) < log.LONGEST_KEPT + 50
