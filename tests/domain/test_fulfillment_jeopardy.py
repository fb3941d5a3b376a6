"""What is at risk: by the share of the planned time, up to the order, on to what comes after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from services.fulfillment.domain.blueprint import Blueprint
from services.fulfillment.domain.catalog import TaskSpecification
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.jeopardy import AT_ONCE, assess, is_planned, planned_anew, touches
from services.fulfillment.domain.late import no_answer
from services.fulfillment.domain.reports import Retry, retry
from services.fulfillment.domain.risk import Level
from services.fulfillment.domain.schedule import scheduled
from services.fulfillment.domain.state import Jeopardy
from services.fulfillment.domain.trouble_events import DatesMoved
from tests.fulfillment import NOW, Given, entry, instance, line, made, plan, published, reserved

HOUR = timedelta(hours=1)


def timed(name: str, *after: str, hours: float = 1) -> TaskSpecification:
    duration = f"PT{int(hours * 60)}M"
    return TaskSpecification(name=name, kind="provision", duration=duration, after=after)


def task(name: str, *after: str) -> TaskSpecification:
    return TaskSpecification(name=name, kind="provision", after=after)


class Watched(Given):
    """A plan whose dates begin at `NOW`; `pass_to` lets the clock go on, moment by moment."""

    def __init__(self, blueprint: Blueprint) -> None:
        super().__init__(scheduled(blueprint, NOW))
        self.at = NOW

    def pass_to(self, hours: float) -> None:
        until = NOW + hours * HOUR
        while self.plan.watch is not None and self.plan.watch <= until:
            self.at = self.plan.watch
            self.take(no_answer(self.plan, self.at))
            self.take(assess(self.plan, self.at))
        self.at = until

    def answer(self, task_id: str, result: str = "completed") -> None:
        self.react(self.report(task_id, result))

    def react(self, events: Iterable[PlanEvent]) -> None:
        if touches(self.plan, tuple(events)):
            self.take(assess(self.plan, self.at))

    @property
    def told(self) -> Jeopardy:
        return self.plan.jeopardy or Jeopardy()

    def task(self, id: str) -> Level:
        found = self.told.tasks.get(id)
        return found.level if found else "low"

    def end(self, task_id: str) -> float | None:
        """When a task is expected to end, in hours from the beginning, where it is not as planned."""
        found = self.told.tasks.get(task_id)
        return hours(found.end) if found else None


def hours(at: datetime | None) -> float | None:
    return None if at is None else (at - NOW) / HOUR


def given(*tasks: TaskSpecification) -> Watched:
    """A plan of one product with these tasks."""
    catalog = published(entry("internet", plans=[plan("change", *tasks)]))
    return Watched(made(reserved([line()], [instance("I", "internet")]), catalog))


def nested(above: Iterable[TaskSpecification], below: Iterable[TaskSpecification]) -> Watched:
    """A product, and the service below it."""
    catalog = published(
        entry("internet", to=["access"], plans=[plan("change", *above)]),
        entry("access", "service", plans=[plan("change", *below)]),
    )
    tree = [instance("I", "internet"), instance("S", "access", "I", kind="service")]
    return Watched(made(reserved([line()], tree), catalog))


def two_lines(first: Iterable[TaskSpecification], second: Iterable[TaskSpecification]) -> Watched:
    catalog = published(
        entry("internet", plans=[plan("change", *first)]), entry("tv", plans=[plan("change", *second)])
    )
    lines = [line(), line(id="2", specification="tv", instance="J")]
    tree = [instance("I", "internet"), instance("J", "tv", line="2")]
    return Watched(made(reserved(lines, tree), catalog))


# ------------------------------------------------------------------------------------------ planned


@pytest.mark.rule("JEO-04")
def test_every_task_has_a_planned_end_before_any_has_begun() -> None:
    plan = given(timed("a", hours=2), timed("b", "a"), timed("c"), timed("d", "b", "c", hours=0.5))
    ends = {id: hours(task.end) for id, task in plan.plan.tasks.items()}
    assert ends == {"O.1.a": 2, "O.1.b": 3, "O.1.c": 1, "O.1.d": 3.5}
    assert plan.plan.tasks["O.1.d"].state == "draft"
    assert {id: (hours(a), hours(b)) for id, (a, b) in plan.plan.dates.items()} == {"1": (0, 3.5)}


@pytest.mark.rule("JEO-04")
def test_what_waits_for_a_task_without_a_duration_has_no_planned_end_until_it_is_asked_for() -> None:
    plan = given(task("ask"), timed("do", "ask"))
    assert plan.plan.tasks["O.1.do"].end is None
    plan.answer("O.1.ask")
    assert hours(plan.plan.tasks["O.1.do"].end) == 1


@pytest.mark.rule("JEO-04")
def test_one_top_product_without_any_duration_and_the_order_has_no_risk() -> None:
    plan = two_lines([timed("do")], [task("do")])
    assert not is_planned(plan.plan)
    plan.pass_to(0.9)
    assert plan.told == Jeopardy()
    plan.pass_to(1)
    assert list(plan.plan.fallouts) == ["O.1.do.f1"], "what nobody answers is still late"
    assert plan.told == Jeopardy()


def test_a_plan_without_durations_is_never_looked_at() -> None:
    plan = given(task("do"), task("next", "do"))
    assert (plan.plan.timed, plan.plan.watch, plan.plan.dates) == (False, None, {})
    blueprint = made(reserved([line()], [instance("I", "internet")]), published(entry("internet")))
    assert scheduled(blueprint, NOW) is blueprint


# ------------------------------------------------------------------------------------------- shares


@pytest.mark.rule("JEO-01", "JEO-02")
@pytest.mark.parametrize(
    ("share", "level"),
    [(0.0, "low"), (0.49, "low"), (0.5, "medium"), (0.74, "medium"), (0.75, "high"), (0.99, "high")],
)
def test_a_task_is_at_risk_by_the_share_of_its_duration_that_has_gone_by(share: float, level: Level) -> None:
    plan = given(timed("do"))
    plan.pass_to(share)
    assert plan.task("O.1.do") == level


@pytest.mark.rule("JEO-01", "JEO-02")
def test_a_late_task_is_critical_and_so_is_all_above_it() -> None:
    plan = given(timed("do"))
    plan.pass_to(1)
    assert (plan.task("O.1.do"), plan.told.level) == ("critical", "critical")
    assert [risk.level for risk in (*plan.told.orders.values(), *plan.told.lines.values())] == [
        "critical",
        "critical",
    ]


@pytest.mark.rule("JEO-01", "JEO-02")
def test_a_domain_order_has_the_highest_risk_of_its_tasks_and_of_what_is_below() -> None:
    plan = nested([timed("above", hours=10)], [timed("below", hours=2)])
    plan.pass_to(1.5)
    assert {id: risk.level for id, risk in plan.told.orders.items()} == {"O.1": "high", "O.2": "high"}
    plan.answer("O.2.below")
    assert plan.told.orders == {}


@pytest.mark.rule("JEO-02")
@pytest.mark.parametrize(
    ("longest", "level"),
    [(30, "low"), (10, "medium"), (5, "medium"), (4, "high"), (3, "high"), (2, "critical")],
)
def test_a_line_is_at_risk_by_the_share_of_its_planned_time_that_it_is_late(
    longest: int, level: Level
) -> None:
    """A task of an hour is asked for again as late as it ends; the line was planned for `longest` hours."""
    plan = given(timed("do"), timed("rest", "do", hours=longest - 1))
    plan.pass_to(1)
    assert plan.told.lines["1"].level == plan.told.level == level
    assert hours(plan.told.lines["1"].end) == longest + 1


@pytest.mark.rule("JEO-02")
def test_what_a_line_has_to_spare_does_not_make_it_late() -> None:
    plan = given(timed("do"), timed("long", hours=10))
    plan.pass_to(1)
    assert plan.task("O.1.do") == "critical"
    assert (plan.told.lines["1"].level, hours(plan.told.lines["1"].end)) == ("low", 10)


@pytest.mark.rule("JEO-01")
def test_an_order_has_the_highest_risk_of_its_lines() -> None:
    plan = two_lines([timed("do")], [timed("do", hours=100)])
    plan.pass_to(1)
    assert {id: risk.level for id, risk in plan.told.lines.items()} == {"1": "critical"}
    assert plan.told.level == "critical"


@pytest.mark.rule("JEO-02")
def test_the_longer_a_task_is_held_the_later_is_its_line() -> None:
    plan = given(timed("do"), timed("rest", "do", hours=19))
    seen = []
    for hour in (1, 4, 9):
        plan.pass_to(hour)
        seen.append((plan.told.lines["1"].level, hours(plan.told.lines["1"].end)))
    assert seen == [("low", 21), ("medium", 22), ("high", 25)]


# --------------------------------------------------------------------------------------- successors


@pytest.mark.rule("JEO-03")
def test_a_late_task_raises_what_comes_after_and_moves_its_dates() -> None:
    plan = given(timed("do"), timed("next", "do"), timed("last", "next", hours=10))
    plan.pass_to(0.99)
    assert plan.end("O.1.next") is None
    plan.pass_to(1)
    assert (plan.task("O.1.next"), plan.end("O.1.next")) == ("critical", 3)
    assert (plan.task("O.1.last"), plan.end("O.1.last")) == ("low", 13)
    assert hours(plan.told.end) == 13


@pytest.mark.rule("JEO-03")
def test_what_has_time_to_spare_is_not_raised() -> None:
    plan = given(timed("do"), timed("long", hours=5), timed("next", "do", "long"))
    plan.pass_to(1)
    assert plan.task("O.1.next") == "low"
    plan.pass_to(3.9)
    assert plan.task("O.1.next") == "low"
    plan.answer("O.1.long")
    plan.pass_to(5)
    assert plan.task("O.1.next") == "critical"


@pytest.mark.rule("JEO-03")
def test_the_clock_raises_what_waits_for_a_held_task_step_by_step() -> None:
    plan = given(timed("do"), timed("next", "do", hours=4))
    levels = {}
    for hour in (1, 2, 3, 4):
        plan.pass_to(hour)
        levels[hour] = plan.task("O.1.next")
    assert levels == {1: "low", 2: "medium", 3: "high", 4: "critical"}
    assert plan.plan.watch is None, "nothing can become worse"


@pytest.mark.rule("JEO-03")
def test_what_is_done_after_all_takes_the_risk_away() -> None:
    plan = given(timed("do"), timed("next", "do", hours=4))
    plan.pass_to(1)
    plan.answer("O.1.do")
    assert (plan.task("O.1.do"), plan.task("O.1.next"), plan.told.level) == ("low", "low", "low")
    plan.answer("O.1.next")
    assert plan.plan.watch is None


@pytest.mark.rule("JEO-03")
def test_what_is_asked_for_again_is_expected_from_then_on() -> None:
    plan = given(timed("do"), timed("next", "do", hours=4))
    plan.pass_to(2)
    events = retry(Retry(task_id="O.1.do", resolution="mended"), plan.plan, plan.at)
    plan.take(events)
    plan.react(events)
    assert (plan.task("O.1.do"), plan.end("O.1.do")) == ("critical", 3)
    assert (plan.task("O.1.next"), plan.end("O.1.next")) == ("medium", 7)


# -------------------------------------------------------------------------------------------- holds


@pytest.mark.rule("JEO-05")
def test_after_a_hold_all_dates_of_what_is_open_are_later() -> None:
    plan = given(timed("do"), timed("next", "do"))
    plan.pass_to(0.25)
    plan.take((DatesMoved(version=1, seconds=2 * 3600),))
    assert hours(plan.plan.tasks["O.1.do"].due) == 3
    assert {id: (hours(a), hours(b)) for id, (a, b) in plan.plan.dates.items()} == {"1": (2, 4)}
    plan.pass_to(2.49)
    assert plan.task("O.1.do") == "low"
    plan.pass_to(2.5)
    assert plan.task("O.1.do") == "medium"
    plan.pass_to(3)
    assert list(plan.plan.fallouts) == ["O.1.do.f1"]


# -------------------------------------------------------------------------------------------- words


def test_a_look_that_finds_nothing_new_says_when_the_next_one_is() -> None:
    plan = given(timed("do"), timed("next", hours=5))
    plan.answer("O.1.do")
    [event] = assess(plan.plan, NOW + 0.5 * HOUR)
    assert (event.tasks, event.lines, event.domain_orders) == ((), (), ())
    assert hours(event.next) == 2.5


def test_very_many_risks_are_told_in_several_messages() -> None:
    many = AT_ONCE + 1
    plan = given(*(timed(f"t{n}") for n in range(many)))
    events = assess(plan.plan, NOW + 0.5 * HOUR)
    assert [len(event.tasks) for event in events] == [AT_ONCE, 1]
    plan.take(events)
    assert len(plan.told.tasks) == many
    assert assess(plan.plan, NOW + 0.6 * HOUR)[0].tasks == ()


def test_a_move_is_planned_side_after_side() -> None:
    catalog = published(
        entry("internet", plans=[plan("add", timed("build", hours=3)), plan("disconnect", timed("cease"))])
    )
    tree = [
        instance("I", "internet", action="change", side="cease", pair_id="N"),
        instance("N", "internet", action="change", side="provide", pair_id="I", new=True),
    ]
    blueprint = made(reserved([line(new_instance_id="N", location="SITE-2")], tree), catalog)
    ends = {task.name: hours(task.end) for task in scheduled(blueprint, NOW).tasks}
    assert ends == {"build": 3, "cease": 4}


@pytest.mark.rule("JEO-05")
def test_a_plan_that_goes_on_with_other_tasks_has_the_dates_that_are_expected_then() -> None:
    catalog = published(entry("internet", plans=[plan("change", timed("do"), timed("next", "do", hours=4))]))
    given = Given(made(reserved([line()], [instance("I", "internet")]), catalog))
    assert given.plan.tasks["O.1.next"].end is None
    given.take(planned_anew(given.plan, NOW))
    assert {id: hours(task.end) for id, task in given.plan.tasks.items()} == {"O.1.do": 1, "O.1.next": 5}
    assert {id: (hours(a), hours(b)) for id, (a, b) in given.plan.dates.items()} == {"1": (0, 5)}
    assert planned_anew(given.plan, NOW) == ()
