"""`gate-controller user` and `token`: who may use the page, and a file that nothing spoils."""

import fcntl
import subprocess
import time
from pathlib import Path

import pytest

from gate_controller.web.passwords import Hashing, sensible_password
from gate_controller.web.people import Role
from gate_controller.web.tokens import digest_of
from gate_controller.web.users import USERS_FILE, USERS_LOCK, read_users
from tests.rig import forked
from tests.rig.command import PROGRAM, STYLE, environment
from tests.rig.terminal import in_terminal

PASSWORD = "correct horse battery"

ERROR = f"{STYLE}error: "


def gate_controller(state_dir: Path, *words: str, given: str | bytes = "") -> subprocess.CompletedProcess[str]:
    """Run a command on a state directory, with something on its standard input."""
    return forked.gate_controller(*words, cwd=state_dir.parent, given=given, GATE_STATE_DIR=str(state_dir))


def add(state_dir: Path, name: str, role: str = "staff", given: str | bytes = f"{PASSWORD}\n") -> str:
    """Add a user; return what is said on stderr."""
    return gate_controller(state_dir, "user", "add", name, "--role", role, "--password-stdin", given=given).stderr


def test_a_user_is_added_listed_changed_and_removed(state_dir: Path) -> None:
    assert add(state_dir, "Anna") == ""
    anna = read_users(state_dir).people["anna"]
    assert anna.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Hashing().is_right(PASSWORD, anna.password)
    assert not Hashing().is_right(f"{PASSWORD}\n", anna.password)
    assert (state_dir / USERS_FILE).stat().st_mode & 0o777 == 0o600
    assert gate_controller(state_dir, "user", "list").stdout.split() == ["Anna", "staff"]

    other = "another password"
    assert gate_controller(state_dir, "user", "password", "ANNA", "--password-stdin", given=other).returncode == 0
    assert Hashing().is_right(other, read_users(state_dir).people["anna"].password)
    assert gate_controller(state_dir, "user", "role", "anna", "--role", "technician").returncode == 0
    assert read_users(state_dir).people["anna"].role is Role.TECHNICIAN
    assert gate_controller(state_dir, "user", "remove", "anna").returncode == 0
    assert read_users(state_dir).people == {}


def test_a_token_is_printed_once_and_alone_and_kept_as_a_hash(state_dir: Path) -> None:
    made = gate_controller(state_dir, "token", "add", "prometheus", "--role", "viewer")
    assert (made.returncode, made.stderr, made.stdout.count("\n")) == (0, "", 1)
    token = made.stdout.strip()
    assert token not in (state_dir / USERS_FILE).read_text()
    assert read_users(state_dir).programs["prometheus"].digest == digest_of(token)
    assert "prometheus" in gate_controller(state_dir, "token", "list").stdout
    again = gate_controller(state_dir, "token", "add", "Prometheus", "--role", "staff")
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (1, "", 1)
    assert gate_controller(state_dir, "token", "revoke", "PROMETHEUS").returncode == 0
    assert read_users(state_dir).programs == {}


def test_a_password_is_typed_twice_and_not_shown(state_dir: Path) -> None:
    words = ("--ctty", str(PROGRAM), "user", "add", "Anna", "--role", "staff")  # getpass asks the terminal itself
    given = environment(GATE_STATE_DIR=str(state_dir))
    with in_terminal(*words, program="setsid", cwd=state_dir.parent, **given) as terminal:
        for typed in (PASSWORD, "something else"):
            terminal.says("Password: |Once more: ")
            terminal.type(f"{typed}\n")
        terminal.says("the two are not the same")
        for _ in range(2):
            terminal.says("Password: |Once more: ")
            terminal.type(f"{PASSWORD}\n")
        terminal.says("Anna may log in as staff")
        assert terminal.ends() == 0
        assert PASSWORD not in terminal.said
    assert Hashing().is_right(PASSWORD, read_users(state_dir).people["anna"].password)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "8 letters at least"),
        ("short\n", "8 letters at least"),
        ("x" * 1001, "1000 letters at most"),
        (b"\xff\xfe not a text at all", "no text in UTF-8"),
    ],
)
def test_a_password_that_is_none_is_refused_in_a_line(state_dir: Path, password: str | bytes, why: str) -> None:
    said = add(state_dir, "Anna", given=password)
    assert said.startswith(ERROR)
    assert why in said
    assert said.count("\n") == 1
    assert not (state_dir / USERS_FILE).exists()


