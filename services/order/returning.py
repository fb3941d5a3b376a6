"""Returns: opened, assessed line by line, closed (rule book, section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from schemas import returns as messages
from services.chassis.service import Refused, Route, RowsOf, StreamOf, Why, Work
from services.order import cases, needs
from services.order.cases import COMING_BACK, RETURN, WENT_ON
from services.order.domain import lifecycle, return_steps
from services.order.domain.approver import own_return
from services.order.domain.events import OrderPlaced
from services.order.domain.naming import own_id
from services.order.domain.order import Order
from services.order.domain.resolution import Resolution, resolve
from services.order.domain.return_case import Assessed, Case, ReturnLine, ReturnOpened
from services.order.domain.returnable import returnable
from services.order.domain.words import Reason
from services.order.handlers import INSTANCE, ORDER, Heard, identified, why

# ------------------------------------------------------------------------------------------ opening


def open_(data: messages.OpenReturn, work: Work) -> None:
    """`return.open`. Raises `Refused` with every reason."""
    if work.state(RETURN, data.return_id) is not None:
        message = "this return id is taken: a return keeps its id for ever, so give a new one another"
        raise Refused(Why("REF-04", message, None, "returnId"))
    known = Heard(work)
    lines = tuple(_line(line, own_id(line.instance_id, data.account_id, known), work) for line in data.lines)
    unfit = returnable(data.account_id, lines, known, partial(cases.claims, work=work))
    _must_hold(*return_steps.doubled(lines), *unfit)
    opened = ReturnOpened(account_id=data.account_id, lines=lines, asked_by=identified(work))
    cases.append(data.return_id, (opened,), work)


def _line(line: messages.ReturnLineRequest, instance_id: str, work: Work) -> ReturnLine:
    return ReturnLine(
        line_id=line.line_id,
        instance_id=instance_id,
        reason=work.seal(line.reason),
        quantity=line.quantity,
        expected=line.expected,
    )


# ---------------------------------------------------------------------------------------- assessing


def assess(data: messages.AssessReturn, work: Work) -> None:
    """`return.assess`: what is approved writes an order for each line. Raises `Refused` with every reason."""
    case = existing(data.return_id, work)
    if case.state == "closed":
        message = "the return is closed: open another one for what comes back now"
        raise Refused(Why("RMA-02", message, None, "returnId"))
    wanted = tuple(_assessed(case, line, work) for line in data.lines)
    own = own_return(case, wanted, identified(work))
    _must_hold(*((own,) if own else ()), *return_steps.assessable(case, wanted))
    known = Heard(work)
    resolved = {
        one.line_id: resolve(case.account_id, _now(case, one), one, known)
        for one in wanted
        if one.proposed != "reject"
    }
    _must_hold(*(reason for one in resolved.values() for reason in one.broken))
    _write(data.return_id, case, wanted, resolved, work)


def _now(case: Case, one: Assessed) -> ReturnLine:
    """What was opened, by the id that it has now."""
    return replace(case.lines[one.line_id].asked, instance_id=one.instance_id)


def _assessed(case: Case, line: messages.Assessment, work: Work) -> Assessed:
    there = case.lines.get(line.line_id)
    return Assessed(
        line_id=line.line_id,
        instance_id=cases.going_on_as(there.asked.instance_id, work) if there is not None else "",
        proposed=line.proposed,
        approved_quantity=line.approved_quantity,
        note=work.seal(line.note),
    )


def _write(
    return_id: str, case: Case, wanted: tuple[Assessed, ...], resolved: dict[str, Resolution], work: Work
) -> None:
    before = [id for one in wanted if (id := case.lines[one.line_id].order_id) is not None]
    named = _named(return_id, case, wanted, resolved, work)
    cases.append(return_id, return_steps.assess(case, named), work)
    for order_id in before:
        _give_up(order_id, work)
    for one in named:
        if one.order_id is not None:
            _place(return_id, one.order_id, resolved[one.line_id], case.opened_by, work)


def _named(
    return_id: str, case: Case, wanted: tuple[Assessed, ...], resolved: dict[str, Resolution], work: Work
) -> tuple[Assessed, ...]:
    """The orders of a return are numbered after it; an id that somebody has taken is passed over."""
    number, named = case.orders, list[Assessed]()
    for one in wanted:
        if one.line_id not in resolved:
            named.append(one)
            continue
        number += 1
        while work.state(ORDER, f"{return_id}-{number}") is not None:
            number += 1
        order_id, found = f"{return_id}-{number}", resolved[one.line_id]
        new = None if found.replacement is None else f"{order_id}:{found.replacement}"
        named.append(replace(one, order_id=order_id, replacement_id=new, owned=found.owned))
    return tuple(named)


def _give_up(order_id: str, work: Work) -> None:
    """An order that did not do it is not taken up again once another one is to."""
    order: Order | None = work.state(ORDER, order_id)
    if order is not None and order.status == "rejected":
        outcome = lifecycle.decide(order, lifecycle.Cancel())
        assert not isinstance(outcome, Reason), "a rejected order can be canceled"
        work.append(ORDER, order_id, *outcome)


def _place(return_id: str, order_id: str, resolution: Resolution, opened_by: str | None, work: Work) -> None:
    """The assessment is the approval: the order is on its way at once, and whoever opened the return is its
    author (D-21)."""
    request = resolution.request
    placed = OrderPlaced(
        account_id=request.account_id,
        status="new",
        category=request.category,
        action=request.action,
        lines=request.lines,
        reason=request.lines[0].reason,
        return_id=return_id,
        asked_by=opened_by,
    )
    outcome = lifecycle.place(None, placed, (), approve=lifecycle.Approve())
    assert not isinstance(outcome, Reason), "its id is free and it breaks no rule"
    work.append(ORDER, order_id, *outcome)


# ------------------------------------------------------------------------------------------ closing


def close(data: messages.CloseReturn, work: Work) -> None:
    """`return.close`. Raises `Refused` while a line is not resolved."""
    outcome = return_steps.close(existing(data.return_id, work))
    if isinstance(outcome, Reason):
        raise Refused(why(outcome))
    cases.append(data.return_id, outcome, work)


def existing(return_id: str, work: Work) -> Case:
    """The case, or a refusal: of another account's return nothing is told."""
    case: Case | None = work.state(RETURN, return_id)
    if case is None or case.account_id != work.message.account:
        message = f"account {work.message.account} has no return {return_id}: open it first, or name another"
        raise Refused(Why("REF-01", message, None, "returnId"))
    return case


