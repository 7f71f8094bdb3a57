"""
Devices that are kept alive: the drive, the contacts and the passage sensor, made at the start and tried again.

A gate waits for none of them: what cannot be had is a fault (the drive) or told as missing (all else), and tried again.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gate_controller.admission.words.events import Contact, ContactChanged, SensorChanged, SensorFailed
from gate_controller.admission.words.messages import Fault
from gate_controller.devices.contact import ContactInput
from gate_controller.devices.drive import Drive
from gate_controller.devices.errors import DeviceError
from gate_controller.devices.relay import RelayFault
from gate_controller.settings import Settings
from gate_controller.shell.degraded import Degraded
from gate_controller.shell.fittings import fitted_contacts, make_drive, make_passage
from gate_controller.shell.resting import leave_rest_plan
from gate_controller.shell.runner import Runner

if TYPE_CHECKING:
    from gate_controller.devices.passage import PassageSensor

DEVICE_RETRY_SECONDS = 5.0
"""How often a relay, a contact or a passage sensor that cannot be had is tried again."""


class NoDrive:
    """What stands in for a drive that cannot be had: it moves nothing, and says so."""

    is_on = False
    """Whether a release or a closing is under way, or the gate is held open."""

    def release(self) -> None:
        """Refuse. Raises `RelayFault`."""
        raise RelayFault("there is no relay")

    release_exit = shut = hold_open = let_go = release

    def off(self) -> None:
        """There is nothing to turn off."""

    close = off


class FittedContacts:
    """The contacts of a gate, in the event loop. Those that cannot be had are told to `degraded`, and tried again."""

    def __init__(self, settings: Settings, *, on_change: Callable[[Contact, bool], None], degraded: Degraded) -> None:
        self._wired = tuple(fitted_contacts(settings))
        self._on_change = on_change
        self._degraded = degraded
        self._made: dict[Contact, ContactInput] = {}

    def fit(self) -> None:
        """Make those that are not there yet."""
        for contact, pin, active_low, normally_closed in self._wired:
            if contact in self._made:
                continue
            note = partial(self._degraded.note, contact.value)
            try:
                self._made[contact] = ContactInput(
                    pin,
                    name=contact.value,
                    active_low=active_low,
                    normally_closed=normally_closed,
                    on_change=partial(self._on_change, contact),
                    on_fault=note,
                )
            except DeviceError as error:
                note(str(error))
            else:
                note(None)

    def close(self) -> None:
        """Give the pins back; nothing is told any more."""
        for contact in self._made.values():
            contact.close()


class FittedSensor:
    """The passage sensor of a gate, in the event loop. One that cannot be had is told of, and tried again."""

    def __init__(
        self, settings: Settings, *, on_change: Callable[[bool, float], None], on_fault: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._on_change = on_change
        self._on_fault = on_fault
        self._made: PassageSensor | None = None
        self._told = ""

    def fit(self) -> None:
        """Make it, if one is fitted and it is not there yet."""
        if self._made is not None:
            return
        try:
            self._made = make_passage(self._settings, on_change=self._on_change, on_fault=self._on_fault)
        except DeviceError as error:
            if self._told != str(error):
                self._told = str(error)
                self._on_fault(self._told)

    def close(self) -> None:
        """Give the pin back; nothing is told any more."""
        if self._made is not None:
            self._made.close()


class Mending:
    """Keeps the drive, the contacts and the passage sensor of one gate alive."""

    def __init__(
        self,
        settings: Settings,
        runner: Runner,
        degraded: Degraded,
        on_sensor: Callable[[SensorChanged | SensorFailed], None],
    ) -> None:
        """`on_sensor` gets what the passage sensor tells: before the journal can be read nothing of it has a name."""
        self._settings = settings
        self._runner = runner
        self._degraded = degraded
        self._drive: Drive | NoDrive = NoDrive()
        self._contacts = FittedContacts(settings, on_change=self._contact_changed, degraded=degraded)
        self._on_sensor = on_sensor
        self._sensor = FittedSensor(settings, on_change=self._sensor_changed, on_fault=self._sensor_failed)
        self._loop = asyncio.get_running_loop()

    @property
    def drive(self) -> Drive | NoDrive:
        """The drive as it is just now."""
        return self._drive

    def begin(self) -> None:
        """Make everything for the first time."""
        self._mend_drive()
        self._contacts.fit()
        self._sensor.fit()

    def try_again(self) -> None:
        """Make anew what is at fault or missing."""
        if Fault.RELAY in self._runner.gate.faults:
            self._mend_drive()
        self._contacts.fit()
        self._sensor.fit()

    async def keep(self) -> None:
        """Try again, for as long as the gate lives."""
        while True:
            await asyncio.sleep(DEVICE_RETRY_SECONDS)
            self.try_again()

    def close(self) -> None:
        """Turn the relays off, and give all pins back. Raises `RelayFault`, with the pins given back all the same."""
        try:
            self._drive.close()
        finally:
            self._sensor.close()
            self._contacts.close()

    def _mend_drive(self) -> None:
        broken, self._drive = self._drive, NoDrive()
        self._runner.drive = self._drive
        try:
            broken.close()
            # The GPIO back end may have come only now.
            leave_rest_plan(self._settings, self._degraded.note)
            self._drive = self._runner.drive = make_drive(self._settings, self._drive_failed)
            # Nobody knows where a motor's gate stands after a crash; all others are shut already.
            self._drive.shut()
        except DeviceError as error:
            self._runner.fault(Fault.RELAY, str(error))
        else:
            self._runner.fault(Fault.RELAY, None)

    def _drive_failed(self, why: str) -> None:
        # From the relays' own thread.
        self._loop.call_soon_threadsafe(self._runner.fault, Fault.RELAY, why)

    def _sensor_changed(self, active: bool, since: float) -> None:
        self._on_sensor(SensorChanged(self._runner.now(), active, since))

    def _sensor_failed(self, why: str) -> None:
        self._on_sensor(SensorFailed(self._runner.now(), why))

    def _contact_changed(self, contact: Contact, active: bool) -> None:
        self._runner.post(ContactChanged(self._runner.now(), contact, active))
