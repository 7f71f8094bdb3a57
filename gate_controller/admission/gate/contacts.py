"""
What contacts and people at the gate bring about besides admissions: exits, alarms, a gate held open or closed.

Rules: who wants out is let out at once, whatever else is wrong; a gate held open charges nobody; whatever opens the
gate is in the journal as well. None of it bears on money by itself: `Turn.barred` tells the visitor's way of it.
"""

from dataclasses import field, replace
from typing import assert_never

from gate_controller.admission.attempt.movement import Due
from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import Way
from gate_controller.admission.words.events import Contact, ContactChanged, Instant, Opened, RelayFailed
from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.admission.words.frozen import frozen, slotted
from gate_controller.admission.words.ids import AttemptId, OrderId
from gate_controller.admission.words.messages import Fault, MessageKind

ALARMS = frozenset(
    {
        Occurrence.FIRE,
        Occurrence.TAMPERED,
        Occurrence.BLOCKED,
        Occurrence.FORCED,
        Occurrence.STAYED_SHUT,
        Occurrence.STAYED_OPEN,
    }
)
"""What staff should look at."""

_OPENINGS = frozenset({Occurrence.EXIT, Occurrence.OPENED_BY_STAFF})

_TROUBLES = frozenset({Occurrence.FORCED, Occurrence.STAYED_SHUT, Occurrence.STAYED_OPEN})


@frozen
class _Unrecorded:
    what: Occurrence
    by: str
    reason: str
    at: Instant
    order: str


