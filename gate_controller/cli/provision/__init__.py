"""`gate-controller provision`: from the venue's key to a gate that was set up by codes before its scanner."""

import typer

from gate_controller.cli.manual import manual
from gate_controller.cli.provision.card_commands import card
from gate_controller.cli.provision.gate_side import apply, forget, identity, show, trust
from gate_controller.cli.provision.key_commands import keys
from gate_controller.cli.provision.making import make

__all__ = ["provision"]

_HELP = """
Set gates up by codes that their scanners read, or by the card that they start from.

At the venue: "keys make" makes the venue's key, once, and "make" turns settings into a sheet of QR codes. At the gate:
"trust" names the key whose codes it believes. A gate takes codes while it has no price or no key yet, and with its
service key turned.
"""

provision = typer.Typer(name="provision", help=manual(_HELP), rich_markup_mode=None, add_completion=False)
provision.add_typer(keys)
provision.command(help=manual(make))(make)
provision.command(help=manual(card))(card)
provision.command(help=manual(trust))(trust)
provision.command(help=manual(identity))(identity)
provision.command(help=manual(show))(show)
provision.command(help=manual(forget))(forget)
provision.command(help=manual(apply))(apply)
