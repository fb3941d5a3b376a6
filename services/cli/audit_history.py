"""What the history commands of an auditor print."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType

from services.audit.timeline import Entry
from services.audit.timeline_mermaid import diagram
from services.chassis.stored import moment
from services.cli.auditing import print_json
from services.cli.screen import out, table
from services.cli.tables import text


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
    made = table("recorded", "effective", "service", "event", "stands at", "who", "because of", "rules")
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
        )
    return made


def _because(entry: Entry) -> str:
    if entry.by is not None:
        return f"{text(entry.by.service)} {text(entry.by.id)}"
    if entry.command is None:
        return text(entry.cause)
    named = entry.command.removeprefix("aftersale.").removesuffix(".v1")
    sender = f" [dim]from {text(entry.source)}[/]" if entry.source else ""
    return f"[bold]{text(named)}[/] {text(entry.cause)}{sender}"


def _time(micros: int) -> str:
    return moment(micros).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
