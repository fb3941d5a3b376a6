"""The fulfillment service on the real inbox: what it says, seals, waits for, refuses and ignores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args

import pytest

from schemas.envelope import Envelope
from schemas.provisioning import TaskRequested
from schemas.registry import MESSAGES, full
from schemas.topics import FULFILLMENT_EVENTS, INVENTORY_EVENTS, TASKS
from services.chassis.personal import is_sealed
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.state import Canceled, Plan, Unplanned, Waiting
from services.fulfillment.service import SERVICE
from services.fulfillment.stored import STORED
from tests.world import World

PLANS = [
    {
        "actions": ["change"],
        "tasks": [{"name": "configure", "kind": "provision", "duration": "PT1H"}],
    }
]
INTERNET = {
    "specificationId": "internet",
    "version": "1",
    "name": "Internet",
    "kind": "product",
    "characteristics": [
        {"name": "speed", "type": "number"},
        {"name": "contact", "type": "string", "personal": True},
    ],
    "plans": PLANS,
}


class Fulfillment(World):
    """The service alone; the test speaks for inventory and for provisioning."""

    def __init__(self) -> None:
        super().__init__([SERVICE])
        self.answer = lambda _: None
        self._said = 0

    def publish_entry(self, **changes: Any) -> None:
        self.send("specification.publish", {**INTERNET, **changes})
        self.run()

    def accept(self, order_id: str = "O-1", version: int = 1, **line: Any) -> None:
        """Inventory says that a change of instance I is reserved."""
        changed = {
            "lineId": "1",
            "action": "change",
            "kind": "product",
            "instanceId": "I",
            "specificationId": "internet",
            "specificationVersion": "1",
            **line,
        }
        touched = {
            "instanceId": "I",
            "lineId": "1",
            "action": changed["action"],
            "kind": "product",
            "specificationId": "internet",
            "specificationVersion": "1",
            "state": "change_pending",
        }
        tree = [] if changed["action"] == "no_change" else [touched]
        said = {"category": "product", "lines": [changed], "tree": tree}
        self.say({"orderId": order_id, "accountId": "A", "version": version, **said})

    def say(self, data: Mapping[str, Any], name: str = "reservation.accepted") -> None:
        self._said += 1
        message = Envelope(
            id=f"i-{self._said}",
            source="/aftersale/inventory",
            type=full(name),
            account="A",
            sequence=self._said,
            previous=self._said - 1,
            logid="inventory",
        )
        self.publish(INVENTORY_EVENTS, "A", json.dumps(data).encode(), message)
        self.run()

    def tell(self, name: str, account: str = "A", **data: Any) -> None:
        """A provisioning system or an operator says something."""
        self.send(name, data, account=account)
        self.run()

    def later(self, **time: float) -> None:
        """Sets the clock ahead and runs what is due."""
        self.clock.at += timedelta(**time)
        reader = self.readers["fulfillment"]
        for _ in range(10):
            due = [timer for timer in reader.store.memory.timers.values() if timer.due <= self.micros()]
            if not due:
                break
            reader.inbox.fire(due, [])
            self.run()

    def micros(self) -> int:
        return int(self.clock.at.timestamp() * 1_000_000)

    def said(self, topic: str = FULFILLMENT_EVENTS) -> list[str]:
        """The types of what was said, in order."""
        return [message.type[10:-3] for message, _ in self.messages(topic)]

    def last(self, name: str, topic: str = FULFILLMENT_EVENTS) -> Any:
        return [data for message, data in self.messages(topic) if message.type == full(name)][-1]

    def plan(self, order_id: str = "O-1") -> Any:
        return self.state("fulfillment", "plan", order_id)

    def page(self, order_id: str = "O-1") -> Any:
        return self.pages()["plan", order_id]

    def refusal(self) -> Any:
        (reason,) = self.last("command.refused")["reasons"]
        return reason


@pytest.fixture
def world() -> Fulfillment:
    world = Fulfillment()
    world.publish_entry()
    return world


def test_an_order_is_planned_worked_on_and_completed(world: Fulfillment) -> None:
    world.accept()
    assert world.said() == ["plan.created", "domain-order.state-changed", "task.state-changed"]
    assert world.said(TASKS) == ["task.requested"]

    world.tell("task.report", taskId="O-1.1.configure", result="completed")
    assert world.said()[3:] == ["task.state-changed", "domain-order.state-changed", "plan.completed"]
    assert world.last("plan.completed") == {
        "orderId": "O-1",
        "accountId": "A",
        "version": 1,
        "lineIds": ["1"],
    }
    closed = world.last("domain-order.state-changed")
    assert (closed["state"], closed["previousState"], closed["lineClosed"]) == (
        "closed_complete",
        "in_progress",
        True,
    )


def test_everything_said_is_as_its_schema_says(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="failed", message="no port")
    world.tell("task.retry", taskId="O-1.1.configure", reason="port found")
    world.tell("task.report", taskId="O-1.1.configure", result="in_progress")
    world.tell("task.report", taskId="O-1.1.configure", result="completed")
    for topic in (FULFILLMENT_EVENTS, TASKS):
        for message, data in world.messages(topic):
            MESSAGES[message.type].model.model_validate(data)
    assert {"fallout.opened", "fallout.closed"} <= set(world.said())


def test_a_task_says_all_that_is_needed_to_do_it(world: Fulfillment) -> None:
    world.accept(characteristics={"speed": 100}, location="SITE-1")
    task = TaskRequested.model_validate(world.last("task.requested", TASKS))

    assert (task.task_id, task.attempt, task.kind, task.action) == (
        "O-1.1.configure",
        1,
        "provision",
        "change",
    )
    assert (task.instance_id, task.specification_id, task.location) == ("I", "internet", "SITE-1")
    assert task.characteristics == {"speed": 100}
    assert task.due == world.clock.at + timedelta(hours=1)


def test_a_reservation_heard_again_changes_nothing(world: Fulfillment) -> None:
    world.accept()
    before = world.said()
    world.accept()
    assert world.said() == before


@pytest.mark.rule("DEC-01")
def test_an_order_that_changes_nothing_is_completed_at_once(world: Fulfillment) -> None:
    world.accept(action="no_change")
    assert world.said() == ["plan.created", "plan.completed"]


def test_the_page_shows_domain_orders_and_tasks(world: Fulfillment) -> None:
    world.accept()
    page = world.page()
    assert (page["orderId"], page["version"], page["state"]) == ("O-1", 1, "in_progress")
    assert page["domainOrders"] == [
        {
            "domainOrderId": "O-1.1",
            "kind": "product",
            "specificationId": "internet",
            "action": "change",
            "state": "in_progress",
            "parentId": None,
            "instanceId": "I",
            "pairId": None,
            "lineId": "1",
            "risk": "low",
            "plannedEnd": None,
            "expectedEnd": None,
        }
    ]
    (task,) = page["tasks"]
    assert (task["taskId"], task["state"], task["attempt"]) == ("O-1.1.configure", "open", 1)


# -------------------------------------------------------------------------------- personal values


def test_personal_values_are_plain_only_for_provisioning(world: Fulfillment) -> None:
    world.accept()
    world.tell(
        "task.report",
        taskId="O-1.1.configure",
        result="completed",
        message="Ada was at home",
        characteristics={"contact": "Ada", "speed": 1, "undeclared": "?"},
    )
    values = world.last("domain-order.state-changed")["characteristics"]
    assert {name: is_sealed(value) for name, value in values.items()} == {
        "contact": True,
        "speed": False,
        "undeclared": True,
    }
    assert is_sealed(world.last("task.state-changed")["message"])
    stored = b"".join(event.state for event in world.readers["fulfillment"].store.log(0, 1000))
    assert b"Ada" not in stored


def test_a_sealed_value_reaches_provisioning_plain() -> None:
    world = Fulfillment()
    world.publish_entry(
        plans=[
            {
                "actions": ["change"],
                "tasks": [
                    {"name": "ask", "kind": "manual"},
                    {"name": "configure", "kind": "provision", "after": ["ask"]},
                ],
            }
        ]
    )
    world.accept()
    world.tell("task.report", taskId="O-1.1.ask", result="completed", characteristics={"contact": "Ada"})
    assert world.last("task.requested", TASKS)["characteristics"] == {"contact": "Ada"}


# ------------------------------------------------------------------------------------- reports


@pytest.mark.parametrize("task_id", ["O-1.7.configure", "O-9.1.configure", "nonsense", "a.b"])
def test_a_report_on_an_unknown_task_is_recorded_as_ignored(world: Fulfillment, task_id: str) -> None:
    world.accept()
    before = world.said()
    world.tell("task.report", taskId=task_id, result="completed")

    assert world.said() == before
    streams = [event.stream for event in world.readers["fulfillment"].store.log(0, 1000)]
    assert f"report-{task_id}" in streams


def test_a_report_on_a_finished_task_is_recorded_as_ignored(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="completed")
    before, page = world.said(), world.page()
    world.tell("task.report", taskId="O-1.1.configure", result="failed")

    assert (world.said(), world.page()) == (before, page)
    last = world.readers["fulfillment"].store.load({"plan-O-1": 0})["plan-O-1"][-1]
    assert last.name == "report.ignored.v1"


def test_a_report_of_another_account_is_refused(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", account="B", taskId="O-1.1.configure", result="completed")
    assert world.refusal()["field"] == "accountid"
    assert world.page()["tasks"][0]["state"] == "open"


def test_a_value_of_another_type_than_the_catalog_says_is_refused(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="completed", characteristics={"speed": "fast"})
    assert world.refusal()["field"] == "characteristics.speed"
    assert world.page()["tasks"][0]["state"] == "open"


@pytest.mark.rule("LIM-01")
def test_values_that_would_not_fit_a_message_are_refused() -> None:
    world = Fulfillment()
    tasks = [{"name": f"t{n}", "kind": "provision"} for n in range(6)]
    world.publish_entry(plans=[{"actions": ["change"], "tasks": tasks}])
    world.accept()
    for n in range(6):
        found = {f"note-{n}": "x" * 150_000}
        world.tell("task.report", taskId=f"O-1.1.t{n}", result="completed", characteristics=found)

    assert world.refusal()["rule"] == "LIM-01"
    assert world.page()["tasks"][-1]["state"] == "open"
    assert max(len(json.dumps(data)) for _, data in world.messages(FULFILLMENT_EVENTS)) < 1024 * 1024


@pytest.mark.rule("FAL-03")
@pytest.mark.parametrize("name", ["task.retry", "task.skip"])
def test_what_is_not_held_is_neither_retried_nor_skipped(world: Fulfillment, name: str) -> None:
    world.accept()
    world.tell(name, taskId="O-1.1.configure", reason="impatient")
    assert world.refusal()["rule"] == "FAL-03"
    assert "is open" in world.refusal()["message"]


@pytest.mark.parametrize("name", ["task.retry", "task.skip"])
def test_an_unknown_task_is_neither_retried_nor_skipped(world: Fulfillment, name: str) -> None:
    world.tell(name, taskId="O-1.9.configure", reason="?")
    assert (world.refusal()["rule"], world.refusal()["field"]) == ("REF-01", "taskId")


@pytest.mark.rule("FAL-03")
def test_a_resolved_fallout_asks_for_its_task_again_and_only_once(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="failed", message="no port")
    [fallout] = world.page()["fallouts"]
    assert (fallout["falloutId"], fallout["taskId"]) == ("O-1.1.configure.f1", "O-1.1.configure")

    world.tell("fallout.resolve", falloutId="O-1.1.configure.f1", resolution="port found")
    assert world.last("task.requested", TASKS)["attempt"] == 2
    assert [each["stage"] for each in world.page()["fallouts"]] == ["resolved"]

    world.tell("fallout.resolve", falloutId="O-1.1.configure.f1", resolution="again")
    assert world.refusal()["rule"] == "FAL-04"
    world.tell("task.report", taskId="O-1.1.configure", result="completed")
    assert world.page()["fallouts"] == []
    world.tell("fallout.resolve", falloutId="O-1.1.configure.f1", resolution="again")
    assert world.refusal()["rule"] == "FAL-03"
    world.tell("fallout.resolve", falloutId="O-1.1.nothing.f1", resolution="?")
    assert world.refusal()["rule"] == "REF-01"


@pytest.mark.rule("FAL-03")
def test_a_skipped_task_lets_the_plan_go_on(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="failed")
    world.tell("task.skip", account="B", taskId="O-1.1.configure", reason="not mine")
    assert world.refusal()["field"] == "accountid"
    world.tell("task.skip", taskId="O-1.1.configure", reason="done by hand")
    assert "plan.completed" in world.said()


@pytest.mark.rule("D-20")
def test_a_back_off_ends_with_its_timer() -> None:
    world = Fulfillment()
    task = {"name": "configure", "kind": "provision", "retries": 1, "backoff": "PT30S"}
    world.publish_entry(plans=[{"actions": ["change"], "tasks": [task]}])
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="failed")
    assert world.page()["tasks"][0]["state"] == "scheduled"

    world.later(seconds=29)
    assert world.said(TASKS) == ["task.requested"]
    world.later(seconds=1)
    assert world.last("task.requested", TASKS)["attempt"] == 2
    world.later(hours=1)
    assert len(world.said(TASKS)) == 2


# ------------------------------------------------------------------------------------- the catalog


def test_an_order_waits_for_a_version_that_was_not_heard_yet() -> None:
    world = Fulfillment()
    world.accept()
    assert world.said() == []
    assert (world.page()["state"], world.page()["waitsFor"]) == ("waiting", ["internet@1"])

    world.publish_entry()
    world.later(seconds=2)
    assert world.said()[0] == "plan.created"


def test_after_a_minute_a_fallout_names_what_is_missing_and_it_still_goes_on_by_itself() -> None:
    world = Fulfillment()
    world.accept()
    world.later(seconds=59)
    assert world.said() == []
    world.later(seconds=5)
    assert world.said() == ["fallout.opened"]
    assert world.last("fallout.opened")["rule"] == "DEC-01"
    assert "publish it" in world.last("fallout.opened")["message"], (
        "we wrote it, and nothing in it is personal"
    )
    [fallout] = world.page()["fallouts"]
    assert (fallout["falloutId"], fallout["taskId"], fallout["type"]) == ("O-1.f1", None, "allocation")
    for _ in range(5):
        world.later(minutes=1)
    assert world.said() == ["fallout.opened"]

    world.publish_entry()
    world.later(minutes=1)
    assert world.said()[1:3] == ["fallout.closed", "plan.created"]
    world.later(hours=1)
    assert world.said().count("plan.created") == 1


def test_the_fallout_of_an_order_that_waits_makes_it_look_at_once() -> None:
    world = Fulfillment()
    world.accept()
    world.later(minutes=2)
    world.tell("fallout.resolve", account="B", falloutId="O-1.f1", resolution="not mine")
    assert world.refusal()["field"] == "accountid"
    world.tell("fallout.resolve", falloutId="O-1.f1", resolution="published")
    assert isinstance(world.plan(), Waiting)

    world.publish_entry()
    world.tell("fallout.resolve", falloutId="O-1.f1", resolution="published now")
    assert isinstance(world.plan(), Plan)


@pytest.mark.rule("DEC-01")
def test_a_target_that_does_not_come_cancels_the_plan() -> None:
    world = Fulfillment()
    needed = {"type": "realized_as", "target": "access"}
    rule = {"target": "access", "characteristic": "speed", "equals": 1000}
    world.publish_entry(relationships=[needed], rules=[rule])
    world.accept(characteristics={"speed": 1000})
    assert world.said() == []
    world.later(seconds=12)

    assert world.said() == ["plan.canceled"]
    (reason,) = world.last("plan.canceled")["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("DEC-01", "1")
    assert isinstance(world.plan(), Canceled)
    assert world.page()["reasons"][0]["rule"] == "DEC-01"


@pytest.mark.rule("DEC-01")
def test_a_target_that_comes_a_little_late_is_waited_for() -> None:
    world = Fulfillment()
    world.publish_entry(
        relationships=[{"type": "realized_as", "target": "access"}],
        rules=[{"target": "access", "characteristic": "speed", "equals": 1000}],
    )
    world.accept(characteristics={"speed": 1000})
    world.publish_entry(specificationId="access", kind="service", plans=[])
    world.later(seconds=2)
    assert [order["specificationId"] for order in world.page()["domainOrders"]] == ["internet", "access"]


@pytest.mark.rule("DEC-01", "FAL-06")
def test_a_canceled_plan_is_made_anew_for_the_reworked_order(world: Fulfillment) -> None:
    world.publish_entry(
        version="2",
        relationships=[{"type": "realized_as", "target": "access"}],
        rules=[{"target": "access", "characteristic": "speed", "equals": 1000}],
    )
    world.accept(specificationVersion="2", characteristics={"speed": 1000})
    world.later(seconds=12)
    world.accept(specificationVersion="2", characteristics={"speed": 1000})
    assert world.said() == ["plan.canceled"]
    world.accept(version=2)
    assert world.said()[1] == "plan.created"
    assert world.last("plan.created")["version"] == 2


def test_an_entry_with_a_problem_is_not_kept_and_not_answered() -> None:
    world = Fulfillment()
    task = {"name": "do", "kind": "manual", "after": ["nothing"]}
    world.publish_entry(plans=[{"actions": ["change"], "tasks": [task]}])
    assert world.said() == []
    assert world.state("fulfillment", "specification", "internet").versions == {}


def test_a_cycle_among_known_entries_is_not_kept(world: Fulfillment) -> None:
    service = {"kind": "service", "layer": "cfs", "characteristics": [], "plans": []}
    to = [{"type": "realized_as", "target": "b"}]
    world.publish_entry(specificationId="a", relationships=to, **service)
    back = [{"type": "realized_as", "target": "a"}]
    world.publish_entry(specificationId="b", relationships=back, **service)
    assert world.state("fulfillment", "specification", "b").versions == {}
    assert list(world.state("fulfillment", "specification", "a").versions) == ["1"]


def test_a_version_published_again_with_another_content_is_passed_over(world: Fulfillment) -> None:
    world.publish_entry(plans=[])
    assert len(world.state("fulfillment", "specification", "internet").versions["1"].plans) == 1


def test_a_retired_entry_is_remembered(world: Fulfillment) -> None:
    world.send("specification.retire", {"specificationId": "internet"})
    world.run()
    assert world.state("fulfillment", "specification", "internet").current() is None
    world.accept()
    assert "plan.created" in world.said(), "what is owned is still worked on"


# ------------------------------------------------------------------------------------ completeness


def test_every_event_has_a_stored_name() -> None:
    named = {version.type for version in STORED}
    assert set(get_args(PlanEvent)) <= named


def test_every_command_of_provisioning_has_a_route() -> None:
    asked = {type_ for type_, message in MESSAGES.items() if message.topics == ("provisioning.results",)}
    assert asked <= SERVICE.routes.keys()


def test_nothing_is_known_of_an_order_never_heard_of(world: Fulfillment) -> None:
    assert isinstance(world.plan("O-7"), Unplanned)


@pytest.mark.rule("FAL-02", "FAL-04")
def test_somebody_takes_a_fallout_up_and_everybody_hears_it(world: Fulfillment) -> None:
    world.accept()
    world.tell("task.report", taskId="O-1.1.configure", result="failed", falloutType="weather")
    opened = world.last("fallout.opened")
    assert (opened["stage"], opened["type"]) == ("classified", "weather")
    assert "task.retry" in opened["advice"]

    world.tell("fallout.resolve", falloutId="O-1.1.configure.f1", assignee="Ada", type="allocation")
    taken_up = world.last("fallout.opened")
    assert (taken_up["falloutId"], taken_up["stage"]) == ("O-1.1.configure.f1", "assigned")
    assert taken_up["type"] == "allocation"
    assert is_sealed(taken_up["assignee"])
    assert world.page()["tasks"][0]["state"] == "on_hold"

    world.tell("fallout.resolve", falloutId="O-1.1.configure.f1")
    assert "say the resolution, or who sees to it (assignee)" in world.refusal()["message"]


@pytest.mark.rule("FAL-04")
def test_the_fallout_of_an_order_that_waits_can_be_taken_up(world: Fulfillment) -> None:
    world.accept(specificationVersion="2")
    world.later(minutes=2)
    world.tell("fallout.resolve", falloutId="O-1.f1", assignee="Ada")
    [fallout] = world.page()["fallouts"]
    assert (fallout["stage"], fallout["rule"]) == ("assigned", "DEC-01")

    world.publish_entry(version="2")
    world.later(minutes=1)
    assert world.last("fallout.closed")["stage"] == "closed"
    assert world.page()["fallouts"] == []


@pytest.mark.rule("FAL-04")
def test_an_order_that_cannot_be_planned_after_all_keeps_no_fallout_open(world: Fulfillment) -> None:
    needed = {"type": "realized_as", "target": "access"}
    world.accept(specificationVersion="2")
    world.later(minutes=2)
    world.publish_entry(version="2", relationships=[needed])
    world.publish_entry(specificationId="access", kind="service", plans=[])
    world.send("specification.retire", {"specificationId": "access"})
    world.run()
    world.later(minutes=1)
    assert [name for name in world.said() if name.startswith(("fallout", "plan"))] == [
        "fallout.opened",
        "fallout.closed",
        "plan.canceled",
    ]
