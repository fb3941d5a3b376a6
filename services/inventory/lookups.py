"""The lookup rows that follow from a stream: those of the handlers, as an auditor makes them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.chassis.ports import Row
from services.chassis.service import Lookups
from services.inventory import terms
from services.inventory.domain.instance import Instance
from services.inventory.domain.operation import Operation
from services.inventory.domain.specification import Specification
from services.inventory.handlers import HEARD
from services.inventory.queue import WAITS_FOR
from services.inventory.trees import ROOTS, TREE


def rows(category: str, id: str, state: Any) -> Iterator[Row]:  # noqa: ARG001
    """Of an instance its terms and, while it stands there, its tree; of a catalog entry that it is known."""
    match state:
        case Instance():
            if state.stands:
                yield Row(TREE, state.record.root_id, id)
                if state.record.root_id == id:
                    yield Row(ROOTS, state.record.account_id, id)
            yield from terms.rows_of(id, state.terms)
        case Operation():
            for order in state.waits_for:
                yield Row(WAITS_FOR, order, id)
        case Specification() if state.versions:
            yield Row(*HEARD, id)


LOOKUPS = Lookups(
    kinds=frozenset({TREE, ROOTS, HEARD[0], terms.STANDS_ON, terms.UNDER, WAITS_FOR}), rows=rows
)
