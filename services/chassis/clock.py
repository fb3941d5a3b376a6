"""The chassis clock: real time, plus how far an installation that allows it was set ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.chassis.ports import Commit, Row, Store

CLOCK = "clock"
AHEAD = "ahead"


class Clock:
    """`now()` for one process. The offset never goes back, so time never does but with the real clock."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The time at which what is handled now happens (UTC)."""
        return datetime.now(UTC) + self._ahead

    @property
    def ahead(self) -> timedelta:
        return self._ahead

    def follow(self, store: Store) -> None:
        """Takes over what the installation was set ahead to."""
        self._ahead = max(self._ahead, ahead(store))


def ahead(store: Store) -> timedelta:
    """How far this store's service is set ahead."""
    rows = store.rows([(CLOCK, AHEAD)]).get((CLOCK, AHEAD), [])
    return timedelta(microseconds=max((int(row) for row in rows), default=0))


def advance(store: Store, by: timedelta) -> timedelta:
    """Sets the service of this store further ahead, and answers how far it is now."""
    total = ahead(store) + by
    member = str(int(total / timedelta(microseconds=1)))
    store.commit(Commit(put_rows=[Row(CLOCK, AHEAD, member)]))
    return total
