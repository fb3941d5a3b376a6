"""What order does when somebody wants an order otherwise: edited as a draft, or asked for under way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from services.chassis.service import Refused, Why, Work
from services.order import cases, handlers
from services.order.domain import lifecycle, underway
from services.order.domain.before import Before
from services.order.domain.compatibility import warnings
from services.order.domain.line import Line, as_returned, as_they_stand
from services.order.domain.naming import named
from services.order.domain.onward import as_they_go_on
from services.order.domain.order import Order
from services.order.domain.returned import as_assessed, as_many_as_come_back
from services.order.domain.revising import differences, revise, without
from services.order.domain.revision import by_id, case_of
from services.order.domain.words import Reason
from services.order.handlers import Heard, existing, identified, opened, sealed, settle


def revised(order_id: str, lines: tuple[Line, ...], reason: str | None, work: Work) -> None:
    """The lines as they should be now. Raises `Refused` with every reason."""
    order = existing(order_id, work)
    written = as_they_go_on(named(lines, order.account_id, Heard(work)), order.lines, order.goes_on_as)
    asked = as_returned(written, order.lines)
    if (line := cases.line_of(order_id, order, work)) is not None:
        asked = as_many_as_come_back(line, order, asked)
    if order.status in lifecycle.UNDER_WAY:
        _ask(order_id, order, asked, reason, work)
    else:
        if order.status == "draft":
            asked = as_they_stand(asked, order.lines)
            _as_the_return_has_it(order_id, order, asked, work)
        handlers.revise(order_id, asked, reason, work)


def canceled(order_id: str, line_ids: Collection[str] | None, reason: str | None, work: Work) -> None:
    """The whole order, or the lines named with all below them. Raises `Refused` with every reason."""
    order = existing(order_id, work)
    whole = lifecycle.Cancel(reason=reason, by=identified(work))
    if line_ids is None:
        settle(order_id, lifecycle.decide(order, whole), work)
    elif order.status in lifecycle.UNDER_WAY:
        _cancel_lines(order_id, order, line_ids, whole, work)
    elif isinstance(refused := lifecycle.decide(order, whole), Reason):
        raise Refused(handlers.why(refused))
    else:
        message = "nothing of the order runs yet: edit the draft to drop lines, or leave 'lineIds' out"
        raise Refused(Why("INF-01", message, None, "lineIds"))


def approved(order_id: str, reason: str | None, work: Work) -> None:
    """What is asked of an order under way. Raises `Refused`, also for whoever asked (D-21)."""
    order = existing(order_id, work)
    answer = underway.ApproveChange(
        reason=reason, by=identified(work), warnings=_warned(order_id, order, work)
    )
    settle(order_id, lifecycle.decide(order, answer), work)


def _warned(order_id: str, order: Order, work: Work) -> tuple[Reason, ...]:
    """CHG-13, of the lines that it should have, beside the world without what it has done so far."""
    pending = order.pending
    if pending is None or pending.lines is None or pending.approved:
        return ()
    known = Before(known=Heard(work), order_id=order_id, lines=order.lines)
    return warnings(order.request(pending.lines), known)


def _cancel_lines(
    order_id: str, order: Order, line_ids: Collection[str], whole: lifecycle.Cancel, work: Work
) -> None:
    _may_be_asked(order)
    left = without(order, line_ids)
    if isinstance(left, Reason):
        raise Refused(handlers.why(left))
    if left:
        kept = {line.line_id for line in left}
        lines = tuple(line for line in opened(order, work).lines if line.line_id in kept)
        _ask(order_id, order, lines, whole.reason, work)
    else:
        settle(order_id, lifecycle.decide(order, whole), work)


def _ask(order_id: str, order: Order, lines: tuple[Line, ...], reason: str | None, work: Work) -> None:
    """The difference is computed, and judged as if the order were placed like that."""
    _may_be_asked(order)
    known, readable = Heard(work), opened(order, work)
    found = revise(case_of(order_id, order, readable, lines, known))
    if found.reasons:
        raise Refused(*map(handlers.why, found.reasons))
    _as_the_return_has_it(order_id, order, found.lines, work)
    held = tuple(line for line in order.lines if not order.over(line.line_id))
    written = _with_tokens(found.lines, readable.lines, order.lines, known)
    asked = underway.AskRevision(
        lines=written,
        changes=differences(held, written),
        reason=reason,
        fewer=found.fewer,
        by=identified(work),
    )
    settle(order_id, lifecycle.decide(order, asked), work)


def _as_the_return_has_it(order_id: str, order: Order, lines: tuple[Line, ...], work: Work) -> None:
    """What comes back by the order comes back by these lines too. Raises `Refused` with every reason."""
    asked = cases.line_of(order_id, order, work)
    if asked is not None and (broken := tuple(as_assessed(asked, order, lines))):
        raise Refused(*map(handlers.why, broken))


def _with_tokens(
    lines: tuple[Line, ...], readable: tuple[Line, ...], stored: tuple[Line, ...], known: Heard
) -> tuple[Line, ...]:
    """Values that stay keep the form in which they are stored, whatever the catalog calls personal by now."""
    before, tokens = by_id(readable), by_id(stored)
    return tuple(
        replace(one, characteristics=tokens[line.line_id].characteristics)
        if line.line_id in before and line.characteristics == before[line.line_id].characteristics
        else one
        for line, one in zip(lines, sealed(lines, known), strict=True)
    )


def _may_be_asked(order: Order) -> None:
    if (refused := underway.no_revision(order)) is not None:
        raise Refused(handlers.why(refused))
