"""
What is wired to the demo's pins beside relay and lamps: a buzzer to be listened to, and contacts to be moved.

There are only wires where the pins are mocks. On a back end that somebody chose, nobody knows what hangs on a pin, and
a fire contact that is not there would be an alarm.
"""

import asyncio

from gate_controller.admission.words.events import Contact
from gate_controller.devices.gpio import are_mocks, drive, is_high, pulses

# As hardware/README.md suggests them.
_BUZZER_PIN = 12
_CONTACT_PINS = {Contact.EXIT_BUTTON: 6, Contact.FIRE: 13, Contact.SERVICE_KEY: 26}
_SETTINGS = {
    "buzzer.pin": _BUZZER_PIN,
    "exit_button.pin": _CONTACT_PINS[Contact.EXIT_BUTTON],
    "fire_contact.pin": _CONTACT_PINS[Contact.FIRE],
    "service_key.pin": _CONTACT_PINS[Contact.SERVICE_KEY],
}

# The level of a contact's pin while it is active. The fire contact is closed to ground while all is well.
_ACTIVE_IS_HIGH = {Contact.EXIT_BUTTON: False, Contact.FIRE: True, Contact.SERVICE_KEY: False}

# A finger on a button; a contact counts once it has lasted for 0.03 s.
_PRESS_SECONDS = 0.4


class Wiring:
    """The wires, in the event loop; without mock pins there are none, and nothing happens."""

    def __init__(self) -> None:
        self.settings: dict[str, str] = {}
        """The settings that go with it."""
        self._contacts: tuple[Contact, ...] = ()
        if are_mocks():
            self.settings = {name: str(pin) for name, pin in _SETTINGS.items()}
            self._contacts = tuple(_CONTACT_PINS)

    def all_is_well(self) -> None:
        """Put every contact to rest. To be called once the gate has made its inputs, before it looks at them."""
        for contact in self._contacts:
            self.set(contact, active=False)

    def set(self, contact: Contact, *, active: bool) -> None:
        """Move a contact and leave it so."""
        if contact in self._contacts:
            drive(_CONTACT_PINS[contact], high=active is _ACTIVE_IS_HIGH[contact])

    def move(self, contact: Contact) -> None:
        """Press the exit button and let it go again, or move another contact to its other state."""
        is_button = contact is Contact.EXIT_BUTTON
        self.set(contact, active=is_button or not self.contacts.get(contact, False))
        if is_button:
            asyncio.get_running_loop().call_later(_PRESS_SECONDS, lambda: self.set(contact, active=False))

    @property
    def contacts(self) -> dict[Contact, bool]:
        """Which contacts are active just now, by their pins."""
        return {contact: is_high(_CONTACT_PINS[contact]) is _ACTIVE_IS_HIGH[contact] for contact in self._contacts}

    @property
    def is_sounding(self) -> bool:
        """Whether the buzzer sounds just now, by its pin."""
        return bool(self.settings) and is_high(_BUZZER_PIN)

    @property
    def beeps(self) -> int:
        """How often the buzzer has begun to sound, by its pin, however short it was."""
        return len(pulses(_BUZZER_PIN)) + self.is_sounding if self.settings else 0
