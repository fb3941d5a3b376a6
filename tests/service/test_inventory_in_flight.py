"""What inventory does when an order is revised or canceled under way, heard from order and fulfillment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.test_inventory import Inventory, line

FEBRUARY, MARCH, APRIL = (f"2026-0{month}-01T00:00:00Z" for month in (2, 3, 4))


@pytest.fixture
def base() -> Inventory:
    """A bundle with two products, of which one rests, and one beside it."""
    inventory = Inventory()
    values = {"speed": "number", "static": "boolean", "serial": "string", "line": "number"}
    characteristics = [{"name": name, "type": type_} for name, type_ in values.items()]
    inventory.publish_entry("spec-NET", "product", characteristics=characteristics)
    inventory.load("HOME", location="L1")
    inventory.load("NET", "HOME", location="L1", characteristics={"speed": 100, "static": True})
    inventory.load("VOICE", "HOME", location="L1")
    inventory.load("MOB", state="suspended")
    return inventory


CHANGE = line("1", "change", "NET", characteristics={"speed": 200}, specificationId="spec-NET")
END = line("2", "disconnect", "VOICE")


def revised(
    inventory: Inventory, version: int, *lines: dict[str, Any], changes: list[dict[str, Any]]
) -> None:
    data = {"orderId": "O1", "version": version, "state": "acknowledged", "changes": changes}
    inventory.say("order.revised", {**data, "lines": [{"state": "acknowledged", **one} for one in lines]})()
    inventory.run()


def tell(inventory: Inventory, name: str, **data: Any) -> None:
    inventory.say(name, {"orderId": "O1", **data})()
    inventory.run()


def planned(inventory: Inventory, version: int) -> None:
    tell(inventory, "plan.changed", version=version, lineIds=[], domainOrders=[], tasks=[])


def domain_order(inventory: Inventory, line_id: str, id: str, action: str, **facts: Any) -> None:
    inventory.close("O1", line_id, id, action, **facts)()
    inventory.run()


def shown(inventory: Inventory) -> dict[str, tuple[str, str | None, Any]]:
    """State, location and values of everything that is there."""
    return {
        id: (page["state"], page["location"], page["characteristics"])
        for (kind, id), page in inventory.pages().items()
        if kind == "instance"
    }


def states(inventory: Inventory) -> dict[str, str]:
    return {id: state for id, (state, _, _) in shown(inventory).items()}


def held(inventory: Inventory) -> set[str]:
    return {id for (kind, id), page in inventory.pages().items() if kind == "instance" and page["reservedBy"]}


# ----------------------------------------------------------------------------------------- reserving


@pytest.mark.rule("INF-04")
def test_a_revision_holds_what_is_new_and_tells_all_that_is_at_work(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    before = len(base.said())
    add = line("3", "add", specificationId="spec-TV", parentInstanceId="HOME")
    changes = [{"lineId": "2", "operation": "add"}, {"lineId": "3", "operation": "add"}]
    revised(base, 2, CHANGE, END, add, changes=changes)
    accepted = dict(base.said(before))["reservation.accepted"]
    assert accepted["version"] == 2
    assert [one["lineId"] for one in accepted["lines"]] == ["1", "2", "3"]
    assert [(one["instanceId"], one["state"]) for one in accepted["tree"]] == [
        ("NET", "active"),
        ("VOICE", "active"),
        ("O1:3", "installation_pending"),
    ]
    assert held(base) == {"NET", "VOICE", "O1:3"}
    assert states(base)["VOICE"] == "inactivation_pending"


@pytest.mark.rule("CHG-16", "INF-04")
def test_what_cannot_be_held_refuses_the_revision_and_nothing_else(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    base.approve("O2", line("1", "disconnect", "VOICE"))
    before = shown(base), len(base.said())
    add = line("3", "add", specificationId="spec-TV", parentInstanceId="HOME")
    both = [{"lineId": "2", "operation": "add"}, {"lineId": "3", "operation": "add"}]
    revised(base, 2, CHANGE, END, add, changes=both)
    [(name, refused)] = base.said(before[1])
    assert (name, refused["version"]) == ("reservation.refused", 2)
    assert {(one["rule"], one["lineId"]) for one in refused["reasons"]} == {("CHG-16", "2"), ("D-07", "2")}
    assert shown(base) == before[0]
    tell(base, "plan.completed", lineIds=["1"])
    assert base.page("NET")["characteristics"] == {"speed": 200, "static": True}


@pytest.mark.rule("INF-04", "D-23", "D-07")
def test_what_others_began_since_is_not_held_against_lines_that_are_at_work(base: Inventory) -> None:
    add = line("1", "add", specificationId="spec-TV", parentInstanceId="NET")
    stays, moved = line("2", "no_change", "VOICE"), line("3", "resume", "MOB")
    base.approve("O1", add, stays)
    base.approve("O2", CHANGE, END)
    assert (states(base)["NET"], states(base)["VOICE"]) == ("change_pending", "inactivation_pending")
    before = len(base.said())
    more = [{"lineId": "3", "operation": "add"}]
    revised(base, 2, add, stays, moved, changes=more)
    assert [name for name, _ in base.said(before)] == ["reservation.accepted"]
    assert held(base) == {"O1:1", "NET", "VOICE", "MOB"}
    planned(base, 2)
    other = line("4", "add", specificationId="spec-TV", parentInstanceId="NET")
    revised(base, 3, add, stays, moved, other, changes=[{"lineId": "4", "operation": "add"}])
    [reason] = dict(base.said())["reservation.refused"]["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("D-23", "4")


def test_a_revision_that_was_answered_is_not_answered_again(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    changes = [{"lineId": "2", "operation": "add"}]
    revised(base, 2, CHANGE, END, changes=changes)
    before = base.readers["inventory"].store.head()
    revised(base, 2, CHANGE, END, changes=changes)
    revised(base, 1, CHANGE, changes=[])
    assert base.readers["inventory"].store.head() == before


def test_a_line_of_the_order_is_not_changed_into_another_while_it_holds_the_instance(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    ends = line("3", "disconnect", "NET")
    changes = [{"lineId": "1", "operation": "drop"}, {"lineId": "3", "operation": "add"}]
    revised(base, 2, ends, changes=changes)
    [reason] = dict(base.said())["reservation.refused"]["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("CHG-16", "3")
    assert "line '1' of this order holds 'NET'" in reason["message"]


# ------------------------------------------------------------------------------------------ settling

FASTER = {**CHANGE, "characteristics": {"speed": 300}}
SPEED: dict[str, Any] = {
    "lineId": "1",
    "operation": "change",
    "types": ["characteristic"],
    "characteristics": ["speed"],
}


@pytest.mark.rule("INF-04", "ORD-14")
def test_other_values_come_once_the_plan_has_followed(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    revised(base, 2, FASTER, changes=[SPEED])
    planned(base, 2)
    tell(base, "plan.completed", version=2, lineIds=["1"])
    assert base.page("NET")["characteristics"] == {"speed": 300, "static": True}


@pytest.mark.rule("INF-04")
def test_what_work_has_found_stays_unless_the_revision_names_it(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    found = {"speed": 210, "serial": "S-1"}
    domain_order(base, "1", "NET", "change", characteristics=found)
    assert states(base)["NET"] == "active"
    revised(base, 2, FASTER, changes=[SPEED])
    planned(base, 2)
    domain_order(base, "1", "NET", "change", state="in_progress", previousState="closed_complete")
    assert states(base)["NET"] == "change_pending"
    domain_order(base, "1", "NET", "change", characteristics={"speed": 300, "line": 7})
    assert states(base)["NET"] == "active"
    tell(base, "plan.completed", version=2, lineIds=["1"])
    landed = {"speed": 300, "static": True, "serial": "S-1", "line": 7}
    assert base.page("NET")["characteristics"] == landed


@pytest.mark.rule("INV-15", "INV-16", "INV-18", "INV-19", "D-01", "D-22")
def test_a_dropped_line_goes_back_as_its_domain_orders_are_canceled(base: Inventory) -> None:
    before = shown(base)
    add = line("3", "add", specificationId="spec-TV", parentInstanceId="HOME")
    base.approve("O1", CHANGE, END, add)
    domain_order(base, "2", "VOICE", "disconnect")
    assert states(base)["VOICE"] == "inactive"
    revised(base, 2, CHANGE, changes=[{"lineId": id, "operation": "drop"} for id in ("2", "3")])
    assert states(base)["VOICE"] == "inactive"
    planned(base, 2)
    assert held(base) == {"NET", "VOICE", "O1:3"}
    domain_order(base, "2", "VOICE", "disconnect", state="canceled", lineClosed=True)
    domain_order(base, "3", "O1:3", "add", state="canceled", lineClosed=True)
    assert held(base) == {"NET"}
    assert states(base) == {
        **{id: one[0] for id, one in before.items()},
        "NET": "change_pending",
        "O1:3": "inactive",
    }
    tell(base, "plan.completed", version=2, lineIds=["1"])
    assert held(base) == set()
    assert base.said()[-1][1]["lineIds"] == ["1"]
    assert base.page("VOICE")["state"] == "active"


def test_what_a_dropped_line_still_holds_at_the_end_goes_back_too(base: Inventory) -> None:
    base.approve("O1", CHANGE, END)
    revised(base, 2, CHANGE, changes=[{"lineId": "2", "operation": "drop"}])
    planned(base, 2)
    tell(base, "plan.completed", version=2, lineIds=["1"])
    assert states(base)["VOICE"] == "active"
    assert held(base) == set()


@pytest.mark.rule("ORD-18", "D-02")
def test_a_revision_that_the_plan_could_not_follow_is_given_up(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    before = shown(base), held(base)
    add = line("3", "add", specificationId="spec-TV", parentInstanceId="HOME")
    changes = [SPEED, {"lineId": "2", "operation": "add"}, {"lineId": "3", "operation": "add"}]
    revised(base, 2, FASTER, END, add, changes=changes)
    tell(base, "order.change-declined", version=2, state="in_progress")
    assert shown(base) == {**before[0], "O1:3": ("inactive", None, {})}
    assert held(base) == before[1]
    tell(base, "plan.completed", lineIds=["1"])
    assert base.page("NET")["characteristics"] == {"speed": 200, "static": True}


def test_a_plan_that_completes_beats_a_revision_that_it_has_not_followed(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    revised(base, 2, FASTER, END, changes=[SPEED, {"lineId": "2", "operation": "add"}])
    tell(base, "plan.completed", lineIds=["1"])
    assert base.said()[-1][1] == {
        "orderId": "O1",
        "accountId": "A",
        "version": 1,
        "lineIds": ["1"],
        "last": True,
    }
    assert (states(base)["VOICE"], held(base)) == ("active", set())
    assert base.page("NET")["characteristics"] == {"speed": 200, "static": True}
    tell(base, "order.change-declined", version=2, state="in_progress")
    assert held(base) == set()


def test_several_revisions_follow_one_another(base: Inventory) -> None:
    base.approve("O1", CHANGE)
    revised(base, 2, CHANGE, END, changes=[{"lineId": "2", "operation": "add"}])
    planned(base, 2)
    revised(base, 4, FASTER, changes=[SPEED, {"lineId": "2", "operation": "drop"}])
    planned(base, 4)
    domain_order(base, "2", "VOICE", "disconnect", state="canceled", version=4, lineClosed=True)
    revised(base, 5, FASTER, line("3", "change", "VOICE"), changes=[{"lineId": "3", "operation": "add"}])
    planned(base, 5)
    tell(base, "plan.completed", version=5, lineIds=["1", "3"])
    assert base.page("NET")["characteristics"] == {"speed": 300, "static": True}
    assert held(base) == set()


@pytest.mark.rule("MOV-08", "INV-15", "INV-16")
def test_a_move_keeps_its_new_sides_and_goes_where_the_revision_says(base: Inventory) -> None:
    moves = [
        line(str(n), "change", id, move=True, location="L2")
        for n, id in enumerate(("HOME", "NET", "VOICE"), 1)
    ]
    base.approve("O1", *moves)
    elsewhere = [{**one, "location": "L3"} for one in moves]
    place = [{"lineId": str(n), "operation": "change", "types": ["location"]} for n in (1, 2, 3)]
    revised(base, 2, *elsewhere, changes=place)
    accepted = [data for name, data in base.said() if name == "reservation.accepted"][-1]
    sides = [one["instanceId"] for one in accepted["tree"] if one.get("side") == "provide"]
    assert sides == ["O1~1", "O1~2", "O1~3"]
    planned(base, 2)
    tell(base, "plan.completed", version=2, lineIds=["1", "2", "3"])
    assert [base.page(id)["location"] for id in sides] == ["L3", "L3", "L3"]
    assert [base.page(id)["state"] for id in ("HOME", "NET", "VOICE")] == ["inactive"] * 3


# --------------------------------------------------------------------------------------- what waits


def operations(inventory: Inventory, id: str) -> list[tuple[str, str, str]]:
    return [(one["action"], one["state"], one["at"][:10]) for one in inventory.page(id)["operations"]]


DATED = line("2", "disconnect", "VOICE", dueDate=MARCH)


@pytest.mark.rule("D-10", "SUS-12")
def test_what_waits_is_redated_dropped_or_added_with_the_plan(base: Inventory) -> None:
    base.approve("O1", CHANGE, DATED)
    later = {**DATED, "dueDate": APRIL}
    new = line("3", "resume", "MOB", dueDate=MARCH)
    dates: list[dict[str, Any]] = [
        {"lineId": "2", "operation": "redate", "types": ["date"]},
        {"lineId": "3", "operation": "add"},
    ]
    revised(base, 2, CHANGE, later, new, changes=dates)
    assert operations(base, "VOICE") == [("disconnect", "scheduled", "2026-03-01")]
    planned(base, 2)
    assert operations(base, "VOICE") == [("disconnect", "scheduled", "2026-04-01")]
    assert operations(base, "MOB") == [("resume", "scheduled", "2026-03-01")]
    revised(base, 3, CHANGE, new, changes=[{"lineId": "2", "operation": "drop"}])
    planned(base, 3)
    assert operations(base, "VOICE") == [("disconnect", "canceled", "2026-04-01")]
    base.later(80 * 24 * 3600)
    assert states(base)["VOICE"] == "active"


def test_a_day_that_comes_before_the_plan_has_followed_waits_for_it(base: Inventory) -> None:
    base.approve("O1", CHANGE, DATED)
    later = {**DATED, "dueDate": APRIL}
    revised(base, 2, CHANGE, later, changes=[{"lineId": "2", "operation": "redate", "types": ["date"]}])
    base.later(60 * 24 * 3600)
    assert held(base) == {"NET"}
    planned(base, 2)
    assert operations(base, "VOICE") == [("disconnect", "scheduled", "2026-04-01")]
    base.later(40 * 24 * 3600)
    assert held(base) == {"NET", "VOICE"}


@pytest.mark.rule("D-10")
def test_a_day_that_comes_while_a_revision_is_declined_runs_after_it(base: Inventory) -> None:
    base.approve("O1", CHANGE, DATED)
    revised(base, 2, CHANGE, changes=[{"lineId": "2", "operation": "drop"}])
    base.later(60 * 24 * 3600)
    tell(base, "order.change-declined", version=2, state="in_progress")
    assert held(base) == {"NET", "VOICE"}
    assert "operation.started" in dict(base.said())


@pytest.mark.rule("SUS-12", "D-10")
def test_what_has_started_on_its_day_is_not_redated(base: Inventory) -> None:
    base.approve("O1", CHANGE, DATED)
    base.later(60 * 24 * 3600)
    later = {**DATED, "dueDate": APRIL}
    revised(base, 2, CHANGE, later, changes=[{"lineId": "2", "operation": "redate", "types": ["date"]}])
    [reason] = dict(base.said())["reservation.refused"]["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("SUS-12", "2")


# ------------------------------------------------------------------------------------------- canceled


@pytest.mark.rule("D-22", "D-01", "INV-18", "INV-19", "ORD-17")
@pytest.mark.parametrize("closed", [False, True], ids=["begun", "closed"])
def test_a_canceled_plan_leaves_everything_as_it_was(base: Inventory, closed: bool) -> None:
    before = shown(base)
    add = line("3", "add", specificationId="spec-TV", parentInstanceId="HOME")
    base.approve("O1", CHANGE, END, add)
    if closed:
        domain_order(base, "1", "NET", "change", characteristics={"speed": 200, "serial": "S"})
        domain_order(base, "2", "VOICE", "disconnect")
        domain_order(base, "3", "O1:3", "add")
    tell(base, "plan.canceled", version=2)
    assert shown(base) == {**before, "O1:3": ("inactive", None, {})}
    assert held(base) == set()
    assert base.said()[-1] == (
        "reservation.released",
        {"orderId": "O1", "accountId": "A", "version": 2, "reasons": []},
    )


@pytest.mark.rule("INV-20", "D-22")
@pytest.mark.parametrize(("action", "id"), [("suspend", "VOICE"), ("resume", "MOB")])
@pytest.mark.parametrize("closed", [False, True], ids=["begun", "closed"])
def test_a_canceled_suspend_or_resume_leaves_the_state_alone(
    base: Inventory, action: str, id: str, closed: bool
) -> None:
    before = shown(base)
    base.approve("O1", line("1", action, id))
    if closed:
        domain_order(base, "1", id, action, lineClosed=True)
        assert shown(base) != before
    tell(base, "plan.canceled", version=2)
    assert shown(base) == before


@pytest.mark.rule("MOV-08", "INV-15", "INV-16", "D-22")
@pytest.mark.parametrize("closed", [False, True], ids=["begun", "closed"])
def test_a_canceled_move_stays_where_it_was(base: Inventory, closed: bool) -> None:
    before = shown(base)
    ids = ("HOME", "NET", "VOICE")
    base.approve("O1", *(line(str(n), "change", id, move=True, location="L2") for n, id in enumerate(ids, 1)))
    assert states(base)["HOME"] == "change_pending"
    if closed:
        for n, id in enumerate(ids, 1):
            domain_order(base, str(n), f"O1~{n}", "add", side="provide")
            domain_order(base, str(n), id, "change", side="cease")
        assert states(base)["HOME"] == "inactive"
    tell(base, "plan.canceled", version=2)
    assert {id: one for id, one in shown(base).items() if id in before} == before
    assert [base.page(f"O1~{n}")["state"] for n in (1, 2, 3)] == ["inactive"] * 3


@pytest.mark.rule("ORD-17", "INF-02")
def test_every_canceled_plan_is_answered_also_before_anything_was_reserved(base: Inventory) -> None:
    before = shown(base)
    tell(base, "plan.canceled", version=2)
    assert base.said()[-1][0] == "reservation.released"
    base.approve("O1", CHANGE)
    assert shown(base) == before
    assert [name for name, _ in base.said()].count("reservation.accepted") == 0
