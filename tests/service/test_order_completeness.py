"""Nothing of order is forgotten: every event has a stored name, every order event a message that fits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from schemas.registry import MESSAGES, full
from schemas.topics import ORDER_EVENTS
from services.chassis.service import Happened
from services.order.domain import change, events, instance, parked, return_case, specification, term
from services.order.domain.words import Reason
from services.order.publish import publish
from services.order.stored import STORED
from tests.domain.order_known import line

UNIONS = (
    events.OrderEvent,
    instance.InstanceEvent,
    specification.SpecificationEvent,
    return_case.ReturnEvent,
    term.TermEvent,
)
CHANGE = change.LineChange(
    line_id="1", operation="change", types=("characteristic", "date"), characteristics=("speed",)
)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LINE = line(
    "1",
    "change",
    "P-1",
    characteristics={"speed": 5, "static": True, "name": "x", "old": None},
    move=True,
    location="SITE-2",
    due_date=NOW,
    quantity=1,
)
FIELDS: dict[str, Any] = {
    "account_id": "A",
    "version": 2,
    "status": "new",
    "category": "product",
    "action": "change",
    "lines": (LINE,),
    "reasons": (Reason(rule="ACT-06", message="no such instance", line_id="1", field="instanceId"),),
    "line_ids": ("1",),
    "reason": "because",
    "changes": (CHANGE,),
    "operation_id": "O-1~op.1",
    "state": "scheduled",
    "at": NOW,
    "line_id": "1",
    "instance_ids": ("I-1",),
    "fewer": (parked.Fewer(line_id="1", specification_id="sim", count=2),),
}


def whole(type_: Any) -> Any:
    return type_(**{name: value for name, value in FIELDS.items() if name in type_.__dataclass_fields__})


def happened(event: Any, category: str = "order") -> Happened:
    return Happened(category, "O-1", 1, event, "A", 0, 0)


def test_every_event_has_a_stored_name_and_no_name_stands_for_two() -> None:
    events = {event for union in UNIONS for event in get_args(union)}
    assert {version.type for version in STORED} == events
    assert len({version.name for version in STORED}) == len(STORED) == len(events)


@pytest.mark.parametrize("type_", get_args(events.OrderEvent))
def test_every_order_event_is_one_message_that_its_model_takes(type_: Any) -> None:
    [public] = publish(happened(whole(type_)))
    message = MESSAGES[full(public.name)]
    assert ORDER_EVENTS in message.topics
    read = message.model.model_validate(public.data, strict=False)
    assert {field for field in public.data if field not in read.model_dump(by_alias=True)} == set()


DECIDED = return_case.Assessed(line_id="1", instance_id="P-1", proposed="repair", note="n", order_id="R-1")
RETURNS: tuple[return_case.ReturnEvent, ...] = (
    return_case.ReturnOpened(
        account_id="A",
        lines=(return_case.ReturnLine(line_id="1", instance_id="P-1", reason="r", expected="refund"),),
    ),
    return_case.ReturnAssessed(state="assessed", lines=(DECIDED,)),
    return_case.ReturnResolved(
        lines=(return_case.Settled(assessed=DECIDED, state="resolved", outcome="as_promised"),)
    ),
    return_case.ReturnClosed(lines=(), rule="RMA-03"),
)


@pytest.mark.parametrize("event", RETURNS)
def test_a_return_says_what_its_model_takes(event: return_case.ReturnEvent) -> None:
    [public] = publish(Happened("return", "R-1", 1, event, "A", 0, 0))
    read = MESSAGES[full(public.name)].model.model_validate(public.data, strict=False)
    shown = read.model_dump(by_alias=True, mode="json")
    assert {field for field in public.data if field not in shown} == set()
    for said, read_as in zip(public.data["lines"], shown["lines"], strict=True):
        assert said == {name: value for name, value in read_as.items() if value is not None}


def test_every_message_of_order_is_said_by_an_event() -> None:
    said = {next(iter(publish(happened(whole(type_))))).name for type_ in get_args(events.OrderEvent)}
    said |= {next(iter(publish(happened(event, "return")))).name for event in RETURNS}
    named = {message.name for message in MESSAGES.values() if message.topics == (ORDER_EVENTS,)}
    assert said == named


def test_what_order_has_heard_is_not_published() -> None:
    heard = instance.InstanceEnded()
    assert list(publish(happened(heard, "instance"))) == []
