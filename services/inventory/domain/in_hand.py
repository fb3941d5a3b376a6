"""A contract line that an approved order is about to give another end does not run out meanwhile (CON-08)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from services.inventory.domain.approved import Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.operation import Operation
from services.inventory.domain.operation_events import OperationId
from services.inventory.domain.term import OVER, Term, TermId, TermRecord, due

FindOperation = Callable[[OperationId], Operation]


def runs_on(instance: Instance, id: TermId, find: FindOperation) -> bool:
    """Whether an order that was approved in time holds other dates for this contract line: reserved and not
    landed yet, or to run by the day on which the line ends. The end of the order decides then."""
    term = instance.terms.get(id)
    if term is None or term.record.kind != "contract_line" or term.record.state in OVER:
        return False
    return _reserved(instance, term.record) or _comes(instance, term.record, find)


def _reserved(instance: Instance, known: TermRecord) -> bool:
    coming = instance.held.coming.term if instance.held is not None else None
    if coming is None or not coming.amends or coming.record.term_id != known.term_id:
        return False
    return _later(coming.record.end, known.end)


def _later(end: datetime | None, than: datetime | None) -> bool:
    return end is None or (than is not None and end > than)


def _comes(instance: Instance, known: TermRecord, find: FindOperation) -> bool:
    """What waits for its day changes the dates of the only line that runs (CON-09)."""
    noted = [one for one in instance.operations.values() if one.state == "scheduled"]
    in_time = [one.operation_id for one in noted if known.end is not None and one.at <= known.end]
    orders = (find(id).order for id in in_time)
    return any(_amends(line, instance) for order in orders if order is not None for line in order.lines)


def _amends(line: Line, instance: Instance) -> bool:
    agreed = line.agreed if line.instance_id == instance.id and line.action == "change" else None
    return agreed is not None and agreed.type in ("renew", "amend", "upsell") and agreed.dated


def goes_with(one: TermRecord, line: TermRecord) -> bool:
    """Whether an entitlement gets the dates that its contract line gets."""
    return (one.start, one.end) == (line.start, line.end)


def overdue(instance: Instance, now: datetime) -> list[Term]:
    """What has reached a date, and was not brought on: it may have waited for an order that has ended."""
    return [term for _, term in sorted(instance.terms.items()) if due(term.record, now) is not None]
