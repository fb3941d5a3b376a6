"""Standard output for what was asked for, standard error for everything beside it."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 200
MANY = 7
"""Columns that stand as far apart as one likes; more of them move closer, so that dates stay whole."""

out = Console(highlight=False, soft_wrap=False)
beside = Console(stderr=True, highlight=False)

if not out.is_terminal:
    out.width = PIPE_WIDTH


def bar() -> Progress:
    """A progress bar for long work: on a terminal only."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=beside,
        transient=True,
        disable=not beside.is_terminal,
    )


def table(*columns: str) -> Table:
    """A table that reads well on dark and on light, and in a pipe."""
    apart = 3 if len(columns) <= MANY else 2
    made = Table(header_style="dim", box=None, pad_edge=False, padding=(0, apart, 0, 0))
    for column in columns:
        # A word that heads a column is cut short where it is narrow, and not broken over two lines.
        made.add_column(Text(column, overflow="ellipsis"), overflow="fold")
    return made


_COLOURS = {
    "green": ("completed", "active", "closed_complete", "handled", "resolved", "as_promised"),
    "yellow": (
        "new",
        "acknowledged",
        "in_progress",
        "on_hold",
        "change_pending",
        "installation_pending",
        "inactivation_pending",
        "open",
        "assessed",
        "scheduled",
        "needs_attention",
    ),
    "red": (
        "rejected",
        "failed",
        "wrong_item",
        "not_defective",
        "damaged",
        "incomplete",
        "beyond_repair",
        "not_received",
    ),
    "cyan": ("suspended", "draft", "qualified"),
    "dim": ("inactive", "canceled", "discarded"),
}
_COLOUR = {state: colour for colour, states in _COLOURS.items() for state in states}


_STEERING = {
    number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160)) if chr(number) not in "\n\t"
}
_TURNING = {number: f"\\u{number:04x}" for number in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))}


def plain(text: str) -> str:
    """Without what would steer a terminal: whatever was stored or sent is shown, and does nothing else."""
    return text.translate(_STEERING | _TURNING)


def counted(count: int, thing: str) -> str:
    """`1 message`, `2 messages`."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def state(word: object) -> str:
    """A state in its colour."""
    text = "" if word is None else str(word)
    colour = _COLOUR.get(text)
    return f"[{colour}]{text.replace('_', ' ')}[/]" if colour else text.replace("_", " ")
