"""The line of an order by which something comes back: it stays what the return has written (RMA-02)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.return_case import Assessed, CaseLine
from services.order.domain.revision import edited, public
from services.order.domain.words import Reason


def comes_back_by(one: Assessed, lines: tuple[Line, ...]) -> Line | None:
    """Of the lines of the order, the one that takes it back; None where that was dropped."""
    own = (line for line in lines if line.line_id == one.line_id and line.return_ is not None)
    return next(own, None)


def not_any_more(one: Assessed, order: Order) -> Reason | None:
    """Why nothing comes back by the order, whatever else comes of it."""
    if comes_back_by(one, order.wanted) is not None and not order.over(one.line_id):
        return None
    message = (
        f"order {one.order_id} goes on without line {one.line_id}, so nothing comes back by it: assess the "
        "line anew, or propose 'reject'"
    )
    return Reason(rule="RMA-02", message=message, line_id=one.line_id)


def as_assessed(asked: CaseLine, order: Order, wanted: tuple[Line, ...]) -> Iterator[Reason]:
    """What stands against these lines instead of those that the order has: other than what was assessed
    comes back by them."""
    one = asked.assessed
    if one is None or order.over(one.line_id) or (own := comes_back_by(one, order.wanted)) is None:
        return
    line = next((line for line in wanted if line.line_id == one.line_id), None)
    if line is None:
        yield from _left_behind(own, order, wanted)
        return
    if other := [name for name in _otherwise(line, own) if name not in _OPEN]:
        message = f"'{public(other[0])}' of line {own.line_id} stays as the return has it: {_INSTEAD}"
        yield Reason(rule="RMA-02", message=message, line_id=own.line_id, field=public(other[0]))
    yield from _too_many(asked, one, line)
    yield from _replaced_by_more(asked, one, order, wanted)


_INSTEAD = "cancel the order, and assess the line of the return anew"
_OPEN = ("quantity", "due_date", "reason")
"""What may be written otherwise: how many is counted."""


def _otherwise(line: Line, own: Line) -> list[str]:
    names = ("action", "instance_id")
    return [*(name for name in names if getattr(line, name) != getattr(own, name)), *edited(line, own)]


def _left_behind(own: Line, order: Order, wanted: tuple[Line, ...]) -> Iterator[Reason]:
    ours = {line.line_id for line in order.wanted if line.return_ is not None}
    if rest := sorted(line.line_id for line in wanted if line.line_id in ours):
        message = (
            f"line {own.line_id} takes back {own.instance_id}, and line {rest[0]} is there for that alone: "
            f"drop both, or {_INSTEAD}"
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
    for line in wanted:
        if line.line_id not in new or line.quantity in (None, new[line.line_id]):
            continue
        most = asked.asked.quantity or 1 if one.owned is None else _approved(asked, one)
        if (line.quantity or 0) > most:
            message = (
                f"line {line.line_id} replaces what comes back, which is {most}, by {line.quantity}: write "
                f"at most {most}, or order more by itself"
            )
            yield Reason(rule="RMA-02", message=message, line_id=line.line_id, field="quantity")
