"""What the commands of an auditor share: the sources they read, times as people write them, progress."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from services.audit.asof import When
from services.audit.source import Nothing, Sources, Tell, source
from services.chassis.clock import ahead
from services.chassis.stored import micros
from services.cli.errors import Failed, Wrong
from services.cli.installation import Stores, service_of
from services.cli.screen import bar

NOW = "now"


def sources(stores: Stores) -> Sources:
    """The log of every service."""
    return {name: source(service_of(name), store) for name, store in stores.items()}


@contextmanager
def found() -> Iterator[None]:
    """What an auditor asks for and nobody stored is one line on standard error. Raises `Failed`."""
    try:
        yield
    except Nothing as nothing:
        raise Failed(str(nothing)) from nothing


@contextmanager
def progress(what: str) -> Iterator[Tell]:
    """A bar while it lasts, on a terminal."""
    with bar() as shown:
        task = shown.add_task(what, total=None)
        yield lambda done, all_: shown.update(task, completed=done, total=all_)


def moment_of(text: str, stores: Stores) -> int:
    """A time in microseconds; `now` is that of the installation's clock. Raises `Wrong`."""
    if text == NOW:
        return micros(datetime.now(UTC) + max(map(ahead, stores.values())))
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong(
            f"'{text}' is no time: write it as 2026-11-22T14:30:00+01:00, as 2026-11-22 (its beginning, "
            f"UTC), or '{NOW}'"
        ) from None
    return micros(at if at.tzinfo is not None else at.replace(tzinfo=UTC))


def when(time: str, known: str | None, stores: Stores) -> When:
    """The time asked about, and the time of knowing where one is given. Raises `Wrong`."""
    return When(moment_of(time, stores), None if known is None else moment_of(known, stores))


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
