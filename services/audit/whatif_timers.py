"""The timers of a service's past: known from the decisions that set them, which are taken again as well.

A timer is a row that is gone once it has run. So what it was to do is noted when its decision is taken again;
one that would not be set any more is not known, and its decision cannot be taken again.
"""

from __future__ import annotations

from services.audit.whatif_asked import Unasked
from services.chassis.ports import Commit, Timer
from services.chassis.service import Service
from services.chassis.stored import Meta
from services.chassis.taken import Taken
from services.chassis.timers import taken

_CAUSE = "timer/"


def of_timer(meta: Meta) -> bool:
    """Whether a timer, and no message, caused the event."""
    return meta.command is None and (meta.cause or "").startswith(_CAUSE)


class Timers:
    """Those that wait at this point of the past."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._waiting: dict[str, Timer] = {}

    def note(self, commit: Commit) -> None:
        """What a decision did about timers."""
        for id in commit.drop_timers:
            self._waiting.pop(id, None)
        for timer in commit.put_timers:
            self._waiting[timer.timer] = timer

    def run(self, cause: str) -> Taken:
        """The timer that caused something under this name. Raises `Unasked`."""
        id, _, due = cause.removeprefix(_CAUSE).rpartition("/")
        timer = self._waiting.pop(id, None)
        if timer is None or not due.isdecimal():
            raise Unasked("timer")
        return taken(self._service, timer._replace(due=int(due)))
