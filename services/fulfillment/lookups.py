"""The lookup rows that follow from a stream: those of the handlers, as an auditor makes them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.chassis.ports import Row
from services.chassis.service import Lookups
from services.fulfillment.domain.catalog import Heard
from services.fulfillment.missing import SPECIFICATION


def rows(category: str, id: str, state: Any) -> Iterator[Row]:  # noqa: ARG001
    """Of a catalog entry, that it was heard."""
    if isinstance(state, Heard) and state.versions:
        yield Row(SPECIFICATION, "all", id)


LOOKUPS = Lookups(kinds=frozenset({SPECIFICATION}), rows=rows)
