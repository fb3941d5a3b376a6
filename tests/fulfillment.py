"""Builders for tests of the fulfillment service: entries, reservations, plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from services.fulfillment.domain import catalog
from services.fulfillment.domain.beginning import begin, planned, start
from services.fulfillment.domain.blueprint import Blueprint, DomainOrder, PlannedTask
from services.fulfillment.domain.catalog import (
    Characteristic,
    DecompositionRule,
    Heard,
    Kind,
    LineAction,
    PlanSpecification,
    Relationship,
    Scalar,
    Specification,
    SpecificationPublished,
    TaskSpecification,
    ValueMapping,
)
from services.fulfillment.domain.decomposition import Catalog, Impossible, Incomplete, decompose
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.plan import evolve
from services.fulfillment.domain.reports import Report, report
from services.fulfillment.domain.reservation import Instance, Line, Reservation
from services.fulfillment.domain.state import Plan, PlanState, Unplanned

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


# ---------------------------------------------------------------------------------------- catalog


def entry(
    id: str,
    kind: Kind = "product",
    *,
    to: Iterable[str | Relationship] = (),
    plans: Iterable[PlanSpecification] = (),
    version: str = "1",
    **more: Any,
) -> Specification:
    """`to`: targets, realized_as for services and requires for the rest unless written out."""
    relations = tuple(
        each if isinstance(each, Relationship) else Relationship(type="realized_as", target=each)
        for each in to
    )
    return Specification(
        specification_id=id,
        version=version,
        name=id,
        kind=kind,
        relationships=relations,
        plans=tuple(plans),
        **more,
    )


def plan(actions: str, *tasks: str | TaskSpecification, **more: Any) -> PlanSpecification:
    """Actions and tasks by name; `second<first` is a task after another one."""
    words: Any = tuple(actions.split())
    return PlanSpecification(actions=words, tasks=tuple(map(task, tasks)), **more)


def task(written: str | TaskSpecification) -> TaskSpecification:
    if isinstance(written, TaskSpecification):
        return written
    name, _, after = written.partition("<")
    return TaskSpecification(name=name, kind="provision", after=tuple(after.split(",")) if after else ())


def rule(target: str, characteristic: str, equals: Scalar = None) -> DecompositionRule:
    return DecompositionRule(target=target, characteristic=characteristic, equals=equals)


def mapping(characteristic: str, target: str, as_: str | None = None) -> ValueMapping:
    return ValueMapping(characteristic=characteristic, target=target, as_=as_)


def characteristic(name: str, **more: Any) -> Characteristic:
    return Characteristic(name=name, type=more.pop("type", "string"), **more)


def published(*entries: Specification) -> Catalog:
    """The catalog after these were heard, in their order."""
    heard: dict[str, Heard] = {}
    for each in entries:
        state = heard.setdefault(each.specification_id, catalog.initial(each.specification_id))
        catalog.evolve(state, SpecificationPublished(entry=each))
    return lambda id: heard.get(id) or catalog.initial(id)


# ------------------------------------------------------------------------------------ reservations


def line(
    action: LineAction = "change", specification: str = "internet", instance: str | None = "I", **more: Any
) -> Line:
    """Line 1, of a product, unless it says otherwise."""
    given = {"line_id": more.pop("id", "1"), "characteristics": more.pop("values", {}), **more}
    return Line(
        action=action, specification_id=specification, instance_id=instance, **{"kind": "product", **given}
    )


def instance(id: str, specification: str, parent: str | None = None, **more: Any) -> Instance:
    """A product under line 1 that goes along with a change, unless it says otherwise."""
    given = {"line_id": more.pop("line", "1"), "characteristics": more.pop("values", {}), **more}
    return Instance(
        instance_id=id,
        specification_id=specification,
        parent_id=parent,
        **{"action": "change", "kind": "product", **given},
    )


def reserved(lines: Sequence[Line], tree: Sequence[Instance], version: int = 1) -> Reservation:
    return Reservation(order_id="O", account_id="A", version=version, lines=tuple(lines), tree=tuple(tree))


# ------------------------------------------------------------------------------------------ plans


def no_seal(value: Scalar) -> Scalar:
    return value


def outcome(
    reservation: Reservation, catalog: Catalog, seal: Callable[[Scalar], Scalar] = no_seal
) -> Blueprint | Impossible | Incomplete:
    return decompose(reservation, catalog, seal)


def made(reservation: Reservation, catalog: Catalog, seal: Callable[[Scalar], Scalar] = no_seal) -> Blueprint:
    found = decompose(reservation, catalog, seal)
    assert isinstance(found, Blueprint), found
    return found


def orders(blueprint: Blueprint) -> list[tuple[str, str, str | None]]:
    """(action, specification, instance) of each domain order in plan order."""
    return [(order.action, order.specification_id, order.instance_id) for order in blueprint.domain_orders]


def order(blueprint: Blueprint, specification: str, side: str | None = None) -> DomainOrder:
    found = [
        each
        for each in blueprint.domain_orders
        if each.specification_id == specification and each.side == side
    ]
    assert len(found) == 1, found
    return found[0]


def tasks(blueprint: Blueprint) -> dict[str, tuple[str, ...]]:
    """Task id -> the tasks it comes after."""
    return {each.task_id: each.after for each in blueprint.tasks}


def task_named(blueprint: Blueprint, id: str) -> PlannedTask:
    return next(each for each in blueprint.tasks if each.task_id == id)


class Given:
    """A plan and what has happened to it; `report` answers the events that follow."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.began: tuple[PlanEvent, ...] = ()
        self.state: PlanState = Unplanned()
        self._begin((first := begin(blueprint),))
        self._begin(planned(self.plan, blueprint, first.tasks_apart))
        self._begin(start(self.plan, NOW))

    def _begin(self, events: tuple[PlanEvent, ...]) -> None:
        self.began += events
        self.take(events)

    def take(self, events: Iterable[PlanEvent]) -> None:
        for event in events:
            self.state = evolve(self.state, event)

    @property
    def plan(self) -> Plan:
        assert isinstance(self.state, Plan)
        return self.state

    def report(self, task_id: str, result: Any = "completed", **more: Any) -> tuple[PlanEvent, ...]:
        events = report(Report(task_id=task_id, result=result, **more), self.plan, NOW)
        self.take(events)
        return events

    def open(self) -> list[str]:
        """The tasks that somebody works on."""
        return [id for id, task in self.plan.tasks.items() if task.state in ("open", "in_progress")]

    def closed(self) -> list[str]:
        """The domain orders that are closed, by specification."""
        return [
            order.brief.specification_id
            for order in self.plan.orders.values()
            if order.state == "closed_complete"
        ]

    def finish(self) -> list[str]:
        """Answers every open task until none is left; the order in which they were answered."""
        answered: list[str] = []
        while open_ := self.open():
            answered.append(open_[0])
            self.report(open_[0])
        return answered


def names(events: Iterable[PlanEvent]) -> list[str]:
    """What happened, in words: the class of each event with the thing it is about."""
    return [f"{type(event).__name__} {_about(event)}".strip() for event in events]


def _about(event: Any) -> str:
    for field in ("fallout_id", "task_id", "domain_order_id"):
        if hasattr(event, field):
            return str(getattr(event, field))
    return str(event.domain_order.domain_order_id) if hasattr(event, "domain_order") else ""
