"""What commands and facts do to a return, from open to closed (rule book 7.1 and 7.3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.return_case import (
    Assessed,
    Case,
    CaseLine,
    LineState,
    ReturnAssessed,
    ReturnClosed,
    ReturnEvent,
    ReturnLine,
    ReturnLineMoved,
    ReturnLineRevised,
    ReturnOutcomeFound,
    ReturnResolved,
    Settled,
    assessed_as,
)
from services.order.domain.returned import comes_back_by, not_any_more, replacements, stays_beside
from services.order.domain.words import Reason, Status


def doubled(lines: tuple[ReturnLine, ...]) -> Iterator[Reason]:
    """A line id stands for one line, and an instance comes back once."""
    for id, count in Counter(line.line_id for line in lines).items():
        if count > 1:
            message = f"line id {id} is given {count} times: each line has its own"
            yield Reason(rule="FIELD", message=message, line_id=id, field="lineId")
    first: dict[str, ReturnLine] = {}
    for line in lines:
        if (other := first.setdefault(line.instance_id, line)) is not line:
            message = (
                f"{line.instance_id} comes back in line {other.line_id} already: say there how many "
                "of it, or name another instance"
            )
            yield Reason(rule="RMA-01", message=message, line_id=line.line_id, field="instanceId")


def assessable(case: Case, wanted: tuple[Assessed, ...]) -> Iterator[Reason]:
    """What stands against assessing these lines, as far as the case alone can tell (RMA-02)."""
    for id, count in Counter(one.line_id for one in wanted).items():
        if count > 1:
            message = f"line {id} is assessed {count} times at once: say once what is to become of it"
            yield Reason(rule="FIELD", message=message, line_id=id, field="lineId")
    for one in wanted:
        line = case.lines.get(one.line_id)
        if line is None:
            message = f"the return has no line {one.line_id}: its lines are {', '.join(case.lines)}"
            yield Reason(rule="REF-01", message=message, line_id=one.line_id, field="lineId")
        elif (closed := _not_open(line)) is not None:
            yield Reason(rule="RMA-02", message=closed, line_id=one.line_id)
        else:
            yield from _counted(one, line)


def _not_open(line: CaseLine) -> str | None:
    id = line.asked.line_id
    if line.done:
        return f"line {id} is {line.state}: what is done stays; open another return for more"
    if line.state == "assessed":
        return f"order {line.order_id} is on its way with line {id}: cancel that order first, or let it end"
    return None


def _counted(one: Assessed, line: CaseLine) -> Iterator[Reason]:
    approved, brought = one.approved_quantity, line.asked.quantity
    message: str | None = None
    if one.proposed == "reject" and approved:
        message = f"a rejected line has nothing approved: leave 'approvedQuantity' out, not {approved}"
    elif one.proposed != "reject" and approved == 0:
        message = "nothing of the line is approved: propose 'reject', or approve at least one"
    elif approved is not None and brought is not None and approved > brought:
        message = f"{approved} are approved and {brought} came back: approve at most {brought}"
    if message is not None:
        yield Reason(rule="RMA-02", message=message, line_id=one.line_id, field="approvedQuantity")


def assess(case: Case, wanted: tuple[Assessed, ...]) -> tuple[ReturnEvent, ...]:
    """RMA-03: what is rejected is done; where all of it is, the case is closed at once, and says so."""
    lines = assessed_as(case.lines, wanted)
    whole = all(line.assessed is not None for line in lines.values())
    events: list[ReturnEvent] = [ReturnAssessed(state="assessed" if whole else "open", lines=wanted)]
    if all(line.done for line in lines.values()):
        events.append(ReturnResolved(lines=_settled(lines.values())))
    if all(line.state == "rejected" for line in lines.values()):
        events.append(ReturnClosed(lines=_settled(lines.values()), rule="RMA-03"))
    return tuple(events)


def _settled(lines: Iterable[CaseLine]) -> tuple[Settled, ...]:
    return tuple(
        Settled(assessed=line.assessed, state=line.state, outcome=line.outcome)
        for line in lines
        if line.assessed is not None
    )


def close(case: Case) -> tuple[ReturnEvent, ...] | Reason:
    if case.state == "closed":
        return ()
    if case.state == "resolved":
        return (ReturnClosed(lines=_settled(case.lines.values())),)
    lines = ", ".join(f"{id} ({_still(line)})" for id, line in case.lines.items() if not line.done)
    message = (
        f"the return is not resolved yet: of its lines, {lines} must be resolved first; assess what is "
        "open ('reject' ends a line at once), and let the orders of the others end"
    )
    return Reason(rule="RMA-02", message=message, field="returnId")


def _still(line: CaseLine) -> str:
    match line.state:
        case "assessed":
            return f"order {line.order_id} is on its way"
        case "open":
            return "not assessed"
        case state:
            return state.replace("_", " ")


def follow(case: Case, order_id: str, order: Order) -> tuple[ReturnEvent, ...]:
    """Fact: an order of the case is like this. One that another has taken the place of tells nothing."""
    line = _of_order(case, order_id)
    if line is None or line.done:
        return ()
    if (now := _revised(line, order)) is None:
        return _moved(case, line, order_id, order)
    revised = ReturnLineRevised(state=case.state, line=now)
    return (revised, *_moved(case, replace(line, assessed=now), order_id, order))


def _revised(line: CaseLine, order: Order) -> Assessed | None:
    """What comes back by an order that was revised; None where that is what was assessed."""
    one, asked = line.assessed, order.pending
    if one is None or order.status in ("rejected", "canceled") or (asked is not None and asked.approved):
        return None
    if stays_beside(line, order):
        now = _sent_for(line, replace(one, approved_quantity=0), order)
    elif (own := comes_back_by(one, order.wanted)) is None:
        return None
    else:
        replaced = any(each.replaces for each in order.wanted)
        now = _by_number(
            line, replace(one, replacement_id=one.replacement_id if replaced else None), own, order
        )
    return now if now != one else None


def _by_number(line: CaseLine, one: Assessed, own: Line, order: Order) -> Assessed:
    """Where only some come back."""
    if one.owned is None or own.quantity is None:
        return one
    approved, before = max(one.owned - own.quantity, 0), one.approved_quantity or line.asked.quantity
    now = replace(one, approved_quantity=one.approved_quantity if approved == before else approved)
    return _sent_for(line, now, order)


def _sent_for(line: CaseLine, one: Assessed, order: Order) -> Assessed:
    """With how many are sent, where that is more than come back."""
    promised = line.asked.quantity or 1
    coming = promised if one.approved_quantity is None else one.approved_quantity
    sent = sum(each.quantity or promised for each in replacements(order))
    return replace(one, replaced_by=sent if sent > coming else None)


def _moved(case: Case, line: CaseLine, order_id: str, order: Order) -> tuple[ReturnEvent, ...]:
    state = _FOLLOWING.get(order.status, "assessed")
    why = (order.reasons or _given_up(line, order)) if state == "needs_attention" else ()
    if state != "needs_attention" and (gone := _gone(line, order)) is not None:
        state, why = "needs_attention", (gone,)
    if (line.state, line.reasons) == (state, why):
        return ()
    id = line.asked.line_id
    moved = ReturnLineMoved(line_id=id, order_id=order_id, state=state, reasons=why)
    after = {**case.lines, id: replace(line, state=state)}
    if not all(other.done for other in after.values()):
        return (moved,)
    return moved, ReturnResolved(lines=_settled(after.values()))


def _given_up(line: CaseLine, order: Order) -> tuple[Reason, ...]:
    """A person has ended the order, and no rule did."""
    message = (
        f"order {line.order_id} was {order.status}, so nothing comes back by it: assess the line anew, or "
        "propose 'reject'"
    )
    return (Reason(rule="RMA-02", message=message, line_id=line.asked.line_id),)


def _gone(line: CaseLine, order: Order) -> Reason | None:
    """What was dropped and may yet be there again, as it is not planned yet, is not gone."""
    asked = order.pending
    planned = asked is None or not asked.approved
    return not_any_more(line, order) if planned else None


_FOLLOWING: Mapping[Status, LineState] = {
    "completed": "resolved",
    "rejected": "needs_attention",
    "canceled": "needs_attention",
}


def find(case: Case, order_id: str, task_id: str, outcome: str) -> tuple[ReturnEvent, ...]:
    """Fact: a task has found what came back to be as promised, or something else."""
    line = _of_order(case, order_id)
    if line is None or line.outcome == outcome:
        return ()
    id = line.asked.line_id
    return (ReturnOutcomeFound(line_id=id, order_id=order_id, task_id=task_id, outcome=outcome),)


def _of_order(case: Case, order_id: str) -> CaseLine | None:
    return next((line for line in case.lines.values() if line.order_id == order_id), None)
