"""What inventory says of dated changes, as an order hears it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from schemas.vocabulary import Reason as PublicReason
from services.chassis.heard import Reason as HeardReason
from services.chassis.service import Work
from services.order import handlers, heard
from services.order.domain import facts
from services.order.domain.events import OperationHeard
from services.order.domain.line import Line
from services.order.domain.words import OperationState, Reason


def hear(state: OperationState) -> Callable[[heard.OperationEvent, Work], None]:
    """Of an operation that is in this state now."""

    def told(data: heard.OperationEvent, work: Work) -> None:
        handlers.fact(data.order_id, _told(data, state), work)

    return told


def _told(data: heard.OperationEvent, state: OperationState) -> facts.Hear:
    operation = OperationHeard(
        version=data.version,
        operation_id=data.operation_id,
        action=data.action,
        state=state,
        at=data.at,
        line_ids=data.line_ids,
    )
    match data:
        case heard.OperationScheduled():
            waiting = replace(
                operation,
                reasons=reasons(data.reasons),
                goes_on_as=data.goes_on_as,
                waits_for=data.waits_for,
                locations=data.locations,
            )
            return facts.Hear(operation=waiting, to_name=data.to_name)
        case heard.OperationStarted():
            started = replace(operation, reasons=reasons(data.reasons))
            return facts.Hear(operation=started, lines=tuple(_lines(data)))
        case heard.OperationCanceled():
            return facts.Hear(operation=replace(operation, reasons=reasons(data.reasons)))
    return facts.Hear(operation=operation)


def reasons(told: tuple[PublicReason, ...] | tuple[HeardReason, ...]) -> tuple[Reason, ...]:
    return tuple(
        Reason(rule=item.rule, message=item.message, line_id=item.line_id, field=item.field) for item in told
    )


def _lines(data: heard.OperationStarted) -> Iterator[Line]:
    """With which it has started."""
    for line in data.lines:
        yield _added(line, data.at) if line.action == "add" else _along(line, data.at)


def _added(line: heard.ReservedLine, at: datetime) -> Line:
    return Line(
        line_id=line.line_id,
        action=line.action,
        kind=line.kind,
        specification_id=line.specification_id,
        specification_version=line.specification_version,
        parent_line_id=line.parent_line_id,
        characteristics=dict(line.characteristics),
        location=line.location,
        quantity=line.quantity,
        due_date=at,
        transient=line.transient,
    )


def _along(line: heard.ReservedLine, at: datetime) -> Line:
    """As lines are written for what goes along with the one above it."""
    return Line(
        line_id=line.line_id,
        action=line.action,
        kind=line.kind,
        instance_id=line.instance_id,
        parent_line_id=line.parent_line_id,
        location=line.location,
        move=line.move or None,
        due_date=at,
    )
