"""The line of an order by which something comes back: it stays what the return has written (RMA-02)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.return_case import Assessed, CaseLine
from services.order.domain.revision import edited, public
from services.order.domain.words import Reason

NOT_RECEIVED = "not_received"
"""The outcome of what never came back."""


def comes_back_by(one: Assessed, lines: tuple[Line, ...]) -> Line | None:
    """Of the lines of the order, the one that takes it back; None where that was dropped."""
    own = (line for line in lines if line.line_id == one.line_id and line.return_ is not None)
    return next(own, None)


def not_any_more(line: CaseLine, order: Order) -> Reason | None:
    """Why nothing comes back by the order, whatever else comes of it."""
    one = line.assessed
    if one is None or not _dropped(one, order) or stays_beside(line, order):
        return None
    message = (
        f"order {one.order_id} goes on without line {one.line_id}, so nothing comes back by it: assess the "
        "line anew, or propose 'reject'"
    )
    return Reason(rule="RMA-02", message=message, line_id=one.line_id)


def _dropped(one: Assessed, order: Order) -> bool:
    return comes_back_by(one, order.wanted) is None or order.over(one.line_id)


def stays_beside(line: CaseLine, order: Order) -> bool:
    """Nothing came back and the line was dropped for it: the customer keeps it beside what was sent."""
    none_came = line.assessed is not None and line.outcome == NOT_RECEIVED and _dropped(line.assessed, order)
    return none_came and bool(replacements(order))


def replacements(order: Order) -> tuple[Line, ...]:
    """The lines that bring what takes the place of what comes back."""
    return tuple(line for line in order.wanted if line.replaces is not None and not order.over(line.line_id))


def as_many_as_come_back(asked: CaseLine, order: Order, wanted: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines that are asked for; as fewer come back, fewer are sent, unless somebody says how many."""
    one = asked.assessed
    own = comes_back_by(one, order.wanted) if one is not None else None
    line = next((each for each in wanted if own is not None and each.line_id == own.line_id), None)
    if one is None or one.owned is None or own is None or line is None:
        return wanted
    if own.quantity is None or line.quantity in (None, own.quantity):
        return wanted
    coming = max(one.owned - line.quantity, 1)
    sent = {each.line_id: min(each.quantity or coming, coming) for each in replacements(order)}
    return tuple(
        replace(each, quantity=sent[each.line_id]) if each.line_id in sent and each.quantity is None else each
        for each in wanted
    )


def as_assessed(asked: CaseLine, order: Order, wanted: tuple[Line, ...]) -> Iterator[Reason]:
    """What stands against these lines instead of those that the order has: other than what was assessed
    comes back by them."""
    one = asked.assessed
    if one is None or order.over(one.line_id) or (own := comes_back_by(one, order.wanted)) is None:
        return
    line = next((line for line in wanted if line.line_id == one.line_id), None)
    if line is None:
        yield from _left_behind(asked, own, order, wanted)
        return
    if other := [name for name in _otherwise(line, own) if name not in _OPEN]:
        message = f"'{public(other[0])}' of line {own.line_id} stays as the return has it: {_INSTEAD}"
        yield Reason(rule="RMA-02", message=message, line_id=own.line_id, field=public(other[0]))
    yield from _too_many(asked, one, line)
    yield from _replaced_by_more(asked, one, order, wanted)
    yield from _replaced_otherwise(order, line, wanted)


def _replaced_otherwise(order: Order, back: Line, wanted: tuple[Line, ...]) -> Iterator[Reason]:
    """What takes the place of another keeps what that had, and comes on the day on which that ends (D-12)."""
    own = {line.line_id: line for line in replacements(order)}
    for line in (line for line in wanted if line.line_id in own):
        if other := [name for name in _otherwise(line, own[line.line_id]) if name not in _OPEN_OF_NEW]:
            message = (
                f"'{public(other[0])}' of line {line.line_id} stays, as it takes the place of "
                f"{back.instance_id} with all that hangs on it: leave it out, and order the change by itself "
                "when this order is completed"
            )
            yield Reason(rule="RMA-02", message=message, line_id=line.line_id, field=public(other[0]))
        if back.action == "disconnect" and line.due_date != back.due_date:
            message = (
                f"line {line.line_id} takes the place of {back.instance_id}, which line {back.line_id} ends: "
                "give both the same dueDate, or none"
            )
            yield Reason(rule="RMA-02", message=message, line_id=line.line_id, field="dueDate")


