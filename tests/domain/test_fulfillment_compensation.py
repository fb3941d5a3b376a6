"""Revisions and cancellations of a plan under way: what stays, what is done again, what is undone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.fulfillment.domain.alterations import PlanRevised, TaskWithdrawn
from services.fulfillment.domain.beginning import planned, start
from services.fulfillment.domain.blueprint import Blueprint
from services.fulfillment.domain.catalog import (
    Relationship,
    Specification,
    TaskSpecification,
    UndoTask,
)
from services.fulfillment.domain.compensation import Change, canceled, inherited, revised
from services.fulfillment.domain.counting import OVER
from services.fulfillment.domain.decomposition import decompose
from services.fulfillment.domain.events import PlanEvent
from services.fulfillment.domain.matching import as_planned
from services.fulfillment.domain.reports import Retry, retry
from services.fulfillment.domain.reservation import Instance, Line
from services.fulfillment.domain.state import Plan
from services.fulfillment.domain.task_events import TaskReleased
from tests.fulfillment import (
    NOW,
    Given,
    entry,
    instance,
    line,
    made,
    mapping,
    no_seal,
    plan,
    published,
    reserved,
    rule,
)


def undoable(written: str, undo: str | None = None, **more: Any) -> TaskSpecification:
    """`second<first`, undone by `undo`."""
    name, _, after = written.partition("<")
    return TaskSpecification(
        name=name,
        kind="provision",
        after=tuple(after.split(",")) if after else (),
        undo=UndoTask(name=undo or f"un-{name}", kind="provision"),
        **more,
    )


def task(written: str, **more: Any) -> TaskSpecification:
    name, _, after = written.partition("<")
    return TaskSpecification(
        name=name, kind="provision", after=tuple(after.split(",")) if after else (), **more
    )


INTERNET = entry(
    "internet",
    to=("access",),
    mappings=[mapping("speed", "access"), mapping("port", "access")],
    plans=[plan("add change", task("greet", responds_to=("name",)))],
)
ACCESS = entry(
    "access",
    "service",
    to=(Relationship(type="requires", target="modem"),),
    rules=[rule("modem", "speed", 1000)],
    plans=[plan("add change", undoable("assign", responds_to=("port",)), undoable("configure<assign"))],
)
MODEM = entry("modem", "resource", plans=[plan("add", undoable("ship"), undoable("install<ship"))])
VOICE = entry("voice", plans=[plan("add change", undoable("route"))])
CATALOG = (INTERNET, ACCESS, MODEM, VOICE)


class Revised(Given):
    """A plan that is revised and canceled as the service does it."""

    def __init__(self, lines: Sequence[Line], tree: Sequence[Instance], *entries: Specification) -> None:
        self.catalog = published(*(entries or CATALOG))
        super().__init__(made(reserved(lines, tree), self.catalog))
        self.version = 1

    def revise(self, lines: Sequence[Line], tree: Sequence[Instance]) -> Change:
        self.version += 1
        again = decompose(reserved(lines, tree, self.version), as_planned(self.plan, self.catalog), no_seal)
        assert isinstance(again, Blueprint), again
        change = revised(self.plan, again)
        self.told: list[PlanEvent] = list(change.events)
        if not change.reasons:
            self.take(change.events)
            self._tell(planned(self.plan, change.added, change.tasks_apart))
            self._tell(inherited(self.plan, change.added))
            self._tell(start(self.plan, NOW))
        consistent(self.plan)
        return change

    def cancel(self) -> None:
        self.version += 1
        self.told = list(canceled(self.plan, self.version))
        self.take(self.told)
        self._tell(start(self.plan, NOW))
        consistent(self.plan)

    def _tell(self, events: Iterable[PlanEvent]) -> None:
        found = list(events)
        self.told += found
        self.take(found)

    def done(self, *tasks: str) -> None:
        for each in tasks:
            self.report(each)
        consistent(self.plan)

    def asked(self) -> dict[str, str | None]:
        """What the last change asked for, and why."""
        return {event.task_id: event.reason for event in self.told if isinstance(event, TaskReleased)}

    def withdrawn(self) -> list[str]:
        return [event.task_id for event in self.told if isinstance(event, TaskWithdrawn)]

    def states(self) -> dict[str, str]:
        return {id: order.state for id, order in self.plan.orders.items()}


def net(speed: int = 100, **values: Any) -> Line:
    return line(values={"speed": speed, **values})


NET = (instance("I", "internet"), instance("S", "access", "I", kind="service"))
TALK = instance("V", "voice", line="2")


def talk(**values: Any) -> Line:
    return line(id="2", specification="voice", instance="V", values=values)


def both(speed: int = 100) -> Revised:
    return Revised([net(speed), talk()], [*NET, TALK])


def consistent(found: Plan) -> None:
    """Every counter says what one finds by counting."""
    for id, each in found.tasks.items():
        before = [found.tasks[b] for b in each.planned.after]
        assert each.blockers == sum(one.state not in OVER for one in before), id
        assert all(id in one.successors for one in before)
    for id, order in found.orders.items():
        tasks = [found.tasks[t] for t in order.tasks]
        assert order.open_tasks == sum(t.state not in OVER for t in tasks), id
        below = [o for o in found.orders.values() if o.brief.parent_id == id]
        assert order.open_children == sum(o.state not in OVER for o in below), id
        waits = [found.orders[w] for w in order.brief.waits_for]
        assert order.blockers == sum(w.state not in OVER for w in waits), id
        if order.state == "closed_complete":
            assert order.open_tasks == 0
            assert all(o.state in OVER or o.state == "cancellation_in_progress" for o in below)
    for part in found.parts:
        inside = [o for o in found.orders.values() if o.part is part]
        assert part.open_orders == sum(o.state not in OVER for o in inside)


# ---------------------------------------------------------------------------------------- revisions


def test_a_revision_that_changes_nothing_leaves_everything_as_it_is() -> None:
    plan = both()
    plan.done("O.2.assign")
    before = plan.states()
    plan.revise([net(), talk()], [*NET, TALK])
    assert (plan.asked(), plan.withdrawn(), plan.states()) == ({}, [], before)
    assert [type(event).__name__ for event in plan.told] == ["PlanRevised"]


def test_what_a_revision_does_not_touch_stays() -> None:
    plan = both()
    plan.done("O.2.assign", "O.2.configure", "O.3.route")
    plan.revise([net(200), talk()], [*NET, TALK])
    assert plan.asked() == {"O.2.configure": "redo: speed changed in version 2"}
    assert plan.plan.tasks["O.2.configure"].attempt == 2
    assert plan.plan.tasks["O.2.assign"].state == "closed_complete"
    assert plan.states() == {"O.1": "in_progress", "O.2": "in_progress", "O.3": "closed_complete"}
    assert plan.plan.orders["O.2"].values["speed"] == 200


def test_an_open_task_is_withdrawn_and_asked_for_again_with_the_new_values() -> None:
    plan = both()
    plan.done("O.2.assign")
    plan.revise([net(300), talk()], [*NET, TALK])
    assert plan.withdrawn() == ["O.2.configure"]
    (again,) = [event for event in plan.told if isinstance(event, TaskReleased)]
    assert (again.task_id, again.attempt, again.characteristics["speed"]) == ("O.2.configure", 2, 300)
    plan.report("O.2.configure", attempt=1, result="failed")
    assert plan.plan.tasks["O.2.configure"].state == "open"


def behind() -> Revised:
    """What is greeted and billed comes after the access, what is noted comes after nothing."""
    first = plan(
        "add change",
        task("greet<access/configure", responds_to=("name",)),
        task("note", responds_to=("name",)),
        task("bill<greet", responds_to=("name",)),
    )
    speed = [mapping("speed", "access")]
    return Revised(
        [net()], NET, entry("internet", to=("access",), mappings=speed, plans=[first]), ACCESS, MODEM
    )


@pytest.mark.parametrize("held", [False, True])
def test_what_comes_after_something_that_is_done_again_is_asked_for_again_behind_it(held: bool) -> None:
    plan = behind()
    plan.done("O.2.assign", "O.2.configure")
    if held:
        plan.report("O.1.greet", result="failed")
    plan.revise([net(200)], NET)
    assert plan.withdrawn() == ([] if held else ["O.1.greet"])
    assert plan.asked() == {"O.2.configure": "redo: speed changed in version 2"}
    assert (plan.plan.tasks["O.1.greet"].state, plan.plan.fallouts) == ("draft", {})
    assert plan.plan.tasks["O.1.note"].state == "open"
    (released,) = [each for each in plan.report("O.2.configure") if isinstance(each, TaskReleased)]
    assert (released.task_id, released.attempt) == ("O.1.greet", 2)
    assert released.reason == "redo: it comes after O.2.configure, which is worked on again in version 2"
    plan.finish()
    assert plan.plan.completed


def test_what_came_after_it_and_is_done_stays_done_and_so_does_what_follows_from_that() -> None:
    plan = behind()
    plan.done("O.2.assign", "O.2.configure", "O.1.greet")
    plan.revise([net(200)], NET)
    assert plan.withdrawn() == []
    assert [plan.plan.tasks[f"O.1.{name}"].state for name in ("greet", "bill")] == ["closed_complete", "open"]


def test_a_task_that_was_not_asked_for_yet_is_asked_for_with_the_new_values() -> None:
    plan = both()
    plan.revise([net(300), talk()], [*NET, TALK])
    assert (plan.asked(), plan.withdrawn()) == ({}, [])
    (released,) = [each for each in plan.report("O.2.assign") if isinstance(each, TaskReleased)]
    assert released.characteristics["speed"] == 300


@pytest.mark.rule("D-11", "INF-08")
def test_a_line_past_its_hard_point_of_no_return_is_named_when_a_revision_touches_it() -> None:
    plan = Revised(
        [net(), talk()],
        [*NET, TALK],
        INTERNET,
        ACCESS,
        MODEM,
        entry("voice", plans=[plan_("change", task("dig", ponr="hard"))]),
    )
    plan.done("O.3.dig")
    refused = plan.revise([net(), talk(number="1")], [*NET, TALK])
    assert [(reason.rule, reason.line_id) for reason in refused.reasons] == [("D-11", "2")]
    assert not plan.revise([net(500), talk()], [*NET, TALK]).reasons


def plan_(actions: str, *tasks: str | TaskSpecification) -> Any:
    return plan(actions, *tasks)


def test_a_dropped_line_is_undone_in_reverse_order() -> None:
    plan = Revised(
        [net(), talk()],
        [*NET, TALK],
        INTERNET,
        ACCESS,
        MODEM,
        entry("voice", plans=[plan_("change", undoable("a"), task("b<a"), undoable("c<b"), undoable("d<c"))]),
    )
    plan.done("O.3.a", "O.3.b", "O.3.c")
    plan.revise([net()], NET)
    assert plan.withdrawn() == ["O.3.d"]
    assert plan.asked() == {"O.3.un-c": "undo: line 2 was dropped in version 2"}
    assert plan.states()["O.3"] == "cancellation_in_progress"
    plan.done("O.3.un-c")
    assert plan.open()[-1] == "O.3.un-a"
    plan.done("O.3.un-a")
    assert plan.states()["O.3"] == "canceled"
    plan.finish()
    assert plan.plan.completed


def test_an_added_line_joins_and_says_why() -> None:
    plan = Revised([net()], NET)
    plan.revise([net(), talk()], [*NET, TALK])
    assert plan.asked() == {"O.3.route": "add: line 2 was added in version 2"}
    (first,) = [event for event in plan.told if isinstance(event, PlanRevised)]
    assert (first.line_ids, first.dropped_line_ids) == (("1", "2"), ())
    plan.finish()
    assert plan.plan.completed


def test_what_new_values_need_is_added_and_what_they_no_longer_need_is_undone() -> None:
    plan = both()
    plan.revise([net(1000), talk()], [*NET, TALK])
    assert plan.plan.orders["O.4"].brief.specification_id == "modem"
    assert plan.asked()["O.4.ship"] == "add: line 1 needs it since version 2"
    plan.done("O.4.ship")
    plan.revise([net(100), talk()], [*NET, TALK])
    assert plan.withdrawn() == ["O.4.install"]
    assert plan.asked()["O.4.un-ship"] == "undo: line 1 does not need it any more since version 3"
    plan.revise([net(1000), talk()], [*NET, TALK])
    assert plan.states()["O.5"] == "in_progress"
    plan.finish()
    assert (plan.states()["O.4"], plan.states()["O.5"]) == ("canceled", "closed_complete")
    assert plan.plan.completed


def test_a_closed_parent_opens_again_with_what_stands_below_it() -> None:
    plan = Revised([net(), talk()], [*NET, TALK])
    plan.done("O.1.greet", "O.2.assign", "O.2.configure")
    assert plan.states() == {"O.1": "closed_complete", "O.2": "closed_complete", "O.3": "in_progress"}
    plan.revise([net(1000), talk()], [*NET, TALK])
    assert plan.states()["O.1"] == plan.states()["O.2"] == "in_progress"
    plan.finish()
    assert plan.plan.completed


def test_what_was_found_on_the_way_is_kept_and_reaches_what_joins() -> None:
    with_port = entry(
        "internet", to=("access",), mappings=[mapping("speed", "access"), mapping("port", "access")]
    )
    access = entry(
        "access",
        "service",
        to=(Relationship(type="requires", target="modem"),),
        rules=[rule("modem", "speed", 1000)],
        mappings=[mapping("port", "modem")],
        plans=[plan_("change", task("assign", responds_to=()), task("configure<assign"))],
    )
    plan = Revised([net(), talk()], [*NET, TALK], with_port, access, MODEM, VOICE)
    plan.report("O.2.assign", characteristics={"port": "P7"})
    plan.revise([net(1000), talk()], [*NET, TALK])
    assert plan.plan.orders["O.2"].values == {"port": "P7", "speed": 1000}
    assert plan.plan.orders["O.4"].values["port"] == "P7"


def test_the_catalog_of_the_plan_is_not_that_of_today() -> None:
    plan = both(1000)
    later = entry("modem", "resource", version="2", plans=[plan_("add", task("something-else"))])
    plan.catalog = published(*CATALOG, later)
    plan.revise([net(1000), talk(number="1")], [*NET, TALK])
    assert plan.plan.orders["O.3"].details is not None
    assert plan.plan.orders["O.3"].details.specification_version == "1"
    assert list(plan.asked()) == ["O.4.route"]


def test_a_task_that_a_fallout_holds_is_asked_for_anew_when_a_revision_touches_it() -> None:
    plan = both()
    plan.done("O.2.assign")
    plan.report("O.2.configure", "failed")
    plan.revise([net(200), talk()], [*NET, TALK])
    assert plan.plan.fallouts == {}
    assert plan.asked() == {"O.2.configure": "redo: speed changed in version 2"}


def test_an_instance_that_comes_back_waits_until_it_was_put_back() -> None:
    plan = both()
    plan.done("O.3.route")
    plan.revise([net()], NET)
    plan.revise([net(), talk()], [*NET, TALK])
    assert plan.states()["O.4"] == "draft"
    plan.done("O.3.un-route")
    assert (plan.states()["O.3"], plan.states()["O.4"]) == ("canceled", "in_progress")
    plan.finish()
    assert plan.plan.completed


def test_an_instance_that_takes_another_course_is_first_brought_back() -> None:
    """A change that becomes a disconnect of the same instance: one domain order, other tasks."""
    voice = entry("voice", plans=[plan_("change", undoable("route")), plan_("disconnect", task("remove"))])
    plan = Revised([net(), talk()], [*NET, TALK], INTERNET, ACCESS, MODEM, voice)
    plan.done("O.3.route")
    gone = line("disconnect", "voice", "V", id="2")
    plan.revise([net(), gone], [*NET, instance("V", "voice", line="2", action="disconnect")])
    why = "it became a disconnect of voice in version 2"
    assert plan.asked() == {"O.3.un-route": f"undo: {why}, and it is not needed any more"}
    plan.done("O.3.un-route")
    assert plan.plan.tasks["O.3.remove"].state == "open"
    plan.revise([net(), talk()], [*NET, TALK])
    assert plan.withdrawn() == ["O.3.remove"]
    assert list(plan.asked()) == ["O.3.route"]
    assert plan.plan.tasks["O.3.route"].attempt == 2


# ------------------------------------------------------------------------------------------ cancel


@pytest.mark.rule("ORD-17")
def test_a_canceled_order_is_undone_in_reverse_order_and_then_over() -> None:
    plan = both(1000)
    plan.done("O.2.assign", "O.2.configure", "O.3.ship", "O.4.route")
    plan.cancel()
    assert set(plan.withdrawn()) == {"O.1.greet", "O.3.install"}
    reason = "undo: the order was canceled in version 2"
    assert plan.asked() == dict.fromkeys(("O.2.un-configure", "O.3.un-ship", "O.4.un-route"), reason)
    plan.done("O.2.un-configure", "O.3.un-ship", "O.4.un-route")
    assert not plan.plan.canceled
    plan.done("O.2.un-assign")
    assert plan.plan.canceled
    assert set(plan.states().values()) == {"canceled"}


def test_a_cancel_before_anything_was_done_is_over_at_once() -> None:
    plan = both()
    plan.cancel()
    assert plan.plan.canceled
    assert plan.asked() == {}


def test_a_withdrawn_task_that_is_done_all_the_same_is_undone() -> None:
    plan = both()
    plan.revise([net()], NET)
    assert plan.states()["O.3"] == "canceled"
    plan.take(plan.report("O.3.route") and start(plan.plan, NOW))
    assert plan.plan.tasks["O.3.un-route"].state == "open"
    assert plan.states()["O.3"] == "cancellation_in_progress"
    plan.done("O.3.un-route")
    assert plan.states()["O.3"] == "canceled"
    assert [type(event).__name__ for event in plan.report("O.3.route")] == ["ReportIgnored"]


@pytest.mark.parametrize("over", ["canceled", "without an undo"])
def test_a_withdrawn_task_that_cannot_be_undone_by_itself_opens_a_fallout(over: str) -> None:
    entries = CATALOG
    if over == "without an undo":
        entries = (INTERNET, ACCESS, MODEM, entry("voice", plans=[plan_("change", task("route"))]))
    plan = Revised([net(), talk()], [*NET, TALK], *entries)
    if over == "canceled":
        plan.cancel()
    else:
        plan.revise([net()], NET)
    plan.report("O.3.route")
    (fallout,) = plan.plan.fallouts.values()
    assert (fallout.task_id, fallout.rule) == ("O.3.route", "ORD-17" if over == "canceled" else "INF-04")


def test_late_answers_to_what_is_asked_for_anew_are_recorded_and_nothing_more() -> None:
    plan = both()
    plan.done("O.2.assign")
    plan.revise([net(200), talk()], [*NET, TALK])
    (event,) = plan.report("O.2.configure", attempt=1)
    assert type(event).__name__ == "DoneAllTheSame"
    assert plan.plan.tasks["O.2.configure"].state == "open"
    plan.revise([talk()], [TALK])
    assert "O.2.un-configure" in plan.asked()


# ------------------------------------------------------------------------------------------ at random

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("report"), st.integers(0, 9), st.sampled_from(["completed", "failed", "in_progress"])
        ),
        st.tuples(
            st.just("revise"),
            st.sampled_from([100, 200, 1000]),
            st.sampled_from(["both", "net", "talk", "other-talk"]),
        ),
    ),
    max_size=14,
)


def lines_and_tree(speed: int, which: str) -> tuple[list[Line], list[Instance]]:
    number = {"number": "7"} if which == "other-talk" else {}
    lines, tree = [], []
    if which != "talk":
        lines.append(net(speed))
        tree += list(NET)
    if which != "net":
        lines.append(talk(**number))
        tree.append(TALK)
    return lines, tree


@for_all(STEPS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_happened_before_the_plan_ends_as_if_ordered_like_that_at_once(
    steps: list[tuple[Any, ...]], cancel: bool
) -> None:
    """The reference: a plan of the last revision alone. Domain orders end with the same values."""
    plan = both()
    wanted: tuple[int, str] = (100, "both")
    for step in steps:
        if plan.plan.over():
            break
        if step[0] == "revise":
            wanted = (step[1], step[2])
            plan.revise(*lines_and_tree(*wanted))
        elif ids := sorted(plan.plan.tasks):
            plan.report(ids[step[1] % len(ids)], step[2])
            plan.take(start(plan.plan, NOW))
            consistent(plan.plan)
    if cancel and not plan.plan.over():
        plan.cancel()
    _answer_everything(plan)
    _is_as_wanted(plan, wanted, canceled=plan.plan.canceled)


def _answer_everything(plan: Revised) -> None:
    while True:
        for id, each in plan.plan.tasks.items():
            if each.state == "on_hold":
                plan.take(retry(Retry(task_id=id, resolution="mended"), plan.plan, NOW))
        if not plan.finish():
            break
    consistent(plan.plan)
    assert plan.plan.over()


def _is_as_wanted(plan: Revised, wanted: tuple[int, str], *, canceled: bool) -> None:
    there = [order for order in plan.plan.orders.values() if order.state == "closed_complete"]
    assert all(order.state in OVER for order in plan.plan.orders.values())
    undone = [t for t in plan.plan.tasks.values() if t.gone or t.planned.domain_order_id not in _ids(there)]
    assert not [t.planned.task_id for t in undone if t.completed and t.planned.marks and t.planned.marks.undo]
    if canceled:
        assert there == []
        return
    reference = Revised(*lines_and_tree(*wanted))
    reference.finish()
    assert sorted(map(_ending, there)) == sorted(map(_ending, reference.plan.orders.values()))


def _ids(orders: Any) -> set[str]:
    return {order.brief.domain_order_id for order in orders}


def _ending(order: Any) -> tuple[Any, ...]:
    values = sorted((name, str(value)) for name, value in order.values.items())
    return (order.brief.specification_id, order.brief.action, order.brief.line_id, values)
