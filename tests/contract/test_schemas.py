"""The public language is complete, strict in what it takes and open in what it says."""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

import schemas
from schemas import vocabulary
from schemas.fulfillment import TaskStateChanged
from schemas.order import OrderApproved, PlaceOrder
from schemas.provisioning import ResolveFallout, SkipTask
from schemas.registry import MESSAGES, MessageType, advice, full, nearest
from schemas.returns import ReturnLineRequest
from schemas.topics import CRM_ORDERS, TOPICS
from schemas.vocabulary import Command, Part

CONTRACT = {
    "crm.orders": "order.place order.submit order.approve order.reject order.rework order.revise "
    "order.cancel order.choose-instances order.hold order.release order.approve-change order.decline-change "
    "return.open return.assess return.close",
    "crm.inventory": "instance.load contract.load entitlement.load",
    "catalog.specifications": "specification.publish specification.retire",
    "provisioning.results": "task.report task.retry task.skip fallout.resolve",
    "order.events": "order.created order.submitted order.approved order.rejected order.revised order.started "
    "order.line-changed order.completed order.canceled order.held order.released order.revision-requested "
    "order.cancellation-requested order.cancellation-approved order.change-declined "
    "return.opened return.assessed return.resolved return.closed command.refused",
    "inventory.events": "reservation.accepted reservation.refused reservation.released reservation.fulfilled "
    "operation.scheduled operation.started operation.completed operation.canceled "
    "instance.created instance.state-changed instance.changed contract.changed contract-line.state-changed "
    "entitlement.state-changed command.refused",
    "fulfillment.events": "plan.created plan.changed plan.change-refused plan.part-completed "
    "plan.completed plan.canceled plan.held plan.released ponr.passed "
    "domain-order.state-changed task.state-changed fallout.opened fallout.closed jeopardy.changed "
    "command.refused",
    "fulfillment.tasks": "task.requested task.withdrawn",
    "audit.checkpoints": "audit.checkpoint",
}
STATES = {
    "OrderState": "draft new acknowledged in_progress revision_in_progress assessing_cancellation "
    "cancellation_in_progress on_hold awaiting_information completed canceled rejected",
    "LineState": "draft new acknowledged in_progress revision_in_progress assessing_cancellation "
    "cancellation_in_progress on_hold awaiting_information completed canceled rejected "
    "scheduled needs_attention",
    "DomainOrderState": "draft qualified scheduled in_progress on_hold closed_complete "
    "cancellation_in_progress canceled",
    "TaskState": "draft open scheduled in_progress on_hold awaiting_information resolved "
    "closed_complete canceled",
    "InstanceState": "installation_pending active change_pending inactivation_pending suspended inactive",
    "TaskKind": "provision manual field ship receive inspect credit",
    "Action": "add change move disconnect suspend resume no_change",
}
COMMANDS = {type_: message for type_, message in MESSAGES.items() if message.command}
EVENTS = {type_: message for type_, message in MESSAGES.items() if not message.command}


def modules() -> list[Any]:
    return [
        importlib.import_module(f"schemas.{found.name}") for found in pkgutil.iter_modules(schemas.__path__)
    ]


