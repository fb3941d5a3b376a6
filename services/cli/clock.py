"""`aftersale clock`: reads the clock of an installation, or sets it ahead."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from services.chassis.clock import advance, ahead
from services.chassis.settings import Settings
from services.cli.errors import Wrong
from services.cli.installation import Stores
from services.cli.screen import counted
from services.cli.sections import moment

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d+)([smhdw])")


def span(written: str) -> timedelta:
    """`3d`, `90m`, `1w2d`. Raises `Wrong`."""
    parts = _SPAN.findall(written)
    if not parts or "".join(number + unit for number, unit in parts) != written:
        raise Wrong(f"'{written}' is no span of time: write 30s, 90m, 2h, 3d, 1w or 1d12h")
    try:
        return sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), timedelta())
    except OverflowError as error:
        raise Wrong(f"'{written}' is longer than time can be reckoned") from error


def set_ahead(settings: Settings, stores: Stores, by: timedelta) -> timedelta:
    """Every service ahead by so much more, all of them equally far. Raises `Wrong` where time is real."""
    if not settings.adjustable:
        raise Wrong(
            "the clock of this installation is real: it can be set ahead in embedded mode, "
            "and where AFTERSALE_CLOCK=adjustable says so"
        )
    furthest = how_far(stores)
    if datetime.max.replace(tzinfo=UTC) - datetime.now(UTC) - furthest < by + timedelta(days=366):
        raise Wrong("that is past the end of the calendar: set the clock less far ahead")
    for store in stores.values():
        advance(store, furthest + by - ahead(store))
    return furthest + by


def how_far(stores: Stores) -> timedelta:
    """How far the installation is ahead of real time."""
    return max((ahead(store) for store in stores.values()), default=timedelta())


def told(far: timedelta) -> str:
    """The clock in one line."""
    return f"{reading(far)} ({_words(far)} ahead of real time)" if far else f"{reading(far)} (real time)"


def reading(far: timedelta) -> str:
    """What a clock so far ahead says, as all times are printed."""
    return moment((datetime.now(UTC) + far).isoformat())


def _words(far: timedelta) -> str:
    """In the two largest units, which is all that a person wants to know."""
    seconds = far.total_seconds()
    finest = 3_600 if seconds >= 86_400 else 60 if seconds >= 3_600 else 1
    left = round(seconds / finest) * finest
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(counted(count, unit))
    return " ".join(parts)
