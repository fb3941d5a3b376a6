"""An order as it is after what happened to it (rule book 9.1). What is decided: `lifecycle`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.order.domain.change import (
    CancellationApproved,
    CancellationRequested,
    ChangeDeclined,
    Lines,
    OrderHeld,
    OrderReleased,
    Pending,
    RevisionApproved,
    RevisionRequested,
    revised,
)
from services.order.domain.events import (
    LinesCompleted,
    OperationHeard,
    OrderApproved,
    OrderCanceled,
    OrderCompleted,
    OrderEvent,
    OrderPlaced,
    OrderRejected,
    OrderRevised,
    OrderReworked,
    OrderStarted,
    OrderSubmitted,
)
from services.order.domain.line import Line, Ranks, Request
from services.order.domain.onward import going_on
from services.order.domain.parked import InstancesChosen, Parked, parked
from services.order.domain.words import Category, HeaderAction, Reason, Stage, Status

# ------------------------------------------------------------------------------------------- state


@dataclass(slots=True, kw_only=True)
class Order:
    """An order that was placed. Only `evolve` changes it.

    `approval` is the version in which it was approved; later ones are requests to change it under way.
    """

    account_id: str
    stage: Stage
    version: int
    category: Category
    action: HeaderAction | None
    lines: tuple[Line, ...]
    location: str | None = None
    end: datetime | None = None
    cascade: bool = False
    upgrade: bool = False
    ranks: Ranks | None = None
    priority: int | None = None
    warnings: tuple[Reason, ...] = ()
    reason: str | None = None
    return_id: str | None = None
    reasons: tuple[Reason, ...] = ()
    completed: frozenset[str] = frozenset()
    operations: dict[str, OperationHeard] = field(default_factory=dict)
    parked: Parked = field(default_factory=Parked)
    approval: int = 0
    held: bool = False
    released: bool = False
    """It was on hold once, so a release that comes again finds it done."""
    pending: Pending | None = None
    declined: ChangeDeclined | None = None
    dropped: frozenset[str] = frozenset()
    goes_on_as: dict[str, str] = field(default_factory=dict)
    """What its lines were about, and have moved or been replaced since, with what came after it."""
    authors: frozenset[str] = frozenset()
    """Who placed, edited or submitted it, as far as that is known (D-21)."""

    @property
    def status(self) -> Status:
        """What it shows: a request goes before a hold, and a hold before the stage."""
        if self.pending is not None:
            return self.pending.status
        return self.unasked

    @property
    def unasked(self) -> Status:
        """What it would show if nothing were asked of it."""
        return "on_hold" if self.held else self.stage

    @property
    def wanted(self) -> tuple[Line, ...]:
        """The lines that it has, without those that were dropped."""
        return tuple(line for line in self.lines if line.line_id not in self.dropped)

    def operation_of(self, line_id: str) -> OperationHeard | None:
        """The dated change that the line is part of; the last one, if it changed over."""
        found = [one for one in self.operations.values() if line_id in one.line_ids]
        return found[-1] if found else None

    def over(self, line_id: str) -> bool:
        """Whether nothing more comes of the line: it was dropped, or broke a rule on its day."""
        operation = self.operation_of(line_id)
        return line_id in self.dropped or (operation is not None and operation.state == "canceled")

    def waits(self, line: Line, now: datetime) -> bool:
        """Whether the line has a day to come, and has not started."""
        if line.line_id in self.completed:
            return False
        operation = self.operation_of(line.line_id)
        if operation is not None:
            return operation.state == "scheduled"
        return line.due_date is not None and line.due_date > now

    def request(self, lines: tuple[Line, ...]) -> Request:
        """What it asks for with these lines, to be judged."""
        return Request(
            account_id=self.account_id,
            category=self.category,
            action=self.action,
            lines=lines,
            location=self.location,
            end=self.end,
            cascade=self.cascade,
            upgrade=self.upgrade,
            ranks=self.ranks,
        )


def evolve(order: Order | None, event: OrderEvent) -> Order | None:
    """The order after the event; changes the one it is given."""
    if isinstance(event, OrderPlaced):
        return placed(event)
    if order is not None:
        _change(order, event)
    return order


def placed(event: OrderPlaced) -> Order:
    """The order as it is when it was placed."""
    return Order(
        account_id=event.account_id,
        stage=event.status,
        version=event.version,
        category=event.category,
        action=event.action,
        lines=event.lines,
        location=event.location,
        end=event.end,
        cascade=event.cascade,
        upgrade=event.upgrade,
        ranks=event.ranks,
        reason=event.reason,
        return_id=event.return_id,
        authors=_also(frozenset(), event.asked_by),
    )


def _also(authors: frozenset[str], asked_by: str | None) -> frozenset[str]:
    return authors if asked_by is None else authors | {asked_by}


def _change(order: Order, event: OrderEvent) -> None:
    """What happens to every order stands first."""
    match event:
        case OrderStarted():
            _start(order)
        case OrderApproved():
            order.stage, order.reasons, order.approval = "acknowledged", (), event.version
            order.parked, order.priority = parked(event.fewer), event.priority
            order.warnings = event.warnings
        case OrderCompleted():
            _over(order, "completed")
        case LinesCompleted():
            order.completed |= frozenset(event.line_ids)
        case OperationHeard():
            _heard(order, event)
        case _:
            _change_seldom(order, event)


def _change_seldom(order: Order, event: OrderEvent) -> None:
    match event:
        case OrderSubmitted():
            order.stage, order.lines, order.reasons = "new", event.lines, ()
            order.authors = _also(order.authors, event.asked_by)
        case OrderRejected():
            _over(order, "rejected")
            order.reasons = event.reasons or (_by_a_person(event),)
        case OrderReworked():
            order.stage, order.version, order.lines = "draft", event.version, event.lines
            order.operations = {}
        case OrderRevised():
            # An end has become lines, and those say from now on what there is.
            order.lines, order.action, order.end = event.lines, _still(order.action, event.lines), None
            order.authors = _also(order.authors, event.asked_by)
        case OrderCanceled():
            _over(order, "canceled")
            order.reason = event.reason or order.reason
        case _:
            _change_under_way(order, event)


def _start(order: Order) -> None:
    order.stage = "in_progress"
    if order.pending is not None and order.pending.revises and order.pending.approved:
        order.pending = None
        order.parked.declined.clear()


def _over(order: Order, stage: Stage) -> None:
    """Whatever was asked of it is past."""
    order.stage, order.held, order.pending, order.declined = stage, False, None, None


def _change_under_way(order: Order, event: OrderEvent) -> None:
    match event:
        case InstancesChosen():
            order.parked.choose(event)
        case OrderHeld():
            order.held = True
        case OrderReleased():
            order.held, order.released = False, True
        case RevisionRequested():
            _asked(order, event)
        case CancellationRequested(version=version, reason=reason, asked_by=asked_by):
            order.version, order.declined = version, None
            order.pending = Pending(version=version, reason=reason, asked_by=asked_by)
        case CancellationApproved():
            if order.pending is not None:
                order.pending = replace(order.pending, approved=True)
        case RevisionApproved():
            _revise(order, event)
        case ChangeDeclined():
            _decline(order, event)


def _asked(order: Order, event: RevisionRequested) -> None:
    order.version, order.declined = event.version, None
    order.pending = Pending(
        version=event.version,
        lines=event.lines,
        changes=event.changes,
        reason=event.reason,
        fewer=event.fewer,
        asked_by=event.asked_by,
    )


def _revise(order: Order, event: RevisionApproved) -> None:
    before = Lines(
        all=order.lines, dropped=order.dropped, fewer=order.parked.every(), warnings=order.warnings
    )
    order.parked.recounted(event.fewer)
    if order.pending is not None:
        order.pending = replace(order.pending, approved=True, before=before)
    now = revised(before, event.lines)
    order.lines, order.dropped = now.all, before.dropped | now.dropped
    order.warnings = order.warnings if event.warnings is None else event.warnings


def _decline(order: Order, event: ChangeDeclined) -> None:
    """D-02: exactly as before the request, but for the version."""
    if order.pending is not None and (before := order.pending.before) is not None:
        order.lines, order.dropped, order.warnings = before.all, before.dropped, before.warnings
        order.parked.recounted(before.fewer)
    order.pending, order.declined = None, event


def _heard(order: Order, event: OperationHeard) -> None:
    """A line has the date that inventory has given it."""
    order.operations[event.operation_id] = event
    if event.brought or event.left_out:
        _fit(order, event)
    if event.goes_on_as:
        _follow(order, event)
    if event.counted:
        order.parked.count_again(event.line_ids, event.fewer)
    if event.state == "scheduled":
        order.lines = tuple(
            replace(line, due_date=event.at) if line.line_id in event.line_ids and line.due_date else line
            for line in order.lines
        )
    if event.asks_again:
        order.parked.ask_again(event.line_ids, event.reasons)
    elif event.reasons:
        order.reasons = (*order.reasons, *event.reasons)


def _fit(order: Order, event: OperationHeard) -> None:
    """As things stood on its day (CHG-07, D-10): also for a change that is asked for, and where it is
    declined."""
    order.lines, order.dropped = (*order.lines, *event.brought), order.dropped.union(event.left_out)
    if (pending := order.pending) is None:
        return
    if pending.lines is not None:
        stay = (line for line in pending.lines if line.line_id not in event.left_out)
        pending = replace(pending, lines=(*stay, *event.brought))
    if (before := pending.before) is not None:
        all_, dropped = (*before.all, *event.brought), before.dropped.union(event.left_out)
        pending = replace(pending, before=replace(before, all=all_, dropped=dropped))
    order.pending = pending


def _follow(order: Order, event: OperationHeard) -> None:
    """Its lines are about what those instances are now, also where they are asked to be otherwise."""
    order.goes_on_as |= event.goes_on_as
    order.lines = going_on(order.lines, event.line_ids, event.goes_on_as, event.locations)
    order.parked.follow(event.goes_on_as)
    if (pending := order.pending) is None:
        return
    if pending.lines is not None:
        lines = going_on(pending.lines, event.line_ids, event.goes_on_as, event.locations)
        pending = replace(pending, lines=lines)
    if (before := pending.before) is not None:
        all_ = going_on(before.all, event.line_ids, event.goes_on_as, event.locations)
        pending = replace(pending, before=replace(before, all=all_))
    order.pending = pending


def _still(action: HeaderAction | None, lines: tuple[Line, ...]) -> HeaderAction | None:
    """The action of an order while a line of it does that; None once its lines say something else."""
    if action == "move":
        return action if any(line.action == "change" and line.move for line in lines) else None
    return action if any(line.action == action for line in lines) else None


def _by_a_person(event: OrderRejected) -> Reason:
    return Reason(rule="ORD-08", message=event.reason or "rejected without a reason given")