def _must_hold(*broken: Reason) -> None:
    if broken:
        raise Refused(*map(why, broken))


# -------------------------------------------------------------------------------------------- needs


def needs_of_open(data: messages.OpenReturn, work: Work) -> needs.Wishes:
    rows = [RowsOf(COMING_BACK, line.instance_id) for line in data.lines]
    yield [StreamOf(RETURN, data.return_id), *(StreamOf(INSTANCE, line.instance_id) for line in data.lines)]
    yield rows
    yield [StreamOf(RETURN, id) for row in rows for id in work.members(row.kind, row.key)]


def needs_of_assess(data: messages.AssessReturn, work: Work) -> needs.Wishes:
    yield (StreamOf(RETURN, data.return_id),)
    case: Case | None = work.state(RETURN, data.return_id)
    if case is not None:
        ids = _instances(case, data.lines)
        yield [wish for id in ids for wish in (StreamOf(INSTANCE, id), RowsOf(WENT_ON, id))]
        yield from needs.of_returned(frozenset(cases.going_on_as(id, work) for id in ids), work)


def _instances(case: Case, lines: Iterable[messages.Assessment]) -> frozenset[str]:
    return frozenset(case.lines[one.line_id].asked.instance_id for one in lines if one.line_id in case.lines)


def needs_of_close(data: messages.CloseReturn, work: Work) -> needs.Wishes:  # noqa: ARG001
    yield (StreamOf(RETURN, data.return_id),)


def about(data: messages.OpenReturn | messages.AssessReturn | messages.CloseReturn) -> str:
    """What later commands wait for when one is parked: an order may go by the same id."""
    return _named_as(data.return_id)


def _named_as(return_id: str) -> str:
    return f"{RETURN} {return_id}"


def about_unread(body: Mapping[str, Any]) -> str | None:
    """The same of a command that does not fit its schema."""
    named = body.get("returnId")
    return _named_as(named) if isinstance(named, str) else None


ROUTES: Mapping[str, Route] = {
    name: Route(model=model, handle=handle, needs=needs_, order=about, unread=about_unread)
    for name, model, handle, needs_ in (
        ("return.open", messages.OpenReturn, open_, needs_of_open),
        ("return.assess", messages.AssessReturn, assess, needs_of_assess),
        ("return.close", messages.CloseReturn, close, needs_of_close),
    )
}
"""The middle of a message type to what is done with it."""
