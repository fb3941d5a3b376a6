"""What the pages of `aftersale show` are made of: titles with facts, tables, broken rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from services.cli.screen import plain, table

Body = Mapping[str, Any]


def text(value: Any) -> str:
    """A value as a person writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return escape(plain(str(value)))


def moment(at: Any) -> str:
    """A time of a page to the minute, in UTC, whatever offset it was written with."""
    if not at:
        return ""
    found = datetime.fromisoformat(str(at))
    return f"{found.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def head(title: str, facts: Iterable[tuple[str, str]]) -> Group:
    """A title with the facts below it; those that are empty are left out."""
    rows = Table.grid(padding=(0, 3, 0, 0))
    for name, value in facts:
        if value:
            rows.add_row(f"[dim]{name}[/]", value)
    return Group(f"[bold]{title}[/]", rows)


def section(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[RenderableType]:
    """A titled table without the columns that are empty; nothing when there are no rows."""
    found = [list(row) for row in rows]
    kept = [at for at in range(len(columns)) if any(row[at] for row in found)]
    if not found:
        return []
    made = table(*(columns[at] for at in kept))
    for row in found:
        made.add_row(*(row[at] for at in kept))
    return [Text(), f"[bold]{title}[/]", made]


def broken(title: str, reasons: Iterable[Body]) -> list[RenderableType]:
    """Why something was refused or cannot be: a row for each rule."""
    rows = (
        (
            f"[red]{text(reason['rule'])}[/]",
            text(reason.get("lineId") or reason.get("field")),
            text(reason["message"]),
        )
        for reason in reasons
    )
    return section(title, ("rule", "where", "what is wrong, and what would be right"), rows)