def test_a_password_is_the_same_however_a_keyboard_writes_it() -> None:
    assert sensible_password("Zu\u0308richsee 1291") == sensible_password("Zürichsee 1291")


@pytest.mark.parametrize("name", ["", " ", "-x", "a\nb", "a" * 41, "<b>", "a/b", "..", "a\x1b[31m", "\u202eanna"])
def test_a_name_that_no_list_could_show_is_refused_in_a_line(state_dir: Path, name: str) -> None:
    done = gate_controller(
        state_dir, "user", "add", "--role", "staff", "--password-stdin", "--", name, given=f"{PASSWORD}\n"
    )
    assert done.returncode == 1
    assert done.stderr.startswith(ERROR)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["Anna", "anna", "ANNA", "Anna "])
def test_two_spellings_are_one_name(state_dir: Path, name: str) -> None:
    add(state_dir, "Anna")
    assert "is there already" in add(state_dir, name)


@pytest.mark.parametrize(
    "words",
    [
        ("user", "remove", "nobody"),
        ("user", "password", "nobody", "--password-stdin"),
        ("user", "role", "nobody", "--role", "staff"),
        ("user", "fingerprint"),
        ("user", "fingerprint", "--set", "web.host=0.0.0.0"),
        ("user", "add", "Anna", "--role", "boss"),
        ("user", "add", "Anna", "--role", "staff"),
        ("token", "revoke", "nobody"),
        ("token", "add", "a", "--role", "root"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_told_in_a_line(state_dir: Path, words: tuple[str, ...]) -> None:
    done = gate_controller(state_dir, *words, given=PASSWORD)
    assert done.returncode in {1, 2}
    assert done.stdout == ""
    assert done.stderr.startswith(ERROR)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 1, "users": [', '{"version": 9}', "[" * 9000])
def test_a_damaged_file_is_told_of_and_not_written_over(state_dir: Path, content: str) -> None:
    state_dir.mkdir()
    (state_dir / USERS_FILE).write_text(content)
    said = add(state_dir, "Anna")
    assert f"{USERS_FILE}: is damaged" in said
    assert said.count("\n") == 1
    assert (state_dir / USERS_FILE).read_text() == content


def test_a_link_in_place_of_the_file_is_not_followed(state_dir: Path, tmp_path: Path) -> None:
    state_dir.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text('{"version": 1, "users": [], "tokens": []}')
    (state_dir / USERS_FILE).symlink_to(elsewhere)
    assert "it is a symbolic link" in add(state_dir, "Anna")
    assert "Anna" not in elsewhere.read_text()
    (state_dir / USERS_FILE).unlink()
    (state_dir / f"{USERS_FILE}.new").symlink_to(elsewhere)
    assert add(state_dir, "Anna") == ""
    assert "Anna" not in elsewhere.read_text()
    assert read_users(state_dir).people.keys() == {"anna"}


def test_what_a_power_cut_left_half_written_is_no_harm(state_dir: Path) -> None:
    state_dir.mkdir()
    (state_dir / f"{USERS_FILE}.new").write_text('{"version": 1, "us')
    assert add(state_dir, "Anna") == ""
    assert read_users(state_dir).people.keys() == {"anna"}
    assert not (state_dir / f"{USERS_FILE}.new").exists()


def test_a_command_waits_for_another_and_says_so_in_the_end(state_dir: Path) -> None:
    add(state_dir, "Anna")
    with (state_dir / USERS_LOCK).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun = time.monotonic()
        said = gate_controller(state_dir, "user", "remove", "Anna")
        assert time.monotonic() - begun > 4
    assert "another command is changing the users" in said.stderr
    assert read_users(state_dir).people.keys() == {"anna"}


def test_commands_at_the_same_time_lose_nobody(state_dir: Path) -> None:
    state_dir.mkdir()
    running = [
        subprocess.Popen(  # noqa: S603 - the program is the one under test
            [PROGRAM, "token", "add", f"program {number}", "--role", "viewer"],
            env=environment(GATE_STATE_DIR=str(state_dir)),
            cwd=state_dir.parent,
            stdout=subprocess.DEVNULL,
        )
        for number in range(4)
    ]
    assert [each.wait(60) for each in running] == [0] * 4
    assert len(read_users(state_dir).programs) == 4