_INSTEAD = "cancel the order, and assess the line of the return anew"
_OPEN = ("quantity", "due_date", "reason")
"""What may be written otherwise: how many is counted."""
_OPEN_OF_NEW = (*_OPEN, "characteristics")
"""Another model may take the place of the old one; its place and its terms stay."""


def _otherwise(line: Line, own: Line) -> list[str]:
    names = ("action", "instance_id")
    return [*(name for name in names if getattr(line, name) != getattr(own, name)), *edited(line, own)]


def _left_behind(asked: CaseLine, own: Line, order: Order, wanted: tuple[Line, ...]) -> Iterator[Reason]:
    """What is sent in its place is there because it comes back, unless it was found not to come."""
    if asked.outcome == NOT_RECEIVED:
        return
    ours = {line.line_id for line in order.wanted if line.return_ is not None}
    if rest := sorted(line.line_id for line in wanted if line.line_id in ours):
        message = (
            f"line {own.line_id} takes back {own.instance_id}, and line {rest[0]} is there for that alone: "
            f"drop both, or {_INSTEAD}; where it never came, let the task that receives it report "
            f"'{NOT_RECEIVED}' first"
        )
        yield Reason(rule="RMA-02", message=message, line_id=own.line_id, field="lines")


def _approved(asked: CaseLine, one: Assessed) -> int:
    return one.approved_quantity or asked.asked.quantity or 1


def _too_many(asked: CaseLine, one: Assessed, line: Line) -> Iterator[Reason]:
    """Only some come back: the line says how many are left."""
    if one.owned is None or line.action != "change":
        return
    least, most = one.owned - _approved(asked, one), one.owned - 1
    if line.quantity is None or not least <= line.quantity <= most:
        right = f"{least}" if least == most else f"{least} to {most}"
        message = (
            f"'quantity' of line {line.line_id} is what is left of {one.owned} when at most "
            f"{_approved(asked, one)} come back, and at least one: write {right}, or {_INSTEAD}"
        )
        yield Reason(rule="RMA-02", message=message, line_id=line.line_id, field="quantity")


def _replaced_by_more(
    asked: CaseLine, one: Assessed, order: Order, wanted: tuple[Line, ...]
) -> Iterator[Reason]:
    new = {line.line_id: line.quantity for line in order.wanted if line.replaces is not None}
    coming = _coming(asked, one, wanted)
    for line in wanted:
        if line.line_id not in new or line.quantity is None:
            continue
        if one.owned is None and line.quantity == new[line.line_id]:
            continue
        if line.quantity > coming:
            more = _SENT_ALREADY if coming < _approved(asked, one) else ""
            message = (
                f"line {line.line_id} replaces what comes back, which is {coming}, by {line.quantity}: write "
                f"at most {coming}, or order more by itself{more}"
            )
            yield Reason(rule="RMA-02", message=message, line_id=line.line_id, field="quantity")


_SENT_ALREADY = (
    "; where more were sent already, let the task that receives them report 'incomplete' or "
    f"'{NOT_RECEIVED}' first"
)


def _coming(asked: CaseLine, one: Assessed, wanted: tuple[Line, ...]) -> int:
    """How many may be replaced: as many as come back; where fewer came than were promised, what was sent for
    the others cannot be taken back."""
    own = comes_back_by(one, wanted)
    if one.owned is None:
        return asked.asked.quantity or 1
    if own is None or own.quantity is None or asked.outcome in ("incomplete", NOT_RECEIVED):
        return _approved(asked, one)
    return one.owned - own.quantity
