"""`aftersale audit forget`: asks, ends the key of an account, and says where its values last until when."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from schemas.topics import PLAIN, TOPICS
from services.audit.forget import Copy, Forgotten, copies, end_keys
from services.chassis.settings import Settings
from services.cli.audit_reading import reading
from services.cli.auditing import progress
from services.cli.errors import Failed
from services.cli.installation import bus_of, keys_of
from services.cli.screen import beside, counted, out, table
from services.cli.sections import text

FOR_EVER = "never: its retention is unlimited"
KEEPS = (
    "ids, states, dates and locations, who asked (the actor) and that something was asked",
    "the digest by which a command that comes again is known: it can confirm a guess of the whole message, "
    "to the byte, and tells nothing else",
    "what others have read, topics that were made with 'republish' for them, backups",
)
POSTGRES = (
    "PostgreSQL: its write-ahead log, backups and free space in the table of keys may hold the ended key "
    "for as long as their operator keeps them"
)


async def forget(settings: Settings, account: str, yes: bool) -> Forgotten:
    """Raises `Failed`."""
    with reading(settings) as stores, keys_of(settings) as keys:
        if not await asyncio.to_thread(keys.had, account):
            raise Failed(
                f"no message of account {account} was ever handled here, so there is nothing to forget: "
                "write its id as its messages do in 'accountid'"
            )
        if not yes:
            await asyncio.to_thread(_confirm, account)
        with progress("ending keys") as tell:
            had, unowned = await asyncio.to_thread(end_keys, keys, stores, account, tell)
        with progress("reading the topics of others") as tell:
            async with bus_of(settings) as bus:
                return Forgotten(account, had, unowned, await copies(bus, account, tell))


def _confirm(account: str) -> None:
    beside.print(
        f"Personal values of account {text(account)} can never be read again. Go on? (yes/no) ",
        end="",
    )
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Failed("nothing was forgotten: answer yes, or give --yes")


def as_json(done: Forgotten, settings: Settings) -> dict[str, Any]:
    last = done.last
    return {
        "account": done.account,
        "ended": True,
        "endedNow": done.had_key,
        "parkedEnded": done.unowned.ended,
        "parkedPlain": done.unowned.plain,
        "unreadable": {"stores": True, "topics": _ours()},
        "copies": [_copy(copy) for copy in done.copies],
        "lastCopyGone": None if last is None else _copy(last)["goneAfter"],
        "keptForEver": [copy.topic for copy in done.copies if copy.gone is None],
        "notTouched": list(_not_touched(settings)),
    }


def _copy(copy: Copy) -> dict[str, Any]:
    return {
        "topic": copy.topic,
        "records": copy.records,
        "newest": _time(copy.newest),
        "goneAt": None if copy.gone is None else _time(copy.gone),
        "goneAfter": None if copy.day is None else copy.day.isoformat(),
    }


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")


def _ours() -> list[str]:
    return [name for name in TOPICS if name.endswith(".events")] + ["*.parked"]


def _not_touched(settings: Settings) -> tuple[str, ...]:
    return KEEPS if settings.store == "embedded" else (*KEEPS, POSTGRES)


def print_forgotten(done: Forgotten, settings: Settings) -> None:
    """For people: what was done, where nothing can be read any more, and where copies last."""
    when = "now, for ever" if done.had_key else "ended before"
    out.print(f"[bold]account {text(done.account)} is forgotten[/]: its key is ended ({when})")
    print(f"unreadable: the stores, pages and parked messages of all services; {', '.join(_ours())}")
    if done.unowned.ended:
        print(f"unreadable too: {counted(done.unowned.ended, 'parked message')} of no account that named it")
    if done.unowned.plain:
        out.print(
            f"[red]{counted(done.unowned.plain, 'parked message')} that name it were kept plain[/] "
            "by an earlier version, and stay"
        )
    _print_copies(done)
    for one in _not_touched(settings):
        out.print(f"[dim]not touched: {text(one)}[/]")


def _print_copies(done: Forgotten) -> None:
    last = done.last
    if last is None:
        print(f"no copies where others write or read ({', '.join(PLAIN)})")
        return
    made = table("plain copies on", "records", "newest", "gone when this day has passed (UTC)")
    for copy in done.copies:
        made.add_row(copy.topic, f"{copy.records:,}", _time(copy.newest), str(copy.day or FOR_EVER))
    out.print(made)
    if last.day is None:
        out.print(f"[red]the last copy is never gone[/]: give {last.topic} a retention (retention.ms)")
    else:
        out.print(f"the last copy is gone when [bold]{last.day}[/] has passed, unless others write new ones")
