"""What a line says of its contract line: what becomes of it, and from when to when (CON-08, CON-11)."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from services.inventory.domain.sentence import moment
from services.inventory.domain.term import TermRecord
from services.inventory.domain.value import value
from services.inventory.domain.words import Action

AgreedType: TypeAlias = Literal["no_change", "new", "upsell", "amend", "cancel", "renew"]


@value
class Agreed:
    """The commercial terms that are asked for with a line; `term` in months."""

    type: AgreedType
    start: datetime | None = None
    end: datetime | None = None
    term: int | None = None

    @property
    def dated(self) -> bool:
        return (self.start, self.end, self.term) != (None, None, None)


@value
class Period:
    """Start, end and term that agree; the end itself is no longer inside."""

    start: datetime
    end: datetime
    term: int


FITTING: Mapping[Action, tuple[AgreedType, ...]] = {
    "add": ("new", "upsell"),
    "change": ("amend", "upsell", "renew", "new", "no_change"),
    "disconnect": ("cancel",),
    "suspend": ("no_change",),
    "resume": ("no_change",),
    "no_change": ("no_change",),
}
"""CON-08: what may become of a contract line by the action of its line; the first is what is usual."""

_A_DAY = timedelta(days=1)


def begun(agreed: Agreed) -> Period | str:
    """The period of a contract line that begins; or what is wrong with its dates."""
    if agreed.start is None:
        return "the contract line says no start: say from when it runs"
    return _period(agreed.start, agreed.end, agreed.term)


def amended(agreed: Agreed, known: TermRecord) -> Period | str | None:
    """The period of a line that is there, with what is said of it; None when no date is said."""
    if not agreed.dated:
        return None
    start = agreed.start or known.start
    if start is None:
        return f"'{known.term_id}' has no start, and none is said: say from when it runs"
    if agreed.end is None and agreed.term is None:
        return _period(start, None if agreed.start else known.end, known.term or _length(known))
    return _period(start, agreed.end, agreed.term)


def renewed(agreed: Agreed, known: TermRecord) -> Period | str:
    """The period of a line that runs on from its end: `term` counts from there."""
    if (before := known.end) is None:
        return f"'{known.term_id}' has no end to run on from: amend it instead"
    if agreed.start is not None and abs(agreed.start - before) >= _A_DAY:
        return (
            f"the contract line would run on from {moment(agreed.start)}, and '{known.term_id}' ends on "
            + (f"{moment(before)}: leave the start out")
        )
    further = _period(before, agreed.end, agreed.term)
    if isinstance(further, str):
        return further
    start = known.start or before
    return Period(start=start, end=further.end, term=further.term + (_length(known) or 0))


def _length(known: TermRecord) -> int | None:
    if known.term is not None or known.start is None or known.end is None:
        return known.term
    return months_between(known.start, known.end)


def _period(start: datetime, end: datetime | None, term: int | None) -> Period | str:
    if end is None:
        return _by_term(start, term)
    if end <= start:
        return (
            f"the contract line ends on {moment(end)}, not after its start {moment(start)}: give a later end"
        )
    months = months_between(start, end)
    if term is None and months is None:
        return (
            f"from {moment(start)} to {moment(end)} is no whole number of months: give another end, "
            "or a term instead of it"
        )
    if term is not None and not _fits(start, end, term):
        return f"{term} months from {moment(start)} do not end on {moment(end)}: leave one out"
    return Period(start=start, end=end, term=term or months or 0)


def _by_term(start: datetime, term: int | None) -> Period | str:
    if term is None:
        return "the contract line says neither end nor term: say one of both, or both where they agree"
    if (end := months_after(start, term)) is None:
        return f"{term} months from {moment(start)} is beyond the calendar: give a shorter term"
    return Period(start=start, end=end, term=term)


def months_after(start: datetime, months: int) -> datetime | None:
    """The same day so many months on, or the last of a month that is shorter; None beyond the year 9999."""
    years, month = divmod(start.month - 1 + months, 12)
    if start.year + years > 9999:
        return None
    last = calendar.monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last))


def months_between(start: datetime, end: datetime) -> int | None:
    """How many months lead from one to the other, to the day; None when no whole number of them does."""
    about = (end.year - start.year) * 12 + end.month - start.month
    return next((months for months in (about, about + 1, about - 1) if _fits(start, end, months)), None)


def _fits(start: datetime, end: datetime, months: int) -> bool:
    """To the day: an end may be the last second of a day, or stand in another offset."""
    reached = months_after(start, months) if months > 0 else None
    return reached is not None and abs(reached - end) < _A_DAY
