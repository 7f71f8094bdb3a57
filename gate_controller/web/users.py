"""
Who may use the page: people with passwords and programs with tokens, in one file of the state directory.

Only commands write it, one at a time and whole; a running gate reads it anew once it has changed. A file that cannot be
read is no empty one: then nobody gets in, and whoever asks is told why.
"""

import contextlib
import errno
import fcntl
import json
import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from gate_controller.journal import own_files
from gate_controller.web.people import Role

USERS_FILE: Final = "users.json"
USERS_LOCK: Final = "users.lock"

LOCK_SECONDS: Final = 5.0
"""How long a command waits for another that changes the users: each takes milliseconds."""
_LOOK_SECONDS: Final = 0.05

MOST_BYTES: Final = 2**20
"""Of the file: some thousand users. What is larger is not ours."""

_NAME = re.compile(r"[^\W_](?:[\w .@'’+-]{0,38}[\w.])?")
_VERSION: Final = 1


class UsersError(Exception):
    """What is wrong with the users' file, or with a change to it: what, where, what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person with a password."""

    name: str
    role: Role
    password: str
    """Its hash, with salt and costs (`passwords.py`)."""


@dataclass(frozen=True, slots=True)
class Token:
    """A program, known by the hash of what it sends."""

    name: str
    role: Role
    digest: str
    made: float
    """When, in seconds since 1970."""


@dataclass(slots=True)
class Users:
    """Everybody who may, by the key of the name (`key_of`)."""

    people: dict[str, Member] = field(default_factory=dict)
    programs: dict[str, Token] = field(default_factory=dict)


def key_of(name: str) -> str:
    """Return what two spellings of one name have in common: neither case nor the way an accent is written counts."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def sensible_name(name: str) -> str:
    """Return a name as it is kept. Raises `UsersError` for what no list could show."""
    text = unicodedata.normalize("NFC", name).strip()
    if not _NAME.fullmatch(text):
        raise UsersError(
            f"{name!r} is no name to log in with: take 1 to 40 letters and digits; inside also blanks and . - _ + ' @"
        )
    return text


def read_users(directory: Path) -> Users:
    """Return everybody who may; nobody where there is no file. Raises `UsersError`."""
    path = directory / USERS_FILE
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return Users()
    except OSError as error:
        why = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
        remedy = "use sudo" if isinstance(error, PermissionError) else "remove it and add the users again"
        raise UsersError(f"{path}: cannot be read: {why}: {remedy}") from None
    with os.fdopen(handle, "rb") as file:
        is_now = os.fstat(file.fileno())
        if not stat.S_ISREG(is_now.st_mode) or is_now.st_size > MOST_BYTES:
            raise UsersError(f"{path}: is no file of users: remove it and add the users again")
        written = file.read(MOST_BYTES + 1)
    try:
        return _read(json.loads(written))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsersError(f"{path}: is damaged: put a copy back, or remove it and add the users again") from None


def _read(content: Any) -> Users:
    if content["version"] != _VERSION:
        raise ValueError(content["version"])
    users = Users()
    for each in content["users"]:
        user = Member(str(each["name"]), Role.read(each["role"]), str(each["password"]))
        users.people[key_of(user.name)] = user
    for each in content["tokens"]:
        token = Token(str(each["name"]), Role.read(each["role"]), str(each["digest"]), float(each["made"]))
        users.programs[key_of(token.name)] = token
    return users


@contextlib.contextmanager
def changed_users(directory: Path) -> Iterator[Users]:
    """Let the users be changed, and write them when that has ended well. Raises `UsersError`."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = own_files.opened(directory / USERS_LOCK, os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise _unwritable(directory, error) from None
    try:
        _take(lock, directory)
        users = read_users(directory)
        yield users
        _write(directory, users)
    except OSError as error:
        raise _unwritable(directory, error) from None
    finally:
        os.close(lock)


def _take(lock: int, directory: Path) -> None:
    give_up = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= give_up:
                raise UsersError(
                    f"{directory / USERS_LOCK}: another command is changing the users: wait for it, or end it"
                ) from None
            time.sleep(_LOOK_SECONDS)
        else:
            return


def _write(directory: Path, users: Users) -> None:
    """Put a new file in the old one's place, on disk before its name is: whoever reads sees one or the other, whole."""
    content = {
        "version": _VERSION,
        "users": [
            {"name": each.name, "role": each.role.word, "password": each.password} for each in users.people.values()
        ],
        "tokens": [
            {"name": each.name, "role": each.role.word, "digest": each.digest, "made": each.made}
            for each in users.programs.values()
        ],
    }
    own_files.replace(directory / USERS_FILE, json.dumps(content, indent=1, ensure_ascii=False).encode())


def add_member(directory: Path, member: Member) -> None:
    """Add a person. Raises `UsersError`."""
    with changed_users(directory) as users:
        refuse_known(users, member.name)
        users.people[key_of(member.name)] = member


def change_member(directory: Path, name: str, change: Callable[[Member], Member]) -> Member:
    """Change a person; return him as he is now. Raises `UsersError`."""
    with changed_users(directory) as users:
        changed = users.people[key_of(name)] = change(member_of(users, name))
    return changed


def remove_member(directory: Path, name: str) -> Member:
    """Remove a person; return who it was. Raises `UsersError`."""
    with changed_users(directory) as users:
        removed = member_of(users, name)
        del users.people[key_of(name)]
    return removed


def add_token(directory: Path, token: Token) -> None:
    """Add a program. Raises `UsersError`."""
    with changed_users(directory) as users:
        if key_of(token.name) in users.programs:
            raise UsersError(f"there is a token {token.name} already: revoke it first, or take another name")
        users.programs[key_of(token.name)] = token


def revoke_token(directory: Path, name: str) -> Token:
    """Remove a program; return which it was. Raises `UsersError`."""
    with changed_users(directory) as users:
        if (token := users.programs.pop(key_of(name), None)) is None:
            raise UsersError(f"there is no token {name!r}: see `gate-controller token list`")
    return token


def member_of(users: Users, name: str) -> Member:
    """Return the person of a name. Raises `UsersError`."""
    if (member := users.people.get(key_of(name))) is None:
        raise UsersError(f"there is no user {name!r}: see `gate-controller user list`")
    return member


def refuse_known(users: Users, name: str) -> None:
    """Raise `UsersError` where somebody has this name already."""
    if key_of(name) in users.people:
        raise UsersError(
            f"{name} is there already: see `gate-controller user password` and `gate-controller user role`"
        )


def _unwritable(directory: Path, error: OSError) -> UsersError:
    remedy = "use sudo" if isinstance(error, PermissionError) else "put it right"
    return UsersError(f"{error.filename or directory}: cannot be written: {error.strerror}: {remedy}")
