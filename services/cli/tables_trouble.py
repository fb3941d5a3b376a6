"""What `aftersale show` prints of risks and fallouts: what is late, what is held, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType

from services.cli.sections import Body, moment, section, text

_COLOURS = {"low": "dim", "medium": "yellow", "high": "red", "critical": "bold red"}


def level(word: Any) -> str:
    """A level of risk in its colour; nothing where nothing is watched."""
    return f"[{_COLOURS.get(word, 'red')}]{text(word)}[/]" if word else ""


def raised(word: Any) -> str:
    """A level that somebody should know of, beside something else."""
    return f"  {level(word)}" if word and word != "low" else ""


def facts(body: Body) -> tuple[tuple[str, str], ...]:
    """Of an order or a plan, above its parts."""
    return (("risk", level(body.get("risk"))), ("expected", moment(body.get("expectedEnd"))))


def fallouts(found: Sequence[Body] | None) -> list[RenderableType]:
    """Each with what is wrong, and with what can be done."""
    rows = (
        (
            text(one["falloutId"]),
            text(one.get("type")),
            text(one.get("stage")),
            text(one.get("assignee")),
            f"[red]{text(one.get('rule'))}[/]" if one.get("rule") else "",
            f"{text(one.get('message'))}\n[dim]{text(one.get('advice'))}[/]",
        )
        for one in found or ()
    )
    columns = ("fallout", "type", "stage", "with", "rule", "what is wrong, and what can be done")
    return section("Fallouts", columns, rows)
