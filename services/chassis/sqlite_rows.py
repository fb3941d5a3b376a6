"""Many rows into a table of an SQLite file, in as few statements as it takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

_AT_ONCE = 50
"""Rows of a statement: what one costs besides its rows is spread over them, and each lets go of the lock of
the interpreter once."""


def insert(database: sqlite3.Connection | sqlite3.Cursor, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Inserts the rows in their order. `into` is the statement up to its values: `INSERT INTO t (a, b)`."""
    if not rows:
        return
    width = len(rows[0])
    whole = len(rows) - len(rows) % _AT_ONCE
    for first in range(0, whole, _AT_ONCE):
        part = rows[first : first + _AT_ONCE]
        database.execute(_statement(into, width, _AT_ONCE), tuple(chain.from_iterable(part)))
    if whole < len(rows):
        database.executemany(_statement(into, width, 1), rows[whole:])


@lru_cache(maxsize=16)
def _statement(into: str, width: int, rows: int) -> str:
    values = f"({', '.join('?' * width)})"
    return f"{into} VALUES {', '.join([values] * rows)}"
