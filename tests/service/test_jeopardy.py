"""The clock over plans, on the real inbox: late tasks, risks, and a clock set ahead by weeks."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.registry import MESSAGES
from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.audit.whatif import what_if
from services.cli.showing import Pages
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.history import live, sources
from tests.reader import PARTITIONS
from tests.scenarios import SETUP, Sent, place
from tests.service.test_fulfillment_holds import Ordered
from tests.world import World

Task = dict[str, Any]
DO = "O-1.1.do"
WEEKS = timedelta(weeks=3)


def task(name: str, *after: str, hours: int | None = 1, **more: Any) -> Task:
    made = {"name": name, "kind": "provision", "after": list(after), **more}
    return made if hours is None else {**made, "duration": f"PT{hours}H"}


def planned(*tasks: Task) -> Ordered:
    """A world with one order, whose plan has these tasks."""
    world = Ordered(plans=[{"actions": ["change"], "tasks": list(tasks)}])
    world.accept()
    return world


def settle(world: Ordered, ahead: timedelta) -> None:
    """Sets the clock ahead and runs whatever is due, the earliest first, until nothing is."""
    world.clock.at += ahead
    reader = world.readers["fulfillment"]
    while due := reader.store.due(range(PARTITIONS), world.micros(), 200):
        reader.inbox.fire(due, ())
        world.run()


def by_steps(world: Ordered, whole: timedelta, step: timedelta) -> None:
    for _ in range(whole // step):
        settle(world, step)


def timers(world: Ordered) -> list[str]:
    return sorted(world.readers["fulfillment"].store.memory.timers)


def states(world: Ordered) -> dict[str, str]:
    return {one["name"]: one["state"] for one in world.page()["tasks"]}


# ----------------------------------------------------------------------------------------------- late


@pytest.mark.rule("FAL-05")
def test_a_task_that_nobody_answers_in_time_opens_a_fallout_and_the_rest_goes_on() -> None:
    world = planned(task("do"), task("other", hours=None), task("after", "other", hours=None))
    settle(world, timedelta(minutes=59))
    assert states(world)["do"] == "open"
    settle(world, timedelta(minutes=1))
    opened = world.last("fallout.opened")
    assert (opened["taskId"], opened["rule"], opened["type"]) == (DO, "FAL-05", "provisioning")
    assert opened["message"].startswith("nobody answered attempt 1 until 2026-01-05 10:00:00 UTC")
    world.tell("task.report", taskId="O-1.1.other", result="completed")
    assert states(world) == {"do": "on_hold", "other": "closed_complete", "after": "open"}


@pytest.mark.rule("FAL-05", "D-20")
def test_a_system_that_does_not_answer_is_asked_again_as_the_policy_says() -> None:
    world = planned(task("do", retries=2, backoff="PT10M"))
    settle(world, timedelta(hours=1))
    assert states(world) == {"do": "scheduled"}
    settle(world, timedelta(minutes=10))
    asked = world.last("task.requested", TASKS)
    assert (asked["attempt"], asked["due"]) == (2, "2026-01-05T11:10:00Z")
    settle(world, timedelta(hours=3))
    assert list(states(world).values()) == ["on_hold"]
    assert world.last("fallout.opened")["falloutId"] == f"{DO}.f3"
    assert timers(world) == []


@pytest.mark.rule("FAL-05")
def test_a_late_completion_counts_and_takes_the_next_attempt_back() -> None:
    world = planned(task("do", retries=1))
    settle(world, timedelta(hours=1))
    assert world.last("task.requested", TASKS)["attempt"] == 2
    world.tell("task.report", taskId=DO, attempt=1, result="completed")
    withdrawn = world.last("task.withdrawn", TASKS)
    assert (withdrawn["taskId"], withdrawn["attempt"]) == (DO, 2)
    assert "plan.completed" in world.said()
    assert timers(world) == []


@pytest.mark.rule("FAL-05")
def test_the_timer_of_a_plan_runs_once_and_never_for_what_was_answered() -> None:
    world = planned(task("do"), task("next", "do"))
    assert timers(world) == ["look-O-1"]
    world.tell("task.report", taskId=DO, result="completed")
    world.tell("task.report", taskId="O-1.1.next", result="completed")
    assert timers(world) == []
    before = world.said()
    settle(world, WEEKS)
    assert world.said() == before


def test_a_plan_without_durations_costs_no_timer_and_no_look() -> None:
    world = planned(task("do", hours=None), task("next", "do", hours=None))
    world.tell("task.report", taskId=DO, result="failed")
    assert timers(world) == []
    names = [stored.name for stored in world.readers["fulfillment"].store.log(0, 1000)]
    assert "jeopardy.assessed.v1" not in names
    assert "risk" not in world.page()


def test_what_is_asked_for_later_and_due_sooner_moves_the_timer_forward() -> None:
    world = planned(task("long", hours=100), task("ask", hours=None), task("do", "ask"))
    world.tell("task.report", taskId="O-1.1.ask", result="completed")
    settle(world, timedelta(hours=1))
    assert world.last("fallout.opened")["taskId"] == DO


def test_a_timer_that_runs_after_all_was_answered_says_nothing() -> None:
    world = planned(task("do"), task("long", hours=100))
    world.tell("task.report", taskId=DO, result="completed")
    settle(world, timedelta(hours=2))
    assert "jeopardy.changed" not in world.said()
    settle(world, timedelta(hours=48))
    assert world.last("jeopardy.changed")["tasks"][0]["taskId"] == "O-1.1.long"


# ----------------------------------------------------------------------------------------------- risk


@pytest.mark.rule("JEO-01", "JEO-02")
def test_the_risk_of_a_task_rises_and_everybody_hears_of_it() -> None:
    world = planned(task("do"))
    heard = []
    for _ in range(4):
        settle(world, timedelta(minutes=15))
        heard.append([each["risk"] for each in world.last("jeopardy.changed")["tasks"]] if _ else [])
    assert heard == [[], ["medium"], ["high"], ["critical"]]
    changed = world.last("jeopardy.changed")
    assert (changed["risk"], changed["orderId"]) == ("critical", "O-1")
    assert changed["lines"] == [{"lineId": "1", "risk": "critical", "expectedEnd": "2026-01-05T11:00:00Z"}]
    for message, data in world.messages(FULFILLMENT_EVENTS):
        MESSAGES[message.type].model.model_validate(data)


@pytest.mark.rule("JEO-01", "JEO-03")
def test_the_page_shows_the_risk_of_the_order_and_all_its_parts() -> None:
    world = planned(task("do"), task("next", "do", hours=4))
    page = world.page()
    assert (page["risk"], [line["risk"] for line in page["lines"]]) == ("low", ["low"])
    settle(world, timedelta(hours=3))
    page = world.page()
    assert {one["name"]: one["risk"] for one in page["tasks"]} == {"do": "critical", "next": "high"}
    assert [one["risk"] for one in page["domainOrders"]] == ["critical"]
    assert (page["risk"], page["expectedEnd"]) == ("critical", "2026-01-05T17:00:00+00:00")
    assert page["lines"][0]["plannedEnd"] == "2026-01-05T14:00:00+00:00"


@pytest.mark.rule("JEO-04")
def test_the_planned_ends_are_told_with_the_plan() -> None:
    world = planned(task("do"), task("next", "do", hours=4))
    told = [each["plannedEnd"] for each in world.last("plan.created")["tasks"]]
    assert told == ["2026-01-05T10:00:00Z", "2026-01-05T14:00:00Z"]


@pytest.mark.rule("JEO-03")
def test_a_task_that_is_done_after_all_is_no_risk_any_more() -> None:
    world = planned(task("do"), task("next", "do", hours=4))
    settle(world, timedelta(hours=1))
    world.tell("fallout.resolve", falloutId=f"{DO}.f1", resolution="mended")
    world.tell("task.report", taskId=DO, result="completed")
    changed = world.last("jeopardy.changed")
    assert changed["risk"] == "low"
    assert {each["taskId"]: each["risk"] for each in changed["tasks"]} == {
        DO: "low",
        "O-1.1.next": "low",
    }
    [next_] = [one for one in world.page()["tasks"] if one["name"] == "next"]
    assert (next_["risk"], next_["expectedEnd"]) == ("low", "2026-01-05T14:00:00+00:00")


def test_a_held_task_is_a_risk_at_once() -> None:
    world = planned(task("do"))
    world.tell("task.report", taskId=DO, result="failed")
    assert world.page()["tasks"][0]["risk"] == "critical"


def shown(world: Ordered) -> Any:
    """As `aftersale show plan` prints it now."""
    stores = {name: reader.store for name, reader in world.readers.items()}
    return Pages(stores, world.keys, world.clock.at).find("plan", "O-1")


def ends(page: Any) -> list[Any]:
    parts = (page, *page["lines"], *page["domainOrders"], *page["tasks"])
    return [one["expectedEnd"] and datetime.fromisoformat(one["expectedEnd"]) for one in parts]


@pytest.mark.rule("JEO-03")
def test_what_nobody_has_answered_for_weeks_is_not_expected_in_the_past() -> None:
    world = planned(task("do"), task("next", "do", hours=4), task("other", hours=None))
    assert shown(world) == world.page()
    settle(world, timedelta(hours=1000))
    now, page = world.clock.at, shown(world)
    assert all(end is None or end >= now for end in ends(page))
    found = {one["name"]: end for one, end in zip(page["tasks"], ends(page)[-3:], strict=True)}
    assert found == {"do": now, "next": now + timedelta(hours=4), "other": None}
    world = planned(task("do"), task("next", "do", hours=4))
    settle(world, timedelta(hours=1000))
    page = shown(world)
    assert ends(page)[:3] == [world.clock.at + timedelta(hours=4)] * 3


# --------------------------------------------------------------------------------- a clock set ahead

PLANS: dict[str, tuple[Task, ...]] = {
    "one late task": (task("do"), task("next", "do")),
    "retries": (task("do", hours=5, retries=3), task("next", "do", hours=400)),
    "retries with a back-off": (
        task("do", hours=5, retries=2, backoff="PT45M"),
        task("other", hours=30, retries=1, backoff="P1D"),
        task("next", "do", "other", hours=200),
    ),
    "one that is late beside one in time": (
        task("do", hours=100),
        task("long", hours=490),
        task("short", hours=1, retries=1),
        task("end", "do", "long", "short", hours=700),
    ),
    "a chain with room": (task("do", hours=2), task("b", "do", hours=50), task("c", "b", hours=300)),
}


def history(world: Ordered) -> Sequence[Any]:
    """What happened to the plan, with the moments as of which it did."""
    service = world.readers["fulfillment"]
    events = service.store.load({"plan-O-1": 0})["plan-O-1"]
    return [service.parts.codec.decode(event) for event in events]


@pytest.mark.rule("FAL-05", "JEO-02", "JEO-03")
@pytest.mark.parametrize("step", [timedelta(minutes=30), timedelta(hours=7), timedelta(days=7)])
@pytest.mark.parametrize("plan", PLANS)
def test_three_weeks_at_once_end_as_three_weeks_step_by_step(plan: str, step: timedelta) -> None:
    at_once, in_steps = planned(*PLANS[plan]), planned(*PLANS[plan])
    settle(at_once, WEEKS)
    by_steps(in_steps, WEEKS, step)
    assert at_once.page() == in_steps.page()
    assert at_once.page()["fallouts"]
    assert timers(at_once) == timers(in_steps)
    assert sorted(map(repr, history(at_once))) == sorted(map(repr, history(in_steps)))


# ---------------------------------------------------------------------------------------------- holds


@pytest.mark.rule("JEO-05")
@pytest.mark.parametrize(
    ("ask", "answer", "version"),
    [
        ("held", "released", 1),
        ("cancellation-requested", "change-declined", 2),
    ],
)
def test_nothing_is_late_while_the_plan_is_held_and_then_all_dates_are_later(
    ask: str, answer: str, version: int
) -> None:
    world = planned(task("do"), task("next", "do", hours=4))
    settle(world, timedelta(minutes=15))
    world.ordered(ask, version)
    before = [name for name in world.said() if name != "plan.held"]
    settle(world, timedelta(days=2))
    assert [name for name in world.said() if name != "plan.held"] == before

    world.ordered(answer, version)
    page = world.page()
    assert [one["plannedEnd"] for one in page["tasks"]] == [
        "2026-01-07T10:00:00+00:00",
        "2026-01-07T14:00:00+00:00",
    ]
    settle(world, timedelta(minutes=44))
    assert world.page()["tasks"][0]["state"] == "open"
    settle(world, timedelta(minutes=1))
    assert world.last("fallout.opened")["message"].startswith(
        "nobody answered attempt 1 until 2026-01-07 10:00:00 UTC"
    )


@pytest.mark.rule("JEO-05")
def test_a_hold_that_begins_and_ends_at_once_moves_nothing() -> None:
    world = planned(task("do"))
    world.ordered("held")
    world.ordered("released")
    settle(world, timedelta(hours=1))
    assert world.last("fallout.opened")["taskId"] == DO


# ----------------------------------------------------------------------------------------- over, grown


@pytest.mark.rule("JEO-03")
def test_of_a_plan_that_is_completed_nothing_is_at_risk_any_more() -> None:
    world = planned(task("do"))
    settle(world, timedelta(hours=1))
    world.tell("task.report", taskId=DO, result="completed")
    assert world.said()[-2:] == ["plan.completed", "jeopardy.changed"]
    told = world.last("jeopardy.changed")
    assert [each["risk"] for each in (*told["tasks"], *told["lines"], *told["domainOrders"])] == ["low"] * 3
    assert "risk" not in told


@pytest.mark.rule("JEO-03")
def test_of_an_order_that_is_canceled_nothing_is_at_risk_any_more() -> None:
    world = planned(task("do"))
    settle(world, timedelta(hours=1))
    world.ordered("cancellation-requested", 2)
    world.ordered("cancellation-approved", 2)
    assert "plan.canceled" in world.said()
    assert [each["risk"] for each in world.last("jeopardy.changed")["tasks"]] == ["low"]
    assert timers(world) == []
    settle(world, WEEKS)
    assert world.page()["fallouts"] == []


@pytest.mark.rule("JEO-05", "FAL-05")
def test_a_week_of_waiting_for_an_answer_makes_nobody_late() -> None:
    at_once, in_steps = planned(task("do", hours=30)), planned(task("do", hours=30))
    for world, step in ((at_once, timedelta(weeks=1)), (in_steps, timedelta(hours=6))):
        world.ordered("cancellation-requested", 2)
        by_steps(world, timedelta(weeks=1), step)
        world.ordered("change-declined", 2)
        assert world.page()["tasks"][0]["due"] == "2026-01-13T15:00:00+00:00"
        settle(world, timedelta(hours=29))
        assert world.page()["fallouts"] == []
        settle(world, timedelta(hours=1))
        assert len(world.page()["fallouts"]) == 1
    assert at_once.page() == in_steps.page()


# ------------------------------------------------------------------------------------ with the others


def timed(stage: Iterable[Sent]) -> Iterator[Sent]:
    """The same, with an hour for each task, and every second one asked for again."""
    for name, data in stage:
        entry = copy.deepcopy(data)
        for number, task in enumerate(task for plan in entry.get("plans", ()) for task in plan["tasks"]):
            task |= {"duration": "PT1H", "retries": number % 2}
        yield name, entry


def unanswered(seed: int | None) -> World:
    """The three services, an order, and silent provisioning systems, until nothing waits any more."""
    world = World([ORDER, INVENTORY, FULFILLMENT], seed)
    for stage in SETUP:
        live(world, timed(stage))
    world.answer = lambda _: None
    live(world, [place("O1", "change", "NET", characteristics={"speed": 1000})])
    world.time_passes = True
    live(world, ())
    return world


@pytest.mark.rule("FAL-05", "JEO-01")
def test_late_work_ends_alike_in_whatever_order_messages_arrive_and_is_decided_again_as_it_was() -> None:
    wanted = unanswered(None).pages()["plan", "O1"]
    assert [each["rule"] for each in wanted["fallouts"]] == ["FAL-05"] * 3
    for seed in range(5):
        world = unanswered(seed)
        page = world.pages()["plan", "O1"]
        for part in ("tasks", "fallouts"):
            ids = [(one["falloutId"], one.get("state"), one.get("attempt")) for one in page[part]]
            assert sorted(map(str, ids)) == sorted(
                str((one["falloutId"], one.get("state"), one.get("attempt"))) for one in wanted[part]
            )
        assert (page["risk"], world.parked()) == (wanted["risk"], [])
        found = what_if(sources(world), world.keys, None)
        assert (found.different, found.not_decided) == ([], {})
