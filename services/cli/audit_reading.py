"""The stores as an auditor opens them: whatever was done to them, the answer is one line that says so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from services.audit.source import Nothing, unreadable
from services.audit.witness import last_of
from services.chassis.ports import PortError
from services.chassis.settings import Settings
from services.cli.auditing import sources
from services.cli.errors import Failed
from services.cli.installation import Stores, missing, stores_of
from services.cli.screen import counted


@contextmanager
def reading(settings: Settings) -> Iterator[Stores]:
    """The stores. Raises `Failed` for one that is gone or damaged, and for an event that nobody can read."""
    with opened(settings) as stores:
        try:
            yield stores
        except Nothing as nothing:
            raise Failed(str(nothing)) from nothing
        except (Failed, PortError):
            raise
        except Exception as error:
            # Only where the log is to blame: what fails on a sound one is a fault of ours.
            if (said := unreadable(sources(stores))) is None:
                raise
            raise Failed(f"{said}: run 'aftersale audit verify'") from error


@contextmanager
def opened(settings: Settings) -> Iterator[Stores]:
    """The stores, whatever stands in them. Raises `Failed` for one that is gone, or damaged all over."""
    with ExitStack() as held:
        try:
            stores = held.enter_context(stores_of(settings))
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise Failed(
                f"a store in {settings.data} cannot be opened, it is damaged: {error}; "
                "bring it back from a copy"
            ) from error
        except Failed as failed:
            raise Failed(_gone(settings) or str(failed)) from failed
        yield stores


def _gone(settings: Settings) -> str | None:
    """What is said where a store is missing of which something was signed."""
    gone = missing(settings)
    signed = [one for log, one in last_of(settings.audit_folder).items() if log.service in gone]
    if not signed:
        return None
    last = max(signed, key=lambda one: one.time)
    return (
        f"{settings.data / f'{last.service}.db'} is gone, and {counted(last.size, 'event')} of it "
        f"were signed at {last.time}: it was deleted or moved; bring it back from a copy"
    )
