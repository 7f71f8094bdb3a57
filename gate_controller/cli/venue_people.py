"""`gate-controller venue user` and `venue token`: who may use the page of a house, by the gate's own commands."""

from pathlib import Path
from typing import Final

import typer

from gate_controller.cli import token as gate_token
from gate_controller.cli import user as gate_user
from gate_controller.cli.exits import CommandError, ExitCode
from gate_controller.cli.manual import manual
from gate_controller.cli.options import JsonOption
from gate_controller.cli.token import ProgramArgument
from gate_controller.cli.user import NameArgument, RoleOption, StdinOption
from gate_controller.cli.venue_options import VenueConfigOption, VenueSetOption, load

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them


def _of(config: Path | None, overrides: list[str] | None) -> Path:
    return load(config, overrides).settings.state_dir


def add(
    name: NameArgument,
    role: RoleOption,
    password_stdin: StdinOption = False,
    config: VenueConfigOption = None,
    overrides: VenueSetOption = None,
) -> int:
    """
    Add somebody who may log in to the house's page. The password is asked for twice, and not shown.

    A running venue knows him at once.

    Examples:
      sudo gate-controller venue user add Anna --role technician
      sudo gate-controller venue user add Anna --role staff --password-stdin < password.txt
    """
    return gate_user.add_in(_of(config, overrides), name, role, from_stdin=password_stdin)


def password(
    name: NameArgument,
    password_stdin: StdinOption = False,
    config: VenueConfigOption = None,
    overrides: VenueSetOption = None,
) -> int:
    """
    Give somebody another password. Wherever he is logged in, he has to log in again.

    Example:
      sudo gate-controller venue user password Anna
    """
    return gate_user.password_in(_of(config, overrides), name, from_stdin=password_stdin)


def role(
    name: NameArgument, role: RoleOption, config: VenueConfigOption = None, overrides: VenueSetOption = None
) -> int:
    """
    Give somebody another role. Wherever he is logged in, he has to log in again.

    Example:
      sudo gate-controller venue user role Anna --role technician
    """
    return gate_user.role_in(_of(config, overrides), name, role)


def remove(name: NameArgument, config: VenueConfigOption = None, overrides: VenueSetOption = None) -> int:
    """
    Remove somebody. Wherever he is logged in, he is logged out at once.

    Example:
      sudo gate-controller venue user remove Anna
    """
    return gate_user.remove_in(_of(config, overrides), name)


def list_(config: VenueConfigOption = None, overrides: VenueSetOption = None, as_json: JsonOption = False) -> int:
    """
    List who may log in, and as what.

    Example:
      sudo gate-controller venue user list
    """
    return gate_user.list_in(_of(config, overrides), as_json=as_json)


def fingerprint(config: VenueConfigOption = None, overrides: VenueSetOption = None) -> int:
    """
    Print the fingerprint (SHA-256) of the page's certificate.

    Compare it with what the browser shows before you trust a certificate that the venue has made itself.

    Example:
      sudo gate-controller venue user fingerprint
    """
    from gate_controller.web.certificates import CertificateError, certificate_in_use, wants_tls

    settings = load(config, overrides).settings
    if not wants_tls(settings.web):
        raise CommandError(
            ExitCode.NO, "the page has no certificate: it is served without TLS: see web.tls and web.host"
        )
    try:
        print(certificate_in_use(settings.web, settings.state_dir).fingerprint())
    except CertificateError as error:
        raise CommandError(ExitCode.NO, f"{error}: the venue makes it at its first start with the page") from None
    return ExitCode.OK


def issue(
    name: ProgramArgument, role: RoleOption, config: VenueConfigOption = None, overrides: VenueSetOption = None
) -> int:
    """
    Make a token for a program, and print it alone. It is kept as a hash only: nobody can print it again.

    Example:
      sudo gate-controller venue token add grafana --role viewer > token.txt
    """
    return gate_token.issue_in(_of(config, overrides), name, role)


def revoke(name: ProgramArgument, config: VenueConfigOption = None, overrides: VenueSetOption = None) -> int:
    """
    Revoke a token. Whatever is being answered to it ends at once.

    Example:
      sudo gate-controller venue token revoke grafana
    """
    return gate_token.revoke_in(_of(config, overrides), name)


def tokens(config: VenueConfigOption = None, overrides: VenueSetOption = None, as_json: JsonOption = False) -> int:
    """
    List the tokens that count: what each is for, its role, and since when.

    Example:
      sudo gate-controller venue token list
    """
    return gate_token.tokens_in(_of(config, overrides), as_json=as_json)


_USER_HELP: Final = "Say who may log in to the page of the house, and as what."
venue_user = typer.Typer(name="user", help=_USER_HELP, rich_markup_mode=None, add_completion=False)
venue_user.command(help=manual(add))(add)
venue_user.command(help=manual(password))(password)
venue_user.command(help=manual(role))(role)
venue_user.command(help=manual(remove))(remove)
venue_user.command("list", help=manual(list_))(list_)
venue_user.command(help=manual(fingerprint))(fingerprint)

_PROGRAMS: Final = "Make and revoke tokens of programs that ask the venue."
venue_token = typer.Typer(name="token", help=_PROGRAMS, rich_markup_mode=None, add_completion=False)
venue_token.command("add", help=manual(issue))(issue)
venue_token.command(help=manual(revoke))(revoke)
venue_token.command("list", help=manual(tokens))(tokens)
