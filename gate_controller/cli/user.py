"""`gate-controller user`: who may log in to the staff's page, beside a running gate and without one."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gate_controller.cli.asking import ask_running, settings_without_key, state_dir_in_spite
from gate_controller.cli.exits import CommandError, ExitCode, complain, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption

if TYPE_CHECKING:
    from gate_controller.web.people import Role

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Case does not count.")]
RoleOption = Annotated[
    str,
    typer.Option(
        metavar="ROLE",
        help="viewer: looks; staff: also lets people in, holds open, locks, sees to open items; technician: also tries "
        "devices and ends others' sessions.",
    ),
]
StdinOption = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]


def add(
    name: NameArgument,
    role: RoleOption,
    password_stdin: StdinOption = False,
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Add somebody who may log in. The password is asked for twice, and not shown.

    A running gate knows him at once.

    Examples:
      gate-controller user add Anna --role staff
      gate-controller user add Anna --role staff --password-stdin < password.txt
    """
    return add_in(state_dir(config, overrides), name, role, from_stdin=password_stdin)


def add_in(directory: Path, name: str, role: str, *, from_stdin: bool) -> int:
    """Add somebody to the users of a folder."""
    from gate_controller.web.users import Member, add_member, read_users, refuse_known, sensible_name

    what = role_of(role)
    with users_told():
        name = sensible_name(name)
        refuse_known(read_users(directory), name)
        add_member(directory, Member(name, what, _hash(_typed(from_stdin=from_stdin))))
    print(f"{name} may log in as {what.word}")
    return ExitCode.OK


def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Give somebody another password. Wherever he is logged in, he has to log in again.

    Example:
      gate-controller user password Anna
    """
    return password_in(state_dir(config, overrides), name, from_stdin=password_stdin)


def password_in(directory: Path, name: str, *, from_stdin: bool) -> int:
    """Give somebody of a folder's users another password."""
    from dataclasses import replace

    from gate_controller.web.users import change_member, member_of, read_users

    with users_told():
        member_of(read_users(directory), name)
        kept = _hash(_typed(from_stdin=from_stdin))
        member = change_member(directory, name, lambda member: replace(member, password=kept))
    print(f"{member.name} has another password")
    return ExitCode.OK


