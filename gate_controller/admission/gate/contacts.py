"""
What contacts and people at the gate bring about besides admissions: exits, alarms, a gate held open or closed.

Rules: who wants out is let out at once, whatever else is wrong; a gate held open charges nobody; whatever opens the
gate is in the journal as well. None of it bears on money by itself: `Turn.barred` tells the visitor's way of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gate_controller.admission.attempt.turn import Turn
from gate_controller.admission.words.commands import HoldOpen, LetGo, Release, Shut, Way
from gate_controller.admission.words.events import Contact, ContactChanged, Instant, OpenOrdered, ResumeOrdered
from gate_controller.admission.words.facts import Occurred, Occurrence
from gate_controller.admission.words.ids import AttemptId, Numbering
from gate_controller.admission.words.messages import Fault

# A gate that was released has moved by then; the slowest barriers take two seconds.
OPENS_WITHIN_SECONDS = 3.0

# How much longer than it should a gate may stand open before somebody has to look.
SHUT_SLACK_SECONDS = 5.0

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

_TROUBLES = frozenset({Occurrence.FORCED, Occurrence.STAYED_SHUT, Occurrence.STAYED_OPEN})

BARRING = (Fault.FIRE, Fault.HELD_OPEN, Fault.SERVICE, Fault.BLOCKED, Fault.RELAY)
"""The faults that forbid a charge even of a visitor who is being served."""


def barred_by(faults: Iterable[Fault]) -> Fault | None:
    """Return the fault that forbids every charge, if one of these does."""
    held = set(faults)
    return next((fault for fault in BARRING if fault in held), None)


@dataclass(frozen=True, slots=True)
class _Unrecorded:
    what: Occurrence
    by: str
    reason: str
    at: Instant


@dataclass(slots=True)
class Contacts:
    """The state of the contacts, and what is known of the gate's own movement. Times are monotonic."""

    active: set[Contact] = field(default_factory=set)
    exits_until: float = float("-inf")
    """A passage up to here is somebody going out."""
    trouble: Occurrence | None = None
    """What the gate did wrong the last time it should have moved or stayed; None: it is as it should be."""
    waits_for_staff: bool = False
    """The fire contact has closed again, and a person has to say that the alarm is over."""
    _unrecorded: list[_Unrecorded] = field(default_factory=list)
    """What happened before the journal could be read, and so before it could be given a name."""
    _reported: set[Contact] = field(default_factory=set)
    """Contacts that have said how they are: those that are fitted."""
    _shut_at: float | None = None
    """When the gate is to be shut behind somebody whom staff have let in."""
    _must_open_by: float | None = None
    _must_shut_by: float | None = None

    @property
    def wake_at(self) -> float | None:
        """When something is to be looked at by itself."""
        times = [time for time in (self._shut_at, self._must_open_by, self._must_shut_by) if time is not None]
        return min(times) if times else None

    # -- what happens

    def changed(self, event: ContactChanged, turn: Turn, names: Numbering) -> None:
        """Take a change of a contact; what it was already, or is not at the start, changes nothing."""
        contact, active = event.contact, event.active
        is_start = contact not in self._reported
        self._reported.add(contact)
        if active == (contact in self.active):
            return
        (self.active.add if active else self.active.discard)(contact)
        match contact:
            case Contact.FIRE:
                self._fire(active, turn, names)
            case Contact.SERVICE_KEY:
                self._key(active, turn, names)
            case Contact.TAMPER:
                self._record(Occurrence.TAMPERED if active else Occurrence.TAMPERED_ENDED, turn, names, contact.value)
            case Contact.IS_BLOCKED if active:
                turn.fault(Fault.BLOCKED, "the gate's own contact says that it cannot move: look what is in its way")
                self._record(Occurrence.BLOCKED, turn, names, contact.value)
            case Contact.IS_BLOCKED:
                turn.clear(Fault.BLOCKED)
            case Contact.IS_OPEN:
                self._moved(active, turn, names)
            case Contact.EXIT_BUTTON if active and is_start:
                # Nobody pressed it: it is stuck, or its wire is shorted, and would open the gate at each start.
                turn.note("exit_button=pressed since='the start' what='stuck, or wired the wrong way'", alarm=True)
            case Contact.EXIT_BUTTON if active:
                attempt = self._record(Occurrence.EXIT, turn, names, contact.value)
                self._lets_through(turn, shared=not turn.policy.exit_has_own_relay)
                turn.do(Release(attempt, Way.OUT))
            case Contact.EXIT_BUTTON:
                pass

    def ordered(self, event: OpenOrdered, turn: Turn, names: Numbering) -> None:
        """Release the gate once for a person whom staff let in."""
        attempt = self._record(Occurrence.OPENED_BY_STAFF, turn, names, event.by, event.reason)
        self._lets_through(turn, shared=True)
        turn.do(Release(attempt))

    def _lets_through(self, turn: Turn, *, shared: bool) -> None:
        """Whoever goes through now is no stray; a `shared` way in is shut behind him where it has to be."""
        self.exits_until = turn.at.mono + turn.policy.open_seconds
        if shared and turn.policy.stays_open_seconds:
            self._shut_at = turn.at.mono + turn.policy.stays_open_seconds

    def passed(self, turn: Turn) -> bool:
        """Say whether a passage is that of somebody who was let in or out without a voucher; shut behind him if so."""
        if turn.at.mono >= self.exits_until:
            return False
        self.exits_until = turn.at.mono  # one person
        self._shut_at = None
        turn.do(Shut())
        return True

    def shuts_later(self, turn: Turn) -> float | None:
        """
        Return when a gate that is to be shut now may be, where it stays open for somebody who is just going out too.

        He has pressed the button, and may still be in the gate: it is not shut on him behind somebody else.
        """
        policy = turn.policy
        if turn.at.mono >= self.exits_until or not policy.stays_open_seconds or policy.exit_has_own_relay:
            return None
        self._shut_at = self.exits_until
        return self._shut_at

    def resumed(self, event: ResumeOrdered, turn: Turn, names: Numbering) -> None:
        """End an alarm that has cleared."""
        if self.waits_for_staff:
            self._end_fire(turn, names, event.by)

    def record_early(self, turn: Turn, names: Numbering) -> None:
        """Record what happened before the journal could be read."""
        early, self._unrecorded = self._unrecorded, []
        for one in early:
            self._write(one, turn, names)

    # -- alarms and keys

    def _fire(self, active: bool, turn: Turn, names: Numbering) -> None:
        if active:
            self.waits_for_staff = False
            turn.fault(Fault.FIRE, "the fire contact is open: an alarm, or a broken wire")
            # The gate first: its record is for later.
            turn.do(HoldOpen())
            self._record(Occurrence.FIRE, turn, names, Contact.FIRE.value)
        elif turn.policy.fire_resumes:
            self._end_fire(turn, names, Contact.FIRE.value)
        else:
            self.waits_for_staff = True
            turn.fault(Fault.FIRE, "the alarm has cleared: staff have to say so (gate-controller gate resume)")

    def _end_fire(self, turn: Turn, names: Numbering, by: str) -> None:
        self.waits_for_staff = False
        self._end_hold(Fault.FIRE, turn)
        self._record(Occurrence.FIRE_ENDED, turn, names, by)

    def _key(self, active: bool, turn: Turn, names: Numbering) -> None:
        by = Contact.SERVICE_KEY.value
        match active, turn.policy.key_opens:
            case True, True:
                turn.fault(Fault.HELD_OPEN, "the service key holds it open: turn it back")
                turn.do(HoldOpen())
                self._record(Occurrence.HELD_OPEN, turn, names, by)
            case False, True:
                self._end_hold(Fault.HELD_OPEN, turn)
                self._record(Occurrence.HELD_OPEN_ENDED, turn, names, by)
            case True, False:
                turn.fault(Fault.SERVICE, "the service key has closed it: turn it back")
                self._record(Occurrence.CLOSED, turn, names, by)
            case False, False:
                turn.clear(Fault.SERVICE)
                self._record(Occurrence.CLOSED_ENDED, turn, names, by)

    def _end_hold(self, ended: Fault, turn: Turn) -> None:
        turn.clear(ended)
        if not self.holds(but=ended):
            turn.do(LetGo())
            self._must_shut_by = turn.at.mono + turn.policy.closing_seconds + SHUT_SLACK_SECONDS

    def holds(self, but: Fault | None = None) -> bool:
        """Whether something holds the gate open, one fault left out."""
        fire = Contact.FIRE in self.active or self.waits_for_staff
        return (fire and but is not Fault.FIRE) or (Contact.SERVICE_KEY in self.active and but is not Fault.HELD_OPEN)

    def hold_again(self, turn: Turn) -> None:
        """Hold the gate open anew with a relay that works again, if something still holds it."""
        if turn.is_held_open:
            turn.do(HoldOpen())

    # -- the gate's own movement

    def released(self, turn: Turn) -> None:
        """The gate was released: it has to open, and to shut after that."""
        now = turn.at.mono
        if Contact.IS_OPEN in self._reported:
            self._must_open_by = now + OPENS_WITHIN_SECONDS if Contact.IS_OPEN not in self.active else None
            self._must_shut_by = now + turn.policy.open_seconds + turn.policy.closing_seconds + SHUT_SLACK_SECONDS

    def time_passed(self, turn: Turn, names: Numbering) -> None:
        """See whether the gate has done what it should have."""
        now = turn.at.mono
        if self._shut_at is not None and now >= self._shut_at:
            self._shut_at = None
            turn.do(Shut())
        if self._must_open_by is not None and now >= self._must_open_by:
            self._must_open_by = None
            self._record(Occurrence.STAYED_SHUT, turn, names, Contact.IS_OPEN.value)
        if self._must_shut_by is not None and now >= self._must_shut_by:
            self._must_shut_by = None
            if Contact.IS_OPEN in self.active and not turn.is_held_open:
                self._record(Occurrence.STAYED_OPEN, turn, names, Contact.IS_OPEN.value)

    def _moved(self, is_open: bool, turn: Turn, names: Numbering) -> None:
        self._must_open_by, self.trouble = None, None
        if is_open and self._must_shut_by is None and not turn.is_held_open:
            self._record(Occurrence.FORCED, turn, names, Contact.IS_OPEN.value)

    # -- records

    def _record(self, what: Occurrence, turn: Turn, names: Numbering, by: str, reason: str = "") -> AttemptId:
        one = _Unrecorded(what, by, reason, turn.at)
        if what in _TROUBLES:
            self.trouble = what
        if names.tag:
            return self._write(one, turn, names)
        self._unrecorded.append(one)
        return AttemptId("")

    @staticmethod
    def _write(one: _Unrecorded, turn: Turn, names: Numbering) -> AttemptId:
        attempt, incident = names.next()
        turn.write(Occurred(attempt, 0, one.at.wall, incident, one.what, one.by, one.reason))
        turn.note(f"occurred={one.what.value!r} by={one.by!r} incident={incident}", alarm=one.what in ALARMS)
        return attempt
