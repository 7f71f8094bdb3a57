"""Which commits' subjects are too long, told by a real git on a real history."""

import os
import subprocess
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[2] / ".ci" / "subjects"
AFTER_THE_RULE, BEFORE_THE_RULE = "2030-01-01T12:00:00Z", "2020-01-01T12:00:00Z"


class History:
    """A repository whose every commit has a subject and a time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._git("init", "--quiet")

    def commit(self, subject: str, time: str = AFTER_THE_RULE) -> str:
        self._git("commit", "--quiet", "--allow-empty", "--message", subject, time=time)
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *words: str, time: str = AFTER_THE_RULE) -> str:
        who = {"NAME": "Anna", "EMAIL": "anna@example.org", "DATE": time}
        names = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in who.items()}
        # Nothing of this machine's configuration: it may ask for signatures.
        own = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(  # noqa: S603 - git, on a repository of our own
            ["git", "-C", self.directory, *words],  # noqa: S607 - the one on the path
            env=own | names,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def checked(self, *since: str) -> tuple[int, str]:
        done = subprocess.run(  # noqa: S603 - our own script
            [CHECK, *since], cwd=self.directory, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def test_a_new_commit_with_a_longer_subject_is_told_with_its_length(history: History) -> None:
    since = history.commit("The rule")
    history.commit("x" * 72)
    too_long = history.commit("y" * 73)
    history.commit("short")
    code, said = history.checked(since)
    assert code == 1
    assert said.startswith(f"commit {too_long[:7]}")
    assert "a subject of 73 characters: at most 72" in said
    assert len(said.splitlines()) == 1


def test_what_is_older_than_the_rule_stays_as_it_is(history: History) -> None:
    history.commit("z" * 100)
    since = history.commit("z" * 100)
    history.commit("short\n\n" + "a body may be as long as it likes " * 10)
    assert history.checked(since) == (0, "")


def test_characters_are_counted_not_bytes(history: History) -> None:
    since = history.commit("The rule")
    history.commit("ä" * 72)
    assert history.checked(since) == (0, "")


def test_where_the_rules_commit_is_unknown_its_time_decides(history: History) -> None:
    history.commit("z" * 100, time=BEFORE_THE_RULE)
    assert history.checked() == (0, "")
    history.commit("z" * 100)
    code, said = history.checked()
    assert (code, len(said.splitlines())) == (1, 1)