def models_of(annotation: Any) -> set[type[BaseModel]]:
    """Every model an annotation reaches, through unions, tuples and fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        inner = {model for field in annotation.model_fields.values() for model in models_of(field.annotation)}
        return {annotation, *inner}
    return (
        {model for inner in get_args(annotation) for model in models_of(inner)}
        if get_origin(annotation)
        else set()
    )


@pytest.mark.parametrize("topic", CONTRACT)
def test_each_topic_carries_the_types_of_the_contract(topic: str) -> None:
    carried = {message.name for message in MESSAGES.values() if topic in message.topics}
    assert carried == set(CONTRACT[topic].split())


def test_every_type_goes_by_its_full_name_and_has_a_topic() -> None:
    for type_, message in MESSAGES.items():
        assert type_ == full(message.name) == f"aftersale.{message.name}.v1"
        assert message.topics
        assert set(message.topics) <= set(TOPICS)


def test_commands_come_in_on_topics_written_from_outside_and_events_go_out_on_ours() -> None:
    for message in MESSAGES.values():
        assert {TOPICS[topic].external for topic in message.topics} == {message.command}


def test_every_model_is_reached_from_a_message() -> None:
    reached = {model for message in MESSAGES.values() for model in models_of(message.model)}
    abstract = {base for model in reached for base in model.__mro__ if issubclass(base, BaseModel)}
    defined = {
        value
        for module in modules()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, BaseModel)
    }
    assert defined - abstract == set()


@pytest.mark.parametrize("name", STATES)
def test_words_are_those_of_the_contract(name: str) -> None:
    assert get_args(getattr(vocabulary, name)) == tuple(STATES[name].split())


@pytest.mark.parametrize("message", COMMANDS.values(), ids=COMMANDS)
def test_commands_are_strict_all_the_way_down(message: MessageType) -> None:
    assert all(issubclass(model, Command) for model in models_of(message.model))


@pytest.mark.parametrize("message", EVENTS.values(), ids=EVENTS)
def test_our_own_messages_are_open_all_the_way_down(message: MessageType) -> None:
    assert all(issubclass(model, Part) for model in models_of(message.model))


def refused_at(model: type[BaseModel], body: Any) -> list[tuple[str | int, ...]]:
    with pytest.raises(ValidationError) as refusal:
        model.model_validate_json(json.dumps(body))
    return [error["loc"] for error in refusal.value.errors()]


LINE = {"lineId": "1", "action": "change", "instanceId": "I"}
ORDER = {"orderId": "O", "accountId": "A", "lines": [LINE]}


@pytest.mark.parametrize("message", COMMANDS.values(), ids=COMMANDS)
def test_a_command_names_the_field_it_does_not_know(message: MessageType) -> None:
    assert ("colour",) in refused_at(message.model, {"colour": "blue"})


@pytest.mark.rule("FIELD")
@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"colour": "blue"}, ("colour",)),
        ({"lines": [{**LINE, "colour": "blue"}]}, ("lines", 0, "colour")),
        ({"lines": [{**LINE, "action": "upgrade"}]}, ("lines", 0, "action")),
        ({"lines": [{**LINE, "quantity": "3"}]}, ("lines", 0, "quantity")),
        ({"lines": [{**LINE, "dueDate": "2026-02-30T10:00:00Z"}]}, ("lines", 0, "dueDate")),
        ({"lines": [{**LINE, "dueDate": "2026-02-03T10:00:00"}]}, ("lines", 0, "dueDate")),
        ({"lines": [LINE] * 501}, ("lines",)),
        ({"lines": []}, ()),
        ({"lines": [], "selection": ["I"]}, ()),
        ({"start": "next monday"}, ("start",)),
        ({"start": 1767225600}, ("start",)),
        ({"category": "resource"}, ("category",)),
        ({"approve": "yes"}, ("approve",)),
        ({"accountId": ""}, ("accountId",)),
        ({"accountId": " A"}, ("accountId",)),
        ({"orderId": "O:1"}, ("orderId",)),
        ({"orderId": "O~1"}, ("orderId",)),
        ({"orderId": None}, ("orderId",)),
    ],
)
def test_an_order_request_names_the_place_of_what_is_wrong(
    fields: dict[str, Any], place: tuple[str | int, ...]
) -> None:
    assert place in refused_at(PlaceOrder, {**ORDER, **fields})


@pytest.mark.rule("FAL-03")
@pytest.mark.parametrize("blank", ["", "   ", "\n"])
def test_a_reason_that_must_be_given_says_something(blank: str) -> None:
    line = {"lineId": "1", "instanceId": "I", "reason": blank, "expected": "refund"}
    assert refused_at(SkipTask, {"taskId": "T", "reason": blank}) == [("reason",)]
    assert refused_at(ResolveFallout, {"falloutId": "F", "resolution": blank}) == [("resolution",)]
    assert refused_at(ReturnLineRequest, line) == [("reason",)]


@pytest.mark.rule("D-13")
@pytest.mark.parametrize(
    ("word", "action"),
    [("modify", "change"), ("delete", "disconnect"), ("noChange", "no_change"), ("no-change", "no_change")],
)
def test_words_of_other_interfaces_are_normalised_at_the_edge(word: str, action: str) -> None:
    order = PlaceOrder.model_validate({**ORDER, "action": word, "lines": [{**LINE, "action": word}]})
    assert (order.action, order.lines[0].action) == (action, action)


@pytest.mark.rule("D-06", "ACT-02")
def test_a_line_may_say_move() -> None:
    line = PlaceOrder.model_validate({**ORDER, "lines": [{**LINE, "action": "move", "location": "S"}]}).lines[
        0
    ]
    assert (line.action, line.move) == ("change", True)


def test_an_event_passes_over_what_it_does_not_know() -> None:
    body = {"orderId": "O", "accountId": "A", "version": 1, "state": "acknowledged", "category": "product"}
    newer = {**body, "mood": "good", "lines": [{**LINE, "state": "acknowledged", "mood": "good"}]}
    assert OrderApproved.model_validate(newer).lines[0].line_id == "1"


def test_what_is_personal_in_itself_says_so() -> None:
    names = {"reason", "name", "message", "resolution", "note"}
    of_plans = {"TaskWithdrawn", "TaskRequested", "PlannedTask", "DomainOrderStateChanged"}
    plain = {*of_plans, "Reason", "ValueChange", "CommandRefused"}
    models = {model for message in MESSAGES.values() for model in models_of(message.model)}
    of_catalog = models_of(MESSAGES[full("specification.publish")].model)
    for model in models - of_catalog:
        for name in names & set(model.model_fields):
            marked = "x-personal" in json.dumps(model.model_json_schema()["properties"][name])
            assert marked != (model.__name__ in plain), f"{model.__name__}.{name}"


def test_a_personal_message_says_so_where_it_is_kept() -> None:
    assert "x-personal" in json.dumps(TaskStateChanged.model_json_schema())


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("aftersale.order.plac.v1", "order.place"), ("aftersale.order.aprove.v1", "order.approve")],
)
def test_an_unknown_type_is_answered_with_the_nearest(wrong: str, right: str) -> None:
    assert nearest(wrong, CRM_ORDERS) == full(right)


def test_a_slip_is_answered_with_what_was_probably_meant() -> None:
    assert "did you mean" in advice(full("order.hodl"))
