"""A plan of 500 lines: 2,500 domain orders and 5,000 tasks. What is counted is work, never time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from services.chassis.service import Happened
from services.fulfillment.domain.blueprint import Blueprint
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.catalog import Relationship
from services.fulfillment.domain.decomposition import Impossible
from services.fulfillment.domain.events import DomainOrderPlanned
from services.fulfillment.domain.limits import MAX_MESSAGE, announced, tasks_apart, too_large
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.state import OpenOrder, OpenTask
from services.fulfillment.domain.task_events import TaskClosed
from services.fulfillment.publish import publish
from tests.fulfillment import NOW, Given, entry, instance, line, made, outcome, plan, published

TWO = plan("add", "reserve", "activate<reserve")
CATALOG = published(
    entry("mobile", to=("mobile-line",), plans=[TWO]),
    entry("mobile-line", "service", to=("voice", "data"), plans=[TWO]),
    entry("voice", "service", plans=[TWO]),
    entry("data", "service", to=(Relationship(type="requires", target="sim"),), plans=[TWO]),
    entry("sim", "resource", plans=[TWO]),
)
UUID = "0b8f6d3e-53c1-4f0e-9d0c-4c1f0a9e7b55"


def of(lines: int) -> Reservation:
    """An order under a long id that adds so many mobiles."""
    return Reservation(
        order_id=UUID,
        account_id="A",
        version=1,
        lines=tuple(
            line("add", "mobile", None, id=f"line-{n}", new_instance_id=f"{UUID}:line-{n}")
            for n in range(lines)
        ),
        tree=tuple(
            instance(f"{UUID}:line-{n}", "mobile", action="add", line=f"line-{n}", new=True)
            for n in range(lines)
        ),
    )


@pytest.fixture(scope="module")
def large() -> Blueprint:
    return made(of(500), CATALOG)


def bodies(blueprint: Blueprint, events: Any) -> list[Any]:
    happened = (Happened("plan", blueprint.order_id, 1, event, "A", 0, 0) for event in events)
    return [public.data for each in happened for public in publish(each)]


@pytest.mark.rule("LIM-01")
def test_five_hundred_lines_fit_the_messages_that_tell_of_them(large: Blueprint) -> None:
    began = Given(large).began
    told = bodies(large, began)
    sizes = [len(json.dumps(body, default=str, separators=(",", ":"))) for body in told]

    assert (len(large.domain_orders), len(large.tasks)) == (2500, 5000)
    assert max(sizes) == sizes[0] <= announced(large) <= sizes[0] + 8192
    assert too_large(large) is None


def test_the_tasks_of_a_large_plan_are_told_of_with_their_domain_orders(large: Blueprint) -> None:
    began = Given(large).began
    plan_body, *rest = bodies(large, began[:2501])

    assert plan_body["tasks"] == []
    assert sum(len(body["tasks"]) for body in rest) == 5000
    assert sum(len(each.tasks) for each in began if isinstance(each, DomainOrderPlanned)) == 5000


def test_the_tasks_of_a_small_plan_are_told_of_with_it() -> None:
    small = made(of(1), CATALOG)
    plan_body, *rest = bodies(small, Given(small).began)

    assert not tasks_apart(small)
    assert len(plan_body["tasks"]) == 10
    assert not any("tasks" in body for body in rest)


@pytest.mark.rule("LIM-01")
def test_a_plan_too_large_to_be_told_of_names_its_size(large: Blueprint) -> None:
    orders = tuple(replace(order, line_id="x" * 400) for order in large.domain_orders)
    reason = too_large(replace(large, domain_orders=orders))

    assert reason is not None
    assert (reason.rule, str(MAX_MESSAGE) in reason.message) == ("LIM-01", True)
    assert str(announced(replace(large, domain_orders=orders))) in reason.message


@pytest.mark.rule("LIM-01")
def test_more_domain_orders_than_a_plan_holds_are_refused() -> None:
    many = Relationship(type="requires", target="sim", default=2001)
    catalog = published(entry("mobile", to=(many,)), entry("sim", "resource"))
    found = outcome(of(5), catalog)

    assert isinstance(found, Impossible)
    assert [reason.rule for reason in found.reasons] == ["LIM-01"]


@pytest.mark.rule("DOM-01")
@pytest.mark.parametrize("lines", [1, 50, 500])
def test_what_a_report_costs_does_not_depend_on_the_size_of_the_plan(lines: int) -> None:
    given = Given(made(of(lines), CATALOG))
    touched = Touched(given)
    events = given.report(f"{UUID}.1.reserve")

    assert [type(event).__name__ for event in events] == ["TaskClosed", "TaskReleased"]
    assert touched.count() <= 8


def test_a_report_closes_in_proportion_to_what_it_closes() -> None:
    looked = []
    for lines in (1, 50, 500):
        given = Given(made(of(lines), CATALOG))
        cascade = Cascade(given.plan, NOW)
        cascade.close(
            TaskClosed(version=1, task_id=f"{UUID}.1.reserve", domain_order_id=f"{UUID}.1", attempt=1)
        )
        looked.append(cascade.looked_at)

    assert looked == [2, 2, 2]


def test_the_state_is_changed_in_place_and_never_copied(large: Blueprint) -> None:
    given = Given(large)
    state, orders, task = given.plan, given.plan.orders, given.plan.tasks[f"{UUID}.1.reserve"]
    given.report(f"{UUID}.1.reserve")

    assert given.plan is state
    assert given.plan.orders is orders
    assert given.plan.tasks[f"{UUID}.1.reserve"] is task


def test_five_hundred_lines_close_to_the_last_one(large: Blueprint) -> None:
    given = Given(large)
    for id in [task.task_id for task in large.tasks]:
        last = given.report(id)

    assert given.plan.completed
    assert type(last[-1]).__name__ == "PlanCompleted"
    assert set(given.plan.open_lines.values()) == {0}


class Counting(dict[str, Any]):
    """A dictionary that counts how often it is asked, and refuses to be gone through."""

    asked = 0

    def __getitem__(self, key: str) -> Any:
        self.asked += 1
        return super().__getitem__(key)

    def __iter__(self) -> Any:
        raise AssertionError("a report goes through the whole plan")

    items = values = keys = __iter__


class Touched:
    """Counts the domain orders and tasks that are touched from now on."""

    def __init__(self, given: Given) -> None:
        self.orders: Counting = Counting(given.plan.orders)
        self.tasks: Counting = Counting(given.plan.tasks)
        given.plan.orders = self.orders
        given.plan.tasks = self.tasks
        assert all(isinstance(each, OpenOrder) for each in dict.values(self.orders))
        assert all(isinstance(each, OpenTask) for each in dict.values(self.tasks))

    def count(self) -> int:
        return max(self.orders.asked, self.tasks.asked)
