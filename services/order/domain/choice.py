"""Which instances a line with fewer of something ends is said by a person; nothing else waits (D-15)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

from services.order.domain.events import LinesCompleted, OperationHeard, OrderEvent, OrderStarted
from services.order.domain.fewer import of_line, staying
from services.order.domain.line import Known, Line, Request
from services.order.domain.order import Order
from services.order.domain.parked import Fewer, InformationAwaited, InstancesChosen
from services.order.domain.tree import Tree
from services.order.domain.words import Reason, State

_FEW = 10

# ---------------------------------------------------------------------------------------- the choice


def choose(
    order: Order, opened: Request, named: tuple[str, tuple[str, ...]], known: Known
) -> tuple[InstancesChosen, ...] | Reason:
    """The instances `named` for a line, by its id, to end. The same ones again change nothing.

    `opened` is what the order asks for, with its personal values readable.
    """
    line_id, instance_ids = named
    line = next((line for line in opened.lines if line.line_id == line_id), None)
    if line is None:
        ids = ", ".join(line.line_id for line in order.lines)
        message = f"there is no line {line_id}: the lines are {ids}"
        return Reason(rule="REF-01", message=message, line_id=line_id, field="lineId")
    if order.parked.chosen.get(line_id) == frozenset(instance_ids):
        return ()
    if (reason := _not_asked(order, line)) is not None:
        return reason
    left = opened.with_lines(tuple(one for one in opened.lines if not order.over(one.line_id)))
    wrong = _wrong(line, instance_ids, order.parked.lines[line_id], Tree(left, known))
    if wrong is not None:
        return Reason(rule="CHG-08", message=wrong, line_id=line_id, field="instanceIds")
    return (
        InstancesChosen(
            version=order.version,
            status=order.status,
            line_id=line_id,
            instance_ids=tuple(sorted(instance_ids)),
        ),
    )


def _not_asked(order: Order, line: Line) -> Reason | None:
    if asks(order, line.line_id):
        return _not_now(order)
    if line.line_id in order.parked.chosen:
        message = f"which instances line {line.line_id} ends was said before: it is under way with those"
    elif order.status in ("draft", "new", "rejected"):
        message = f"the order is {order.status}: which instances end is asked for once it is approved"
    else:
        message = (
            f"line {line.line_id} does not wait to be told which instances end: only one that needs "
            "attention, because it asks for fewer of something than there are, is told"
        )
    return Reason(rule="CHG-08", message=message, line_id=line.line_id, field="lineId")


def _not_now(order: Order) -> Reason | None:
    """What is asked of the order as a whole is settled first."""
    if order.status in ("acknowledged", "in_progress") and order.pending is None:
        return None
    message = (
        f"the order is {order.status.replace('_', ' ')}: release it, or answer what is asked of it, and then "
        "name the instances"
    )
    return Reason(rule="CHG-08", message=message, field="lineId")


def _wrong(line: Line, named: tuple[str, ...], parked: Iterable[Fewer], tree: Tree) -> str | None:
    """Why these cannot be the ones: what was parked is counted again, as others may have ended since."""
    needed = {one.specification_id: one.count for one in of_line(line, tree)}
    there = {
        id: one.specification_id
        for one in parked
        for id in staying(line.instance_id or "", one.specification_id, tree)
    }
    for id, times in Counter(named).items():
        if times > 1:
            return f"{id} is named twice: name each instance once"
        if id not in there:
            return f"{id} is none of those that {line.instance_id} has fewer of: {_of(there)}"
    for specification in dict.fromkeys((*needed, *(there[id] for id in named))):
        given = sum(1 for id in named if there[id] == specification)
        if given != (asked := needed.get(specification, 0)):
            if not asked:
                return (
                    f"no {specification} is to end by it any more, as others end so many: leave those out; "
                    "the line goes on by itself when nothing is left to name"
                )
            of_it = {id for id, found in there.items() if found == specification}
            return f"{given} of {specification} named where {asked} of {len(of_it)} end: {_of(of_it)}"
    return None


def _of(ids: Iterable[str]) -> str:
    """The first of them, for a sentence."""
    every = sorted(ids)
    more = f" and {len(every) - _FEW} more" if len(every) > _FEW else ""
    return f"name them from {', '.join(every[:_FEW])}{more}" if every else "there are none left"


# ------------------------------------------------------------------------------------- what waits for it


def asks(order: Order, line_id: str) -> bool:
    """Whether a line waits for a person: to be told which instances end, or for what stands against it."""
    operation = order.operation_of(line_id)
    waits = operation is None or operation.state == "scheduled"
    under_way = order.stage in ("acknowledged", "in_progress")
    return under_way and waits and not order.over(line_id) and order.parked.waits(line_id)


def state_of(order: Order) -> State:
    """As it is shown (ORD-11): its status, unless all that is left of it waits for information."""
    waits = order.status == "in_progress" and order.parked.lines and _left(order, (), ())
    return "awaiting_information" if waits else order.status


def shown_as(order: Order) -> str:
    """Its state in words; of what waits for instances to be named, what is asked for."""
    state = state_of(order)
    word = f"the order is {state.replace('_', ' ')}"
    if state != "awaiting_information":
        return word
    waits = [line.line_id for line in order.lines if asks(order, line.line_id)]
    said = "; ".join(f"line {id} waits for {_awaited(order, id)}" for id in waits)
    return f"{word} ({said})"


def _awaited(order: Order, line_id: str) -> str:
    fewer = order.parked.of((line_id,))
    return attention(fewer) if fewer else attention((), order.parked.declined.get(line_id, ()))


def then_awaits(order: Order, events: tuple[OrderEvent, ...]) -> tuple[OrderEvent, ...]:
    """The events, and that the order waits for information when they leave nothing else of it to do."""
    if not order.parked.lines or order.status not in ("acknowledged", "in_progress"):
        return events
    done, over, again = set[str](), set[str](), dict[str, tuple[Fewer, ...]]()
    started = order.status == "in_progress"
    for event in events:
        match event:
            case OrderStarted():
                started = True
            case LinesCompleted():
                done.update(event.line_ids)
            case OperationHeard(state="completed" | "canceled"):
                over.update(event.line_ids)
            case OperationHeard() if event.asks_again or (event.counted and event.fewer):
                again.update(dict.fromkeys(event.line_ids, event.fewer))
            case _:
                return events
    left = _left(order, done, over, again) if started else ()
    fewer = tuple(one for id in left for one in again.get(id, order.parked.counted((id,))))
    awaited = InformationAwaited(version=order.version, fewer=fewer, line_ids=left)
    return (*events, awaited) if left else events


def _past(order: Order, line_id: str) -> bool:
    operation = order.operation_of(line_id)
    return order.over(line_id) or (operation is not None and operation.state == "completed")


def _left(
    order: Order, done: Collection[str], over: Collection[str], again: Collection[str] = ()
) -> tuple[str, ...]:
    """What is open of the order besides these lines, if all of it asks for instances."""
    gone = {*done, *over, *order.completed}
    left = tuple(
        line.line_id for line in order.lines if line.line_id not in gone and not _past(order, line.line_id)
    )
    return left if all(id in again or asks(order, id) for id in left) else ()


# ------------------------------------------------------------------------------------------- what is said


def attention(parked: Iterable[Fewer], declined: Iterable[Reason] = ()) -> str:
    """What a person is asked for, in a sentence; first, why what was named before cannot end, or why the line
    cannot go on although nothing is left to name."""
    what = " and ".join(f"{one.count} of {one.specification_id}" for one in parked)
    asked = [f"order.choose-instances: which {what} end"] if what else []
    return "; ".join([*(reason.message for reason in declined), *asked])
