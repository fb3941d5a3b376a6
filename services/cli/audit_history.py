"""What the history commands of an auditor print."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from services.audit.asof import Body, When
from services.audit.asof_diff import changes
from services.audit.replay import Replayed
from services.audit.timeline import Entry
from services.audit.timeline_found import TIMER
from services.audit.timeline_mermaid import diagram
from services.audit.whatif import WhatIf
from services.chassis.stored import moment
from services.cli.auditing import print_json
from services.cli.screen import counted, out, table
from services.cli.sections import text
from services.cli.tables import shown

CHANGES = 12
"""Changes of one decision that are shown to people; JSON has all."""


def print_timeline(entries: Sequence[Entry], shape: str) -> None:
    """As `text`, `json` or `mermaid`."""
    match shape:
        case "json":
            print_json([entry.as_json() for entry in entries])
        case "mermaid":
            print(diagram(entries), end="")
        case _:
            out.print(timeline_table(entries))


def timeline_table(entries: Sequence[Entry]) -> RenderableType:
    """A row for each event; who and why only where they change."""
    made = table(
        "recorded", "effective", "service", "event", "stands at", "who", "because of", "rules", "why"
    )
    before: tuple[str | None, str | None] | None = None
    for entry in entries:
        same = (entry.at.service, entry.cause) == before
        before = (entry.at.service, entry.cause)
        made.add_row(
            _time(entry.recorded),
            "" if entry.effective == entry.recorded else _time(entry.effective),
            entry.at.service,
            text(entry.name.rpartition(".v")[0]),
            f"[dim]{text(entry.at.id)}[/]",
            "" if same else text(entry.actor),
            '[dim]"[/]' if same else _because(entry),
            f"[red]{text(', '.join(entry.rules))}[/]" if entry.rules else "",
            text(", ".join(entry.why)),
        )
    return made


def print_as_of(subject: tuple[str, str], when: When, body: Body | None, as_json: bool) -> None:
    """The page, or that there was none."""
    if as_json:
        print_json({**_asked(subject, when), "state": body})
    elif body is None:
        out.print(
            f"{text(_named(subject))} did not exist {when}: 'aftersale audit timeline' shows when it began",
            soft_wrap=True,
        )
    else:
        out.print(f"[dim]{text(when)}[/]", shown(subject[0], body), sep="\n")


def print_diff(
    subject: tuple[str, str], times: tuple[When, When], bodies: tuple[Body | None, Body | None], as_json: bool
) -> None:
    """A row for each difference."""
    found = list(changes(*bodies))
    if as_json:
        asked = {**_asked(subject, times[0]), "to": moment(times[1].at).isoformat()}
        existed = {"existedBefore": bodies[0] is not None, "existsAfter": bodies[1] is not None}
        print_json({**asked, **existed, "changes": [change._asdict() for change in found]})
        return
    ends = " and ".join(str(when) for when, body in zip(times, bodies, strict=True) if body is None)
    if ends:
        out.print(f"[dim]{text(_named(subject))} did not exist {ends}[/]")
    if not found:
        print("nothing changed")
        return
    made = table("where", "before", "after")
    for change in found:
        made.add_row(text(change.path), text(change.before), text(change.after))
    out.print(made)


def print_replay(replayed: Replayed, as_json: bool) -> None:
    """What was made again, how fast, and every difference."""
    if as_json:
        print_json(replayed.as_json())
        return
    made = Table.grid(padding=(0, 3, 0, 0))
    upto = ", ".join(f"{name} {head:,}" for name, head in replayed.heads.items())
    for name, value in (
        ("up to", upto),
        ("made again", f"{replayed.streams:,} streams of {counted(replayed.events, 'event')}"),
        ("compared", f"{counted(replayed.pages, 'page')}, {counted(replayed.rows, 'lookup row')}"),
        ("rate", f"{replayed.decoded_a_second:,} events/s decoded, {replayed.folded_a_second:,} folded"),
        ("digest", replayed.digest),
    ):
        made.add_row(f"[dim]{name}[/]", value)
    out.print(made)
    if replayed.behind:
        out.print(f"[dim]{replayed.behind:,} pages are not in the index yet: it is behind its log[/]")
    if not replayed.differences:
        out.print("[green]what is there is what the logs make: no differences[/]")
        return
    found = table("service", "what", "which", "how it differs")
    for difference in replayed.differences:
        found.add_row(*map(text, difference))
    out.print(f"[red]{counted(len(replayed.differences), 'difference')}[/]", found, sep="\n")


def print_what_if(found: WhatIf, as_json: bool) -> None:
    """A row for each decision that would differ, and how many were taken again."""
    if as_json:
        print_json(found.as_json())
        return
    for one in found.different:
        named = one.message.removeprefix("aftersale.").removesuffix(".v1")
        out.print(
            f"[bold]{text(named)}[/] {text(one.id)}  [dim]{_time(one.recorded)}  {one.service}, "
            f"account {text(one.account)}[/]"
        )
        out.print(f"  then  {text(one.then)}\n  now   [yellow]{text(one.now)}[/]")
        made = table("  where", "then", "now")
        for change in one.changes[:CHANGES]:
            made.add_row(f"  {text(change.path)}", text(change.before), text(change.after))
        out.print(
            made, "" if len(one.changes) <= CHANGES else f"  [dim]and {len(one.changes) - CHANGES} more[/]"
        )
    decided = f"{counted(found.decided.total(), 'decision')} taken again"
    out.print(f"{decided}: {len(found.different) or 'none'} would differ")
    if found.not_decided:
        why = ", ".join(f"{count} ({reason})" for reason, count in sorted(found.not_decided.items()))
        out.print(f"[dim]not taken again: {why}[/]")


def _asked(subject: tuple[str, str], when: When) -> dict[str, Any]:
    known = None if when.known is None else moment(when.known).isoformat()
    return {"kind": subject[0], "id": subject[1], "at": moment(when.at).isoformat(), "knownAt": known}


def _named(subject: tuple[str, str]) -> str:
    return " ".join(subject)


def _because(entry: Entry) -> str:
    if entry.by is not None:
        return f"{text(entry.by.service)} {text(entry.by.id)}"
    if entry.command is None:
        return text(_timer(entry.cause or ""))
    named = entry.command.removeprefix("aftersale.").removesuffix(".v1")
    sender = f" [dim]from {text(entry.source)}[/]" if entry.source else ""
    return f"[bold]{text(named)}[/] {text(entry.cause)}{sender}"


def _timer(cause: str) -> str:
    """`timer operation/O-1~op.1 of 2026-11-25 00:00:00.000`; anything else as it is."""
    id, _, due = cause.removeprefix(TIMER).rpartition("/")
    return f"timer {id} of {_time(int(due))}" if cause.startswith(TIMER) and due.isdecimal() else cause


def _time(micros: int) -> str:
    return moment(micros).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
