"""Nothing is forgotten: each event is stored and has a publish decision, each message has a reader."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import ModuleType

import pytest
from pydantic import BaseModel

from schemas.registry import MESSAGES, full
from schemas.topics import CRM_ORDERS, TOPICS
from services.chassis import answers
from services.chassis.heard import Heard
from services.chassis.service import Route, Service
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER

SERVICES = (ORDER, INVENTORY, FULFILLMENT)

PASSED_OVER = {
    "order": {
        # Reservation and plan are inventory's and fulfillment's own business; their results come as
        # `reservation.refused`, `released` and `fulfilled`.
        "reservation.accepted",
        "plan.held",
        "plan.released",
        "ponr.passed",
        "plan.part-completed",
        "plan.completed",
        "plan.canceled",
        "domain-order.state-changed",
        "fallout.opened",
        "fallout.closed",
        "jeopardy.changed",
    },
    "inventory": {
        # Nothing is held before the approval, and what follows it is heard from fulfillment.
        "order.created",
        "order.submitted",
        "order.rejected",
        "order.started",
        "order.canceled",
        "order.completed",
        # What is asked for changes nothing until it is approved.
        "order.held",
        "order.released",
        "order.revision-requested",
        "order.cancellation-requested",
        "order.cancellation-approved",
        # A return acts through the orders that it writes.
        "return.opened",
        "return.assessed",
        "return.resolved",
        "return.closed",
        # A reservation knows its tree; it moves when domain orders and parts close.
        "plan.created",
        "plan.held",
        "plan.released",
        "ponr.passed",
        "task.state-changed",
        "fallout.opened",
        "fallout.closed",
        "jeopardy.changed",
        # A retired version still describes what is installed.
        "specification.retire",
    },
    "fulfillment": {
        # What an instance costs is nothing that is worked on.
        "contract.changed",
        "contract-line.state-changed",
        "entitlement.state-changed",
        # What waits for its day is planned when it starts.
        "operation.scheduled",
        "operation.completed",
        # A plan is made when its order is reserved, and knows by itself what becomes of it.
        "order.created",
        "order.submitted",
        "order.approved",
        "order.rejected",
        "order.started",
        "order.line-changed",
        "order.completed",
        "order.canceled",
        # What a revision changes is in the reservation that follows it.
        "order.revised",
        # Returned goods are ordered for like everything else.
        "return.opened",
        "return.assessed",
        "return.resolved",
        "return.closed",
        # A plan is made from what was reserved, and nothing else of inventory changes it.
        "reservation.refused",
        "reservation.released",
        "reservation.fulfilled",
        "instance.created",
        "instance.changed",
        "instance.state-changed",
    },
}
EVERYBODY_PASSES_OVER = {"command.refused"}
"""It answers whoever sent the command; no service sends commands to another."""

SAID_BY_THE_CHASSIS = {"command.refused"}
SAID_BY_NOBODY_YET: set[str] = set()
"""What the language has and nobody says yet, so that readers are ready."""


def evolves(package: ModuleType) -> Iterator[type]:
    """The event types that the aggregates of this package fold, by the signatures of their `evolve`."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        evolve = getattr(module, "evolve", None)
        if evolve is not None and evolve.__module__ == module.__name__:
            event = typing.get_type_hints(evolve)["event"]
            yield from typing.get_args(event) or (event,)


def module_of(service: Service, name: str) -> ModuleType:
    return importlib.import_module(f"services.{service.name}.{name}")


def matched(module: ModuleType) -> set[str]:
    """The class names that stand in the `case` patterns of a module."""
    tree = ast.parse(inspect.getsource(module))
    classes = (node.cls for node in ast.walk(tree) if isinstance(node, ast.MatchClass))
    return {ast.unparse(one).rpartition(".")[2] for one in classes}


def quoted(module: ModuleType) -> set[str]:
    """The texts that stand in a module."""
    tree = ast.parse(inspect.getsource(module))
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_event_is_stored_and_every_stored_event_is_folded(service: Service) -> None:
    folded = set(evolves(module_of(service, "domain")))
    assert folded, "no aggregate was found"
    assert folded == {version.type for version in service.stored if version.upcast is None}
    assert all(is_dataclass(event) for event in folded)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_stored_names_are_unique_and_carry_their_version(service: Service) -> None:
    names = [version.name for version in (*service.stored, *answers.STORED)]
    assert len(names) == len(set(names))
    assert all(name.rpartition(".v")[2].isdigit() for name in names)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_stored_event_has_a_publish_decision(service: Service) -> None:
    decided = matched(module_of(service, "publish"))
    assert {version.type.__name__ for version in service.stored} - decided == set()


def test_every_message_has_a_model_and_a_topic_that_exists() -> None:
    for message in MESSAGES.values():
        assert issubclass(message.model, BaseModel)
        assert message.topics
        assert set(message.topics) <= set(TOPICS)
        assert message.model.__doc__, f"{message.name} has no words of its own"


def test_commands_are_written_by_others_and_events_by_us() -> None:
    for message in MESSAGES.values():
        assert {TOPICS[topic].external for topic in message.topics} == {message.command}


def test_every_command_has_a_route_where_its_topic_is_answered() -> None:
    for type_, message in MESSAGES.items():
        if not message.command:
            continue
        (topic,) = message.topics
        answering = TOPICS[topic].answered_by
        readers = [one for one in SERVICES if topic in one.topics and answering in (None, one.name)]
        assert len(readers) == 1, f"{topic} must be answered by one service"
        assert type_ in readers[0].routes, f"{readers[0].name} has no route for {message.name}"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_message_is_handled_or_passed_over_on_purpose(service: Service) -> None:
    heard = {type_ for type_, message in MESSAGES.items() if set(message.topics) & set(service.topics)}
    passed_over = {full(name) for name in PASSED_OVER[service.name] | EVERYBODY_PASSES_OVER}
    routed = set(service.routes)
    assert heard - routed == passed_over & heard
    assert routed <= heard, "a route for what is never heard"
    assert {full(name) for name in PASSED_OVER[service.name]} <= heard, "passed over, but never heard"


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_timer_and_route_reads_a_model_of_its_own(service: Service) -> None:
    routes: tuple[Route, ...] = (*service.routes.values(), *service.timers.values())
    assert all(issubclass(route.model, BaseModel | Heard) or is_dataclass(route.model) for route in routes)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_event_message_of_the_language_is_said_by_its_service(service: Service) -> None:
    said = quoted(module_of(service, "publish"))
    if service is FULFILLMENT:
        said |= quoted(module_of(service, "told")) | quoted(module_of(service, "task_messages"))
    if service is INVENTORY:
        said |= quoted(module_of(service, "operations"))
    topics = {name for name, topic in TOPICS.items() if topic.writers == (service.name,)}
    names = {message.name for message in MESSAGES.values() if set(message.topics) & topics}
    assert names - said - SAID_BY_THE_CHASSIS <= SAID_BY_NOBODY_YET
    assert not said & SAID_BY_NOBODY_YET, "said by now: take it off the list"


def test_a_forgotten_event_is_found() -> None:
    """The negative control: an event that nobody matches, a text that nobody writes."""
    publish = module_of(ORDER, "publish")
    assert "OrderPlaced" in matched(publish)
    assert "OrderForgotten" not in matched(publish)
    assert "order.created" in quoted(publish)
    assert CRM_ORDERS not in quoted(publish)
