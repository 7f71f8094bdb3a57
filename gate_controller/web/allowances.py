"""
Who may have E-GUMA do what at the desk, and up to which amount: the settings' rules, for whoever is asking.

What is refused here has not been ordered. What E-GUMA says an order comes to is held to the same amount by the core.
"""

from collections.abc import Mapping
from typing import Final

from gate_controller.admission.words.money import Cents
from gate_controller.settings.desk_section import DeskSection
from gate_controller.web.operations import MayNot
from gate_controller.web.people import Person, Role

_NEEDS: Final[Mapping[str, str]] = {
    "admit": "admit_role",
    "top_up": "top_up_role",
    "sell": "sell_role",
    "take_back": "take_back_role",
    "void": "void_role",
    "refund": "void_role",
    "check_in": "ticket_role",
    "check_out": "ticket_role",
}
"""The setting that says who may give each order, by the order's name at the desk."""


def may_order(rules: DeskSection, role: Role, do: str) -> bool:
    """Whether a role may give this order."""
    return role >= max(Role.STAFF, Role.read(getattr(rules, _NEEDS[do])))


def most_of(rules: DeskSection, role: Role) -> Cents:
    """Return what a role may move at a time."""
    if role < Role.STAFF:
        return Cents(0)
    return Cents(rules.technician_most_cents if role >= Role.TECHNICIAN else rules.most_cents)


def allowed(rules: DeskSection, person: Person, do: str, amount: int | None) -> Cents:
    """Return what somebody may move at a time by this order. Raises `MayNot`: not this, or not so much."""
    if not may_order(rules, person.role, do):
        raise MayNot("this is for a technician")
    most = most_of(rules, person.role)
    if amount is not None and amount > most:
        raise MayNot(f"amount_cents: {amount} are more than the {most} cents that you may move at a time")
    return most