@slotted
class Contacts:
    """The state of the contacts, and what is known of the gate's own movement. Times are monotonic."""

    active: set[Contact] = field(default_factory=set)
    trouble: Occurrence | None = None
    """What the gate did wrong the last time it should have moved or stayed; None: it is as it should be."""
    waits_for_staff: bool = False
    """The fire contact has closed again, and a person has to say that the alarm is over."""
    _unrecorded: list[_Unrecorded] = field(default_factory=list)
    """What happened before the journal could be read, and so before it could be given a name."""
    _opening: dict[AttemptId, Occurred] = field(default_factory=dict)
    """What is to open the gate, until the relay has moved: as it is recorded."""
    _reported: set[Contact] = field(default_factory=set)
    """Contacts that have said how they are: those that are fitted."""

    # -- what happens

    def changed(self, event: ContactChanged, turn: Turn) -> bool:
        """
        Take a change of a contact; what it was already, or is not at the start, changes nothing. Say whether it has
        become active just now, and was not found so at the start.
        """
        contact, active = event.contact, event.active
        is_start = contact not in self._reported
        self._reported.add(contact)
        if contact is Contact.IS_OPEN:
            turn.movement.is_open = active
        if active == (contact in self.active):
            return False
        (self.active.add if active else self.active.discard)(contact)
        match contact:
            case Contact.FIRE:
                self._fire(active, turn)
            case Contact.SERVICE_KEY:
                self._key(active, turn)
            case Contact.TAMPER:
                self._record(Occurrence.TAMPERED if active else Occurrence.TAMPERED_ENDED, turn, contact.value)
            case Contact.IS_BLOCKED if active:
                turn.fault(Fault.BLOCKED, "the gate's own contact says that it cannot move: look what is in its way")
                self._record(Occurrence.BLOCKED, turn, contact.value)
            case Contact.IS_BLOCKED:
                turn.clear(Fault.BLOCKED)
            case Contact.IS_OPEN:
                self._moved(active, turn)
            case Contact.EXIT_BUTTON | Contact.BALANCE_BUTTON | Contact.PRICE_BUTTON if active and is_start:
                # Nobody pressed it: it is stuck, or its wire is shorted, and would open the gate at each start.
                name = contact.value.replace(" ", "_")
                turn.note(
                    f"button=stuck name={name!r} why='pressed since the start: stuck, or wired the wrong way'",
                    alarm=True,
                )
            case Contact.EXIT_BUTTON if active:
                attempt = self._record(Occurrence.EXIT, turn, contact.value)
                turn.let_through(attempt, Way.OUT)
            case Contact.EXIT_BUTTON | Contact.BALANCE_BUTTON | Contact.PRICE_BUTTON:
                pass  # the two last are for whoever scans next
        return active and not is_start

    def let_in(self, by: str, reason: str, order: OrderId, turn: Turn) -> AttemptId:
        """Release the gate once for a person whom staff let in; return the name under which it is recorded."""
        attempt = self._record(Occurrence.OPENED_BY_STAFF, turn, by, reason, order)
        turn.let_through(attempt, Way.IN)
        return attempt

    def moved(self, event: Opened | RelayFailed, turn: Turn) -> None:
        """Take note of what came of an opening: one that the relay could not carry out is recorded as that."""
        told = self._opening.pop(event.attempt, None)
        if told is not None and isinstance(event, RelayFailed):
            # A power cut before this is on disk leaves the record that it was opened: by that order it is never again.
            turn.write(replace(told, n=1, at=turn.at.wall, what=Occurrence.NOT_RELEASED, reason=event.why))
        elif told is not None and told.what is Occurrence.OPENED_BY_STAFF:
            turn.show(MessageKind.LET_IN)
            turn.shown.gate_shuts(turn.movement.others_until)

    def passed(self, turn: Turn) -> bool:
        """Say whether a passage is that of somebody who was let in or out without a voucher; shut behind him if so."""
        if not turn.movement.somebody_else_passed(turn.at.mono):
            return False
        turn.shut()
        if turn.shown.is_telling(MessageKind.LET_IN, turn.at.mono):
            turn.shown.gate_shuts(turn.at.mono)  # whoever comes next is not sent through
        return True

    def end_fire(self, turn: Turn, by: str, order: str = "") -> None:
        """End an alarm whose contact has closed again."""
        self.waits_for_staff = False
        turn.end_hold(Fault.FIRE)
        self._record(Occurrence.FIRE_ENDED, turn, by, order=order)

    def record_early(self, turn: Turn) -> None:
        """Record what happened before the journal could be read."""
        early, self._unrecorded = self._unrecorded, []
        for one in early:
            self._write(one, turn)

    # -- alarms and keys

    def _fire(self, active: bool, turn: Turn) -> None:
        if active:
            self.waits_for_staff = False
            turn.fault(Fault.FIRE, "the fire contact is open: an alarm, or a broken wire")
            # The gate first: its record is for later.
            turn.hold_open()
            self._record(Occurrence.FIRE, turn, Contact.FIRE.value)
        elif turn.policy.fire_resumes:
            self.end_fire(turn, Contact.FIRE.value)
        else:
            self.waits_for_staff = True
            turn.fault(Fault.FIRE, "the alarm has cleared: staff have to say so (gate-controller gate resume)")

    def _key(self, active: bool, turn: Turn) -> None:
        by = Contact.SERVICE_KEY.value
        match active, turn.policy.key_opens:
            case True, True:
                turn.fault(Fault.HELD_OPEN, "the service key holds it open: turn it back")
                turn.hold_open()
                self._record(Occurrence.HELD_OPEN, turn, by)
            case False, True:
                turn.end_hold(Fault.HELD_OPEN)
                self._record(Occurrence.HELD_OPEN_ENDED, turn, by)
            case True, False:
                turn.fault(Fault.SERVICE, "the service key has closed it: turn it back")
                self._record(Occurrence.CLOSED, turn, by)
            case False, False:
                turn.clear(Fault.SERVICE)
                self._record(Occurrence.CLOSED_ENDED, turn, by)

    def hold_again(self, turn: Turn) -> None:
        """Hold the gate open anew with a relay that works again, if something still holds it."""
        if turn.is_held_open:
            turn.hold_open()

    # -- the gate's own movement

    def time_passed(self, turn: Turn) -> None:
        """See whether the gate has done what it should have."""
        for due in turn.movement.overdue(turn.at.mono):
            match due:
                case Due.SHUT:
                    turn.shut()
                case Due.HAS_OPENED:
                    self._record(Occurrence.STAYED_SHUT, turn, Contact.IS_OPEN.value)
                case Due.HAS_SHUT:
                    if turn.movement.is_open and not turn.is_held_open:
                        self._record(Occurrence.STAYED_OPEN, turn, Contact.IS_OPEN.value)
                case _:
                    assert_never(due)

    def _moved(self, is_open: bool, turn: Turn) -> None:
        self.trouble = None
        turn.movement.due.pop(Due.HAS_OPENED, None)
        if is_open and Due.HAS_SHUT not in turn.movement.due and not turn.is_held_open:
            self._record(Occurrence.FORCED, turn, Contact.IS_OPEN.value)

    # -- records

    def _record(self, what: Occurrence, turn: Turn, by: str, reason: str = "", order: str = "") -> AttemptId:
        one = _Unrecorded(what, by, reason, turn.at, order)
        if what in _TROUBLES:
            self.trouble = what
        if turn.names.tag:
            return self._write(one, turn)
        self._unrecorded.append(one)
        return AttemptId("")

    def _write(self, one: _Unrecorded, turn: Turn) -> AttemptId:
        attempt, incident = turn.names.next()
        told = Occurred(attempt, 0, one.at.wall, incident, one.what, one.by, one.reason, one.order)
        turn.write(told)
        if one.what in _OPENINGS and one.at == turn.at:
            self._opening[attempt] = told
        turn.note(
            f"occurrence=recorded what={one.what.name.lower()} by={one.by!r} incident={incident}",
            alarm=one.what in ALARMS,
        )
        return attempt
