"""What the commands of an auditor share: the sources they read, times as people write them, progress."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.envelope import Unreadable
from schemas.topics import CATALOG
from services.audit.asof import When
from services.audit.source import Sources, Tell, source
from services.audit.whatif_catalog import CatalogRefused, Entry, catalogs
from services.audit.whatif_past import Catalog
from services.chassis.clock import ahead
from services.chassis.ports import Keys
from services.chassis.stored import micros
from services.cli.errors import Wrong
from services.cli.installation import Stores, service_of
from services.cli.screen import bar
from services.cli.sending import letter

NOW = "now"


def sources(stores: Stores) -> Sources:
    """The log of every service."""
    return {name: source(service_of(name), store) for name, store in stores.items()}


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
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Wrong(
            f"'{text}' is no time: write it as 2026-11-22T14:30:00+01:00, as 2026-11-22 (its beginning, "
            f"UTC), or '{NOW}'"
        ) from None
    return micros(at)


def when(time: str, known: str | None, stores: Stores) -> When:
    """The time asked about, and the time of knowing where one is given. Raises `Wrong`."""
    return When(moment_of(time, stores), None if known is None else moment_of(known, stores))


def catalogs_of(read: Sources, keys: Keys, file: Path) -> Mapping[str, Catalog]:
    """The catalog in a file, as every service hears it. Raises `Wrong`."""
    try:
        return catalogs(read, keys, list(_entries(file)))
    except CatalogRefused as refused:
        raise Wrong(f"{file} is refused: {refused}") from refused


def _entries(file: Path) -> Iterator[Entry]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _entry(line, f"{file}:{number}")


def _entry(line: str, place: str) -> Entry:
    try:
        found = letter(line)
    except (Unreadable, Wrong) as error:
        raise Wrong(f"{place}: {error}") from error
    if found.topic != CATALOG:
        raise Wrong(f"{place}: {found.envelope.type} is nothing of a catalog: give specification.* only")
    return Entry(found.envelope, found.key, found.body)


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
