"""What becomes of contract lines and entitlements when their instance or a date changes (section 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.inventory.domain.instance import Instance
from services.inventory.domain.term import (
    OVER,
    Term,
    TermChanged,
    TermGivenUp,
    TermId,
    TermState,
    TermTakenOver,
    due,
    following,
)
from services.inventory.domain.value import value
from services.inventory.domain.words import INSTANCE, Append, InstanceId, OrderId


@value
class Cause:
    """The order that brought an instance to its state; neither when a load or a date did."""

    order_id: OrderId | None = None
    version: int | None = None


BY_ITSELF = Cause()

Below = Callable[[TermId], Sequence[Instance]]
"""The instances with entitlements under a contract line."""


def followed(instance: Instance, now: datetime, cause: Cause, below: Below) -> Sequence[Append]:
    """What the first term appends that does not follow the state of its instance yet; lines come first,
    so that what ends under them is ended once."""
    for _, term in sorted(instance.terms.items(), key=lambda one: (one[1].record.kind, one[0])):
        if (found := following(term.record, instance.state, now)) is not None:
            return tuple(_with_those_under(instance.id, _changed(term, found, cause), below))
    return ()


def moved(instance: Instance, to: InstanceId, rule: str, cause: Cause) -> Iterator[Append]:
    """Its terms go over to the new side of a move (D-05), or to what replaces it (D-12), as they are."""
    for id, term in instance.terms.items():
        yield Append(INSTANCE, instance.id, TermGivenUp(term_id=id, to_instance_id=to))
        taken = TermTakenOver(
            record=term.record,
            from_instance_id=instance.id,
            rule=rule,
            order_id=cause.order_id or "",
            version=cause.version or 0,
        )
        yield Append(INSTANCE, to, taken)


def reached(instance: Instance, id: TermId, now: datetime, below: Below) -> Iterator[Append]:
    """What its dates have brought a term to; nothing when it is not due, or done."""
    term = instance.terms.get(id)
    if term is not None and (found := due(term.record, now)) is not None:
        yield from _with_those_under(instance.id, _changed(term, found, BY_ITSELF), below)


def expired(instance: Instance, id: TermId, below: Below) -> Iterator[Append]:
    """CON-02: the header has expired, and this line of it with all that stands under the line."""
    term = instance.terms.get(id)
    if term is not None and term.record.state not in OVER:
        yield from _with_those_under(instance.id, _changed(term, ("expired", "CON-02"), BY_ITSELF), below)


def _changed(term: Term, found: tuple[TermState, str], cause: Cause) -> TermChanged:
    state, rule = found
    return TermChanged(
        record=replace(term.record, state=state),
        previous=term.record.state,
        rule=rule,
        order_id=cause.order_id,
        version=cause.version,
    )


def _with_those_under(id: InstanceId, event: TermChanged, below: Below) -> Iterator[Append]:
    """CON-02: the end of a line ends the entitlements under it; nothing ends what is above."""
    yield Append(INSTANCE, id, event)
    if event.record.kind == "contract_line" and event.record.state in OVER:
        cause = Cause(order_id=event.order_id, version=event.version)
        for instance in below(event.record.term_id):
            for term in tuple(instance.terms.values()):
                under = term.record.contract_line_id == event.record.term_id
                if under and term.record.state not in OVER:
                    ended = _changed(term, (event.record.state, "CON-02"), cause)
                    yield Append(INSTANCE, instance.id, ended)
