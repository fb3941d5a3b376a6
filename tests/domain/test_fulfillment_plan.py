"""Plans and their tasks: dependencies, closing bottom-up, and what is announced when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest

from services.fulfillment.domain.blueprint import DomainOrderBrief
from services.fulfillment.domain.catalog import LineAction, Relationship, TaskKind, TaskSpecification
from services.fulfillment.domain.events import (
    DomainOrderClosed,
    DomainOrderPlanned,
    DomainOrderStarted,
    PlanCompleted,
    PlanCreated,
    ValuesCopied,
)
from services.fulfillment.domain.task_events import TaskClosed, TaskReleased
from services.fulfillment.domain.tasking import seconds
from tests.fulfillment import (
    NOW,
    Given,
    entry,
    instance,
    line,
    made,
    mapping,
    names,
    order,
    plan,
    published,
    reserved,
    task_named,
    tasks,
)


def tree(action: LineAction = "change") -> Any:
    """A product with a service and a resource below."""
    return reserved(
        [line(action)],
        [
            instance("I", "internet", action=action),
            instance("S", "access", "I", kind="service", action=action),
            instance("R", "modem", "S", kind="resource", action=action),
        ],
    )


def catalog(internet: Any = (), access: Any = (), modem: Any = ()) -> Any:
    return published(
        entry("internet", plans=internet),
        entry("access", "service", plans=access),
        entry("modem", "resource", plans=modem),
    )


def test_a_plan_in_whole_events() -> None:
    """From the reservation to the end, event by event."""
    reservation = reserved([line()], [instance("I", "internet", values={"speed": 100}, location="SITE-1")])
    timed = TaskSpecification(name="configure", kind="provision", duration="PT1H")
    blueprint = made(reservation, published(entry("internet", plans=[plan("change", timed)])))
    given = Given(blueprint)
    details = blueprint.domain_orders[0]

    assert given.began == (
        PlanCreated(
            version=1,
            account_id="A",
            line_ids=("1",),
            domain_orders=(
                DomainOrderBrief(
                    domain_order_id="O.1",
                    kind="product",
                    action="change",
                    specification_id="internet",
                    line_id="1",
                    instance_id="I",
                ),
            ),
            tasks=blueprint.tasks,
        ),
        DomainOrderPlanned(version=1, domain_order=details, state="in_progress"),
        TaskReleased(
            version=1,
            task_id="O.1.configure",
            attempt=1,
            kind="provision",
            name="configure",
            action="change",
            line_id="1",
            domain_order_id="O.1",
            instance_id="I",
            specification_id="internet",
            location="SITE-1",
            characteristics={"speed": 100},
            due=NOW + timedelta(hours=1),
        ),
    )
    assert given.report("O.1.configure") == (
        TaskClosed(version=1, task_id="O.1.configure", domain_order_id="O.1", attempt=1),
        DomainOrderClosed(version=1, domain_order=details, previous="in_progress", line_closed=True),
        PlanCompleted(version=1, line_ids=("1",)),
    )


@pytest.mark.rule("ORC-01")
def test_tasks_of_a_plan_follow_each_other_or_run_side_by_side() -> None:
    given = Given(made(tree(), catalog(internet=[plan("change", "a", "b", "c<a,b")])))

    assert given.open() == ["O.1.a", "O.1.b"]
    given.report("O.1.b")
    assert given.open() == ["O.1.a"]
    assert names(given.report("O.1.a")) == ["TaskClosed O.1.a", "TaskReleased O.1.c"]


@pytest.mark.rule("ORC-01")
def test_tasks_of_different_domain_orders_run_in_parallel() -> None:
    one = [plan("change", "do")]
    given = Given(made(tree(), catalog(one, one, one)))
    assert given.open() == ["O.1.do", "O.2.do", "O.3.do"]


@pytest.mark.rule("ORC-01")
def test_a_task_may_wait_for_one_of_another_entry() -> None:
    given = Given(
        made(tree(), catalog([plan("change", "bill<modem/install")], (), [plan("change", "install")]))
    )

    assert given.open() == ["O.3.install"]
    assert names(given.report("O.3.install")) == [
        "TaskClosed O.3.install",
        "DomainOrderStarted O.1",
        "TaskReleased O.1.bill",
        "DomainOrderClosed O.3",
        "DomainOrderClosed O.2",
    ]


@pytest.mark.rule("ORC-01")
def test_a_task_of_another_entry_is_looked_for_under_the_same_root_first() -> None:
    reservation = reserved(
        [line(id="1"), line(instance="J", id="2")],
        [
            instance("I", "internet", line="1"),
            instance("R", "modem", "I", line="1", kind="resource"),
            instance("J", "internet", line="2"),
            instance("Q", "modem", "J", line="2", kind="resource"),
        ],
    )
    plans = catalog([plan("change", "bill<modem/install")], (), [plan("change", "install")])
    assert tasks(made(reservation, plans)) == {
        "O.1.bill": ("O.2.install",),
        "O.2.install": (),
        "O.3.bill": ("O.4.install",),
        "O.4.install": (),
    }


@pytest.mark.rule("ORC-01")
def test_else_it_is_looked_for_in_the_whole_order() -> None:
    reservation = reserved(
        [line(id="1"), line(instance="R", specification="modem", id="2")],
        [instance("I", "internet", line="1"), instance("R", "modem", line="2", kind="resource")],
    )
    plans = catalog([plan("change", "bill<modem/install")], (), [plan("change", "install")])
    assert tasks(made(reservation, plans))["O.1.bill"] == ("O.2.install",)


@pytest.mark.rule("ORC-01")
def test_what_is_not_in_the_order_is_not_waited_for() -> None:
    plans = catalog([plan("change", "bill<modem/install,voice/port")], (), [plan("add", "install")])
    assert tasks(made(tree(), plans)) == {"O.1.bill": ()}


@pytest.mark.rule("DOM-01")
def test_domain_orders_close_bottom_up() -> None:
    one = [plan("change", "do")]
    given = Given(made(tree(), catalog(one, one, one)))
    given.report("O.1.do")
    given.report("O.2.do")
    assert given.closed() == []

    events = given.report("O.3.do")
    assert names(events) == [
        "TaskClosed O.3.do",
        "DomainOrderClosed O.3",
        "DomainOrderClosed O.2",
        "DomainOrderClosed O.1",
        "PlanCompleted",
    ]
    assert [event.line_closed for event in events if isinstance(event, DomainOrderClosed)] == [
        False,
        False,
        True,
    ]


@pytest.mark.rule("DOM-01")
def test_a_line_closes_with_its_last_domain_order_and_the_plan_with_its_last_line() -> None:
    reservation = reserved(
        [line(id="1"), line(instance="J", id="2")],
        [instance("I", "internet", line="1"), instance("J", "internet", line="2")],
    )
    given = Given(made(reservation, catalog([plan("change", "do")])))

    assert names(given.report("O.2.do")) == ["TaskClosed O.2.do", "DomainOrderClosed O.2"]
    assert not given.plan.completed
    last = given.report("O.1.do")
    assert last[-1] == PlanCompleted(version=1, line_ids=("1", "2"))


@pytest.mark.rule("DOM-06")
def test_an_entry_without_a_plan_waits_for_its_children_and_closes_by_itself() -> None:
    given = Given(made(tree(), catalog(modem=[plan("change", "do")])))
    assert [order.state for order in given.plan.orders.values()] == ["in_progress"] * 3
    given.report("O.3.do")
    assert given.plan.completed


@pytest.mark.rule("DOM-06", "ACT-15")
@pytest.mark.parametrize("action", ["change", "suspend", "resume", "disconnect"])
def test_without_any_plan_an_order_is_done_at_once(action: LineAction) -> None:
    given = Given(made(tree(action), catalog()))
    assert given.plan.completed
    assert [type(event) for event in given.began] == [
        PlanCreated,
        *[DomainOrderPlanned] * 3,
        *[DomainOrderClosed] * 3,
        PlanCompleted,
    ]


@pytest.mark.rule("DOM-03")
def test_field_work_holds_its_domain_order_open() -> None:
    visit = TaskSpecification(name="visit", kind="field")
    given = Given(made(tree(), catalog(modem=[plan("change", "do", visit)])))

    given.report("O.3.do")
    assert given.closed() == []
    given.report("O.3.visit", "in_progress")
    assert given.closed() == []
    given.report("O.3.visit")
    assert given.plan.completed


@pytest.mark.rule("ORC-01")
@pytest.mark.parametrize("kind", get_args(TaskKind))
def test_every_kind_of_task_is_asked_for_as_what_it_is(kind: TaskKind) -> None:
    given = Given(made(tree(), catalog([plan("change", TaskSpecification(name="do", kind=kind))])))
    (released,) = [event for event in given.began if isinstance(event, TaskReleased)]
    assert (released.kind, released.name) == (kind, "do")


def test_a_domain_order_whose_tasks_all_wait_is_a_draft_until_the_first_is_released() -> None:
    given = Given(
        made(tree(), catalog([plan("change", "bill<modem/install")], (), [plan("change", "install")]))
    )
    states = {
        event.domain_order.domain_order_id: event.state
        for event in given.began
        if isinstance(event, DomainOrderPlanned)
    }
    assert states == {"O.1": "draft", "O.2": "in_progress", "O.3": "in_progress"}
    assert any(isinstance(event, DomainOrderStarted) for event in given.report("O.3.install"))


@pytest.mark.rule("DEC-01")
@pytest.mark.parametrize(
    ("action", "chosen"),
    [("add", "a"), ("change", "c"), ("disconnect", "d"), ("suspend", "s"), ("resume", "s")],
)
def test_the_plan_is_the_one_for_the_action(action: LineAction, chosen: str) -> None:
    plans = [
        plan("no_change", "mend", return_="repair"),
        plan("add", "undo-add", return_="replace"),
        plan("add", "a"),
        plan("change", "c"),
        plan("disconnect", "d"),
        plan("suspend resume", "s"),
    ]
    reservation = reserved(
        [line(action, new_instance_id="N" if action == "add" else None)],
        [instance("N" if action == "add" else "I", "internet", action=action, new=action == "add")],
    )
    assert list(tasks(made(reservation, catalog(plans)))) == [f"O.1.{chosen}"]


def test_a_task_id_has_no_dots_behind_its_domain_order() -> None:
    blueprint = made(tree(), catalog([plan("change", "v1.0", "v1-0", "b<v1.0,v1-0")]))
    assert tasks(blueprint) == {
        "O.1.v1-0": (),
        "O.1.v1-0-2": (),
        "O.1.b": ("O.1.v1-0", "O.1.v1-0-2"),
    }
    assert [each.name for each in blueprint.tasks] == ["v1.0", "v1-0", "b"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [(None, None), ("P2W", 1_209_600), ("P1DT2H", 93_600), ("PT1M30S", 90), ("PT0S", 0)],
)
def test_durations_are_seconds(written: str | None, expected: int | None) -> None:
    assert seconds(written) == expected


def test_the_policy_of_a_task_is_planned_with_it() -> None:
    written = TaskSpecification(name="do", kind="provision", retries=2, backoff="PT10S", duration="P1D")
    found = task_named(made(tree(), catalog([plan("change", written)])), "O.1.do")
    assert (found.retries, found.backoff, found.duration) == (2, 10, 86_400)


# --------------------------------------------------------------------------- values found on the way


@pytest.mark.rule("DEC-05")
def test_a_value_found_by_a_task_is_given_to_the_next_and_closes_with_the_domain_order() -> None:
    given = Given(made(tree(), catalog(modem=[plan("change", "pick", "send<pick")])))

    events = given.report("O.3.pick", characteristics={"serial": "SN1"})
    released = events[-1]
    assert isinstance(released, TaskReleased)
    assert released.characteristics == {"serial": "SN1"}
    closed = given.report("O.3.send")[1]
    assert isinstance(closed, DomainOrderClosed)
    assert closed.domain_order.characteristics == {"serial": "SN1"}


@pytest.mark.rule("DEC-05")
def test_a_value_found_by_a_task_goes_on_along_the_mappings() -> None:
    entries = published(
        entry("internet"),
        entry("access", "service", mappings=(mapping("mac", "internet", "address"),)),
        entry(
            "modem", "resource", plans=[plan("change", "do")], mappings=(mapping("serial", "access", "mac"),)
        ),
    )
    given = Given(made(tree(), entries))
    events = given.report("O.3.do", characteristics={"serial": "SN1"})

    assert events[1:3] == (
        ValuesCopied(domain_order_id="O.2", source_id="O.3", characteristics={"mac": "SN1"}),
        ValuesCopied(domain_order_id="O.1", source_id="O.2", characteristics={"address": "SN1"}),
    )
    closed = {
        event.domain_order.domain_order_id: event.domain_order.characteristics
        for event in events
        if isinstance(event, DomainOrderClosed)
    }
    assert closed == {"O.3": {"serial": "SN1"}, "O.2": {"mac": "SN1"}, "O.1": {"address": "SN1"}}


@pytest.mark.rule("DEC-05")
def test_a_value_found_is_not_mapped_over_what_a_line_says_itself() -> None:
    reservation = reserved(
        [line(values={"serial": "asked for"})],
        [instance("I", "internet"), instance("R", "modem", "I", kind="resource")],
    )
    entries = published(
        entry("internet"),
        entry("modem", "resource", plans=[plan("change", "do")], mappings=(mapping("serial", "internet"),)),
    )
    given = Given(made(reservation, entries))
    given.report("O.2.do", characteristics={"serial": "SN1"})
    assert given.plan.orders["O.1"].values == {"serial": "asked for"}


@pytest.mark.rule("DEC-05")
def test_a_value_found_does_not_reach_what_is_closed() -> None:
    reservation = reserved(
        [line()],
        [
            instance("I", "internet"),
            instance("S", "access", "I", kind="service"),
            instance("R", "modem", "I", kind="resource"),
        ],
    )
    entries = published(
        entry("internet"),
        entry("access", "service"),
        entry("modem", "resource", plans=[plan("change", "do")], mappings=(mapping("serial", "access"),)),
    )
    given = Given(made(reservation, entries))
    events = given.report("O.3.do", characteristics={"serial": "SN1"})
    assert not any(isinstance(event, ValuesCopied) for event in events)


def test_bundled_products_come_as_lines_and_are_never_added_here() -> None:
    entries = published(
        entry("internet", to=(Relationship(type="bundles", target="tv", mandatory=True),)), entry("tv")
    )
    reservation = reserved(
        [line("add", instance=None, new_instance_id="N")], [instance("N", "internet", action="add", new=True)]
    )
    assert [each.specification_id for each in made(reservation, entries).domain_orders] == ["internet"]
    assert order(made(reservation, entries), "internet").action == "add"
