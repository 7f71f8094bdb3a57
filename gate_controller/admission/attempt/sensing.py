"""
What the passage sensor sees, which of it is a person, and whether it can tell of a release at all.

Rules: what it begins to see in the first instants after a release may be the relay's noise or the gate's own arm, and
is nobody unless it lasts; what it sees for longer than any person stands there is no person; and where it could not
watch a release, nobody knows that the visitor did not pass, so that he counts as admitted: a sensor that sticks gives
away no credits, whether it sees somebody for ever, nobody at all, or both by turns.
"""

from collections import deque
from dataclasses import field

from gate_controller.admission.words.frozen import slotted
from gate_controller.admission.words.policy import CHATTER_CHANGES, CHATTER_SECONDS, UNSEEN_RELEASES, Policy


@slotted
class Sensing:
    """What is known of the passage sensor. Times are monotonic."""

    ails: str = ""
    """Why it cannot be relied on just now, in words for staff; empty while it works."""
    _told: str = ""
    _since: float | None = None
    """Since when it sees somebody; None: it sees nobody."""
    _is_another: bool = False
    """Whether that is somebody who was let through before, and may be leaving still."""
    _undecided_until: float | None = None
    """When it is decided whether that is a person; None: it is."""
    _ignores_until: float = float("-inf")
    _could_not_watch: str = ""
    """Why it could not watch the newest release of a visitor; empty where it could."""
    _unseen: int = 0
    """After how many releases in a row it has seen nobody."""
    _newest: deque[float] = field(default_factory=lambda: deque(maxlen=CHATTER_CHANGES))
    """When it began to see somebody, the last few times."""
    _chatters_until: float | None = None
    """Until when it is taken to chatter, unless it goes on; None: it does not."""

    # -- what the gate does

    def opens(self, now: float, policy: Policy) -> None:
        """The gate is opened for somebody."""
        self._ignores_until = now + policy.ignore_seconds

    def opens_for_visitor(self, now: float, policy: Policy) -> None:
        """The gate is opened for somebody whose passage bears on money."""
        self.opens(now, policy)
        is_in_it = self._since is not None and not self._is_another
        self._could_not_watch = self.ails or ("it saw somebody when the gate opened" if is_in_it else "")

    def nobody_came(self) -> str:
        """The time for a visitor has passed: return why he may have gone through unseen; empty where he did not."""
        if self._since is not None:
            self._ail("it saw somebody all the time while the gate was open")
        elif not self._could_not_watch:
            self._unseen += 1
            if self._unseen >= UNSEEN_RELEASES:
                self._ail(f"it has seen nobody in {UNSEEN_RELEASES} releases in a row")
        return self._could_not_watch

    # -- what the sensor tells

    def sees(self, since: float, now: float, policy: Policy) -> bool:
        """It sees somebody since a moment; return whether that is a person."""
        self._since, self._is_another, self._undecided_until = since, False, None
        if self._has_chattered(now):
            return False
        self.ails = ""
        if self._has_stuck(now, policy):
            return False
        if since < self._ignores_until and now < self._ignores_until:
            self._undecided_until = self._ignores_until
            return False
        return self._is_person()

    def was_let_through(self) -> None:
        """That person has been let through: he is not the next visitor."""
        self._is_another = True

    def sees_nobody(self) -> bool:
        """It sees nobody any more; return whether what it saw was none."""
        was_noise = self._undecided_until is not None
        self._since, self._undecided_until = None, None
        if self._chatters_until is None:
            self.ails = ""
        return was_noise

    def failed(self, why: str) -> None:
        """It cannot be read."""
        self._since, self._undecided_until, self._chatters_until = None, None, None
        self._ail(why)

    def time_passed(self, now: float, policy: Policy) -> bool:
        """See what time has decided; return whether there is a person."""
        if self._chatters_until is not None and now >= self._chatters_until:
            self._chatters_until, self.ails = None, ""
        self._has_stuck(now, policy)
        if self._undecided_until is None or now < self._undecided_until:
            return False
        return self._is_person()

    def wake_at(self, policy: Policy) -> float | None:
        """Return when time decides something; None: it does not, however long it takes."""
        if self._undecided_until is not None:
            return self._undecided_until
        if self._chatters_until is not None:
            return self._chatters_until
        return self._since + policy.stuck_seconds if self._since is not None and not self.ails else None

    def news(self) -> str | None:
        """Return what ails it, empty for nothing more; None where that has been told."""
        if self.ails == self._told:
            return None
        self._told = self.ails
        return self._told

    def _is_person(self) -> bool:
        self._undecided_until, self._unseen = None, 0
        return True

    def _has_chattered(self, now: float) -> bool:
        self._newest.append(now)
        if len(self._newest) == CHATTER_CHANGES and now - self._newest[0] <= CHATTER_SECONDS:
            self._ail(f"it saw somebody {CHATTER_CHANGES} times within {CHATTER_SECONDS:g} s: it chatters")
            self._chatters_until = now + CHATTER_SECONDS
        elif self._chatters_until is not None:
            self._chatters_until = now + CHATTER_SECONDS
        return self._chatters_until is not None

    def _has_stuck(self, now: float, policy: Policy) -> bool:
        if self._since is None or self.ails or now < self._since + policy.stuck_seconds:
            return False
        is_start = self._since == float("-inf")
        self._ail("it sees somebody, since " + ("the start" if is_start else f"over {policy.stuck_seconds:g} s"))
        return True

    def _ail(self, why: str) -> None:
        self.ails = why
        self._could_not_watch = self._could_not_watch or why
