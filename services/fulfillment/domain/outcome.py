"""What is found when the goods of a return are received or looked at, beside what was promised (RMA-05).

A task of a return reports it as the characteristic `outcome`. Whatever differs from the promise holds the
task: what stands behind it, a credit say, waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.fulfillment.domain import fallout, late
from services.fulfillment.domain.blueprint import Reason, Refused
from services.fulfillment.domain.catalog import Scalar, Values
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.state import OpenTask, Plan
from services.fulfillment.domain.task_events import NOT_RECEIVED, TaskHeld

NAME = "outcome"
AS_PROMISED = "as_promised"
WORDS = (
    AS_PROMISED,
    "wrong_item",
    "not_defective",
    "damaged",
    "incomplete",
    "beyond_repair",
    NOT_RECEIVED,
)
RULE = "RMA-05"


def taken_out(found: Mapping[str, Scalar], task: OpenTask, plan: Plan) -> tuple[str | None, Values]:
    """What a report says was found, and its other values. Raises `Refused` for a word that nobody knows.

    Outside of a return it is a characteristic like any other.
    """
    values = dict(found)
    line = plan.orders[task.planned.domain_order_id].brief.line_id
    if NAME not in values or line not in plan.returns:
        return None, values
    outcome = values.pop(NAME)
    if outcome not in WORDS:
        message = f"what was found of a return is one of {', '.join(WORDS)}: say which, or leave it out"
        raise Refused(Reason(rule="FIELD", message=message, field=f"characteristics.{NAME}"))
    return str(outcome), values


def differs(outcome: str | None) -> bool:
    return outcome not in (None, AS_PROMISED)


def held(task: OpenTask, plan: Plan, outcome: str, said: str | None) -> tuple[PlanEvent, ...]:
    """Done, but not as promised: a person says whether what follows is still right."""
    message = said or _found(outcome)
    waits = replace(late.held(task, plan, message=message, unanswered=False), outcome=outcome)
    return (waits, *fallout.opened(task, plan, RULE, message, "return"))


def _found(outcome: str) -> str:
    if outcome == NOT_RECEIVED:
        return "nothing of what was promised came back"
    return f"what came back is {outcome.replace('_', ' ')}, and not as promised"


def waits(task: OpenTask, plan: Plan) -> bool:
    """Whether a person is to say what follows from what was found: nothing else counts until then."""
    known = plan.fallouts.get(task.fallout_id or "")
    return task.state == "on_hold" and known is not None and known.rule == RULE


def in_the_end(found: str | None, task: OpenTask) -> str | None:
    """What a task is done with; one that was asked again is done as promised where it says nothing more."""
    return AS_PROMISED if found is None and task.outcome is not None else found


def noted(events: tuple[PlanEvent, ...], outcome: str | None) -> tuple[PlanEvent, ...]:
    """The same, with what a failed attempt found where it was the last one."""
    if outcome is None:
        return events
    return tuple(replace(one, outcome=outcome) if isinstance(one, TaskHeld) else one for one in events)