def role(name: NameArgument, role: RoleOption, config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Give somebody another role. Wherever he is logged in, he has to log in again.

    Example:
      gate-controller user role Anna --role technician
    """
    return role_in(state_dir(config, overrides), name, role)


def role_in(directory: Path, name: str, role: str) -> int:
    """Give somebody of a folder's users another role."""
    from dataclasses import replace

    from gate_controller.web.users import change_member, member_of, read_users

    what = role_of(role)
    with users_told():
        member_of(read_users(directory), name)
        member = change_member(directory, name, lambda member: replace(member, role=what))
    print(f"{member.name} is {what.word} now")
    return ExitCode.OK


def remove(name: NameArgument, config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Remove somebody. Wherever he is logged in, he is logged out at once.

    Without users the page shows itself to this machine alone, and takes no orders.

    Example:
      gate-controller user remove Anna
    """
    return remove_in(state_dir(config, overrides), name)


def remove_in(directory: Path, name: str) -> int:
    """Remove somebody from the users of a folder."""
    from gate_controller.web.users import member_of, read_users, remove_member

    with users_told():
        member_of(read_users(directory), name)
        member = remove_member(directory, name)
    print(f"{member.name} may not log in any more")
    return ExitCode.OK


def list_(config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False) -> int:
    """
    List who may log in, and as what.

    Example:
      gate-controller user list
    """
    return list_in(state_dir(config, overrides), as_json=as_json)


def list_in(directory: Path, *, as_json: bool) -> int:
    """List the users of a folder."""
    from gate_controller.web.users import read_users

    with users_told():
        people = read_users(directory).people.values()
    if as_json:
        print_json([{"name": each.name, "role": each.role.word} for each in people])
    else:
        for each in people:
            print(f"{on_one_line(each.name):<40}  {each.role.word}")
    return ExitCode.OK


def fingerprint(
    show: Annotated[bool, typer.Option("--show", help="Show it on the running gate's display, for 30 s.")] = False,
    config: ConfigOption = None,
    overrides: SetOption = None,
) -> int:
    """
    Print the fingerprint (SHA-256) of the page's certificate.

    Compare it with what the browser shows before you trust a certificate that the gate has made itself.

    Example:
      gate-controller user fingerprint
    """
    from gate_controller.web.certificates import CertificateError, certificate_in_use, wants_tls

    settings = settings_without_key(config, overrides)
    if not wants_tls(settings.web):
        raise CommandError(
            ExitCode.NO, "the page has no certificate: it is served without TLS: see web.tls and web.host"
        )
    try:
        digits = certificate_in_use(settings.web, settings.state_dir).fingerprint()
    except CertificateError as error:
        raise CommandError(ExitCode.NO, f"{error}: the gate makes it at its first start with the page") from None
    print(digits)
    if show:
        remedy = "only a running gate can show it"
        ask_running(settings.state_dir, "show_fingerprint", remedy=remedy, fingerprint=digits, seconds=30)
    return ExitCode.OK


def state_dir(config: Path | None, overrides: list[str] | None) -> Path:
    """Return where the users are; mistakes of the settings are warned of, unless they may hide it: `CommandError`."""
    try:
        return settings_without_key(config, overrides).state_dir
    except CommandError as mistakes:
        directory = state_dir_in_spite(mistakes, config, overrides)
        for line in mistakes.lines:
            complain(line, kind="warning")
        return directory


def role_of(word: str) -> "Role":
    """Return the role of this name; raise `CommandError`."""
    from gate_controller.web.people import Role

    try:
        return Role.read(word)
    except ValueError as error:
        raise CommandError(ExitCode.SETTINGS, f"{error}: option --role") from None


@contextlib.contextmanager
def users_told() -> Iterator[None]:
    """Turn what is wrong with the users into the end of a command."""
    from gate_controller.web.users import UsersError

    try:
        yield
    except UsersError as error:
        raise CommandError(ExitCode.NO, str(error)) from None


def _typed(*, from_stdin: bool) -> str:
    """Return a password as somebody typed it; raise `CommandError` where it is none."""
    from gate_controller.web.passwords import MOST_LETTERS, PasswordError, sensible_password

    try:
        if from_stdin:
            # A letter has four bytes at most; what is longer is no password, however long it is.
            line = sys.stdin.buffer.readline(4 * MOST_LETTERS + 10).decode()
            return sensible_password(line.removesuffix("\n").removesuffix("\r"))
        if not sys.stdin.isatty():
            raise CommandError(
                ExitCode.SETTINGS, "there is no terminal to type a password in: give it with --password-stdin"
            )
        return _asked_twice()
    except UnicodeDecodeError:
        raise CommandError(ExitCode.NO, "the password is no text in UTF-8") from None
    except PasswordError as error:
        raise CommandError(ExitCode.NO, str(error)) from None


def _asked_twice() -> str:
    from getpass import getpass

    from gate_controller.web.passwords import sensible_password

    while True:
        try:
            typed = sensible_password(getpass("Password: "))
            if typed == sensible_password(getpass("Once more: ")):
                return typed
        except EOFError:
            raise CommandError(ExitCode.INTERRUPTED, "no password was typed: nothing has changed") from None
        complain("the two are not the same: type it again")


def _hash(password: str) -> str:
    from gate_controller.web.passwords import Hashing

    try:
        return Hashing().hash(password)
    except ImportError as error:
        missing = f"{error.name or error} is not installed"
        raise CommandError(ExitCode.NO, f"{missing}: pip install 'gate-controller[web]'") from None


user = typer.Typer(
    name="user",
    help="Say who may log in to the staff's page, and as what.",
    rich_markup_mode=None,
    add_completion=False,
)
user.command(help=manual(add))(add)
user.command(help=manual(password))(password)
user.command(help=manual(role))(role)
user.command(help=manual(remove))(remove)
user.command("list", help=manual(list_))(list_)
user.command(help=manual(fingerprint))(fingerprint)
