"""`gate-controller token`: tokens of programs that use the API, beside a running gate and without one."""

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gate_controller.cli.exits import ExitCode, on_one_line
from gate_controller.cli.json_output import print_json
from gate_controller.cli.manual import manual
from gate_controller.cli.options import ConfigOption, JsonOption, SetOption
from gate_controller.cli.user import RoleOption, role_of, state_dir, users_told

# ruff: noqa: PLC0415 - libraries are brought in by the command that needs them

ProgramArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the token is for. Case does not count.")]


def issue(name: ProgramArgument, role: RoleOption, config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Make a token for a program, and print it alone. It is kept as a hash only: nobody can print it again.

    The program sends it as "Authorization: Bearer TOKEN".

    Example:
      gate-controller token add prometheus --role viewer > token.txt
    """
    return issue_in(state_dir(config, overrides), name, role)


def issue_in(directory: Path, name: str, role: str) -> int:
    """Make a token for a program that asks whoever has this folder."""
    from gate_controller.web.tokens import digest_of, new_token
    from gate_controller.web.users import Token, add_token, sensible_name

    what, secret = role_of(role), new_token()
    with users_told():
        add_token(directory, Token(sensible_name(name), what, digest_of(secret), time.time()))
    print(secret)
    return ExitCode.OK


def revoke(name: ProgramArgument, config: ConfigOption = None, overrides: SetOption = None) -> int:
    """
    Revoke a token. Whatever is being answered to it ends at once.

    Example:
      gate-controller token revoke prometheus
    """
    return revoke_in(state_dir(config, overrides), name)


def revoke_in(directory: Path, name: str) -> int:
    """Revoke a token of a folder's."""
    from gate_controller.web.users import revoke_token

    with users_told():
        token = revoke_token(directory, name)
    print(f"{token.name} is revoked")
    return ExitCode.OK


def tokens(config: ConfigOption = None, overrides: SetOption = None, as_json: JsonOption = False) -> int:
    """
    List the tokens that count: what each is for, its role, and since when.

    Example:
      gate-controller token list
    """
    return tokens_in(state_dir(config, overrides), as_json=as_json)


def tokens_in(directory: Path, *, as_json: bool) -> int:
    """List the tokens of a folder."""
    from gate_controller.web.users import read_users

    with users_told():
        programs = read_users(directory).programs.values()
    if as_json:
        print_json([{"name": each.name, "role": each.role.word, "made": each.made} for each in programs])
    else:
        for each in programs:
            made = datetime.fromtimestamp(each.made).astimezone().strftime("%Y-%m-%d")
            print(f"{on_one_line(each.name):<40}  {each.role.word:<10}  {made}")
    return ExitCode.OK


token = typer.Typer(
    name="token",
    help="Make and revoke tokens of programs that use the API.",
    rich_markup_mode=None,
    add_completion=False,
)
token.command("add", help=manual(issue))(issue)
token.command(help=manual(revoke))(revoke)
token.command("list", help=manual(tokens))(tokens)
