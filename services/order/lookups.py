"""The lookup rows that follow from a stream: those of the handlers, as an auditor makes them again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from services.chassis.ports import Row
from services.chassis.service import Lookups
from services.order.cases import COMING_BACK, ENDED_BELOW, WENT_ON
from services.order.domain.instance import Instance
from services.order.domain.return_case import Case
from services.order.domain.returnable import instances_of
from services.order.domain.specification import Specification
from services.order.domain.words import Kind
from services.order.handlers import ELSEWHERE, NAMED_BY, ROOTS, below, by_external_id


def rows(category: str, id: str, state: Any) -> Iterator[Row]:  # noqa: ARG001
    """Of an instance, where it stands, what it has moved from, and what others call it; of a catalog entry,
    what it speaks of; of a return, what it takes back."""
    if isinstance(state, Instance) and state.moved_from is not None:
        yield Row(WENT_ON, state.moved_from, id)
    if isinstance(state, Instance) and state.external_id is not None:
        yield Row(ELSEWHERE, by_external_id(state.account_id, state.external_id), id)
    if isinstance(state, Instance) and state.ended_by is not None and state.parent_id is not None:
        yield Row(ENDED_BELOW, state.parent_id, id)
    match state:
        case Case():
            yield from (Row(COMING_BACK, instance, id) for instance in sorted(instances_of(state)))
        case Instance(parent_id=str() as parent, ended=False):
            yield Row(below(state.kind), parent, id)
        case Instance(parent_id=None, ended=False):
            yield Row(ROOTS, state.account_id, id)
        case Specification():
            named = {name for entry in state.versions.values() for name in entry.named}
            yield from (Row(NAMED_BY, target, id) for target in sorted(named))


LOOKUPS = Lookups(
    kinds=frozenset(
        {NAMED_BY, ELSEWHERE, COMING_BACK, ENDED_BELOW, WENT_ON, ROOTS, *map(below, get_args(Kind))}
    ),
    rows=rows,
)
