"""From the closing of domain orders to the end of a reservation: flips, values, and everything as it was."""

from __future__ import annotations

from typing import Any

import pytest

from services.inventory.domain.instance_events import (
    ChildAdded,
    ChildEnded,
    InstanceFlipped,
    InstanceFreed,
    InstanceLanded,
    InstanceMade,
    InstanceReleased,
)
from services.inventory.domain.record import Changed, Coming, Record
from services.inventory.domain.reservation import (
    ReservationExtended,
    ReservationFulfilled,
    ReservationReleased,
)
from services.inventory.domain.words import INSTANCE, RESERVATION, Append, Reason
from tests.inventory import Base, events, line, order, record


def tree(**facts: Any) -> Base:
    """A product with a service on a resource."""
    return Base(
        record("P", location="L1", external_id="X", **facts),
        record("S", "P", kind="service", specification_version="1"),
        record("M", "S", kind="resource"),
    )


# ------------------------------------------------------------------------------------------ flips


@pytest.mark.rule("INV-05", "INV-06", "CHG-04", "CHG-05")
def test_a_change_flips_when_its_domain_order_closes_and_lands_when_its_part_does() -> None:
    base = Base(record("P", characteristics={"speed": 1, "old": True, "same": 0}, specification_version="1"))
    base.accepted(
        order(
            "O1",
            line(
                "1",
                "change",
                "P",
                specification_id="fibre",
                specification_version="2",
                characteristics={"speed": 2, "old": None},
            ),
        )
    )
    closing = {"speed": 2, "same": 0, "port": "7/1"}
    assert base.close("O1", "1", "P", "change", characteristics=closing) == (
        Append(
            INSTANCE,
            "P",
            InstanceFlipped(
                order_id="O1",
                version=1,
                state="active",
                previous="change_pending",
                values={"port": "7/1"},
            ),
        ),
    )
    shown = base.shown()["P"]
    assert (shown.state, shown.characteristics["speed"], shown.specification_id) == ("active", 1, "spec-P")
    assert base.complete("O1", "1") == (
        Append(
            INSTANCE,
            "P",
            InstanceLanded(
                order_id="O1",
                version=1,
                changes=(
                    Changed(name="speed", value=2, previous=1),
                    Changed(name="old", value=None, previous=True),
                    Changed(name="port", value="7/1", previous=None),
                ),
                record=record(
                    "P",
                    specification_id="fibre",
                    specification_version="2",
                    characteristics={"speed": 2, "same": 0, "port": "7/1"},
                ),
            ),
        ),
        Append(RESERVATION, "O1", ReservationFulfilled(version=1, line_ids=("1",), last=True)),
    )
    assert base.find("P").held is None


def test_where_nothing_changed_the_instance_is_only_freed() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "change", "P")))
    base.close("O1", "1", "P", "change")
    assert events(base.complete("O1", "1"), "P") == [InstanceFreed(order_id="O1", version=1)]


@pytest.mark.rule("INV-02", "INV-03")
def test_an_add_is_active_before_its_values_are_shown() -> None:
    base = Base()
    base.accepted(order("O1", line("1", "add", specification_id="s", characteristics={"a": 1})))
    base.close("O1", "1", "O1:1", "add", characteristics={"a": 1, "b": 2})
    assert (base.shown()["O1:1"].state, base.shown()["O1:1"].characteristics) == ("active", {})
    base.complete("O1", "1")
    assert base.shown()["O1:1"].characteristics == {"a": 1, "b": 2}


@pytest.mark.rule("INV-17")
def test_a_transient_product_is_never_active() -> None:
    base = Base(record("P"))
    asked = line("1", "add", specification_id="visit", parent_instance_id="P", transient=True)
    base.accepted(order("O1", asked))
    flipped, noted = base.close("O1", "1", "O1:1", "add")
    assert flipped.event.state == "inactive"
    assert noted == Append(INSTANCE, "P", ChildEnded(instance_id="O1:1"))
    base.complete("O1", "1")
    assert base.words() == {"P": "active", "O1:1": "inactive"}


@pytest.mark.rule("INV-17")
def test_what_is_made_for_a_transient_product_ends_like_it() -> None:
    base = Base()
    base.accepted(order("O1", line("1", "add", specification_id="visit", transient=True)))
    base.close("O1", "1", "O1.2", "add", new_instance=True, kind="service", parent_instance_id="O1:1")
    base.close("O1", "1", "O1:1", "add")
    assert base.words() == {"O1:1": "inactive", "O1.2": "inactive"}


@pytest.mark.rule("INV-07", "D-01", "DIS-03", "INV-08", "DIS-08")
def test_a_disconnect_ends_each_instance_when_its_own_domain_order_closes() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "disconnect", "P")))
    assert set(base.words().values()) == {"inactivation_pending"}
    base.close("O1", "1", "M", "disconnect", characteristics={"x": 1})
    assert base.words() == {"P": "inactivation_pending", "S": "inactivation_pending", "M": "inactive"}
    base.close("O1", "1", "S", "disconnect")
    base.close("O1", "1", "P", "disconnect")
    base.complete("O1", "1")
    assert set(base.words().values()) == {"inactive"}
    assert base.shown()["M"].characteristics == {}


@pytest.mark.rule("INV-09", "INV-10", "INV-20", "SUS-17", "SUS-18")
def test_suspend_and_resume_flip_everything_when_the_whole_line_has_closed() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "suspend", "P")))
    assert base.close("O1", "1", "M", "suspend") == ()
    assert base.close("O1", "1", "S", "suspend") == ()
    assert set(base.words().values()) == {"active"}
    base.close("O1", "1", "P", "suspend", line_closed=True)
    assert set(base.words().values()) == {"suspended"}
    base.complete("O1", "1")
    base.accepted(order("O2", line("1", "resume", "P")))
    base.close("O2", "1", None, "resume", line_closed=True)
    assert set(base.words().values()) == {"active"}


def test_a_change_does_not_resume_what_is_suspended_below_it() -> None:
    base = Base(record("P"), record("S", "P", kind="service", state="suspended"))
    base.accepted(order("O1", line("1", "change", "P")))
    base.close("O1", "1", "S", "change")
    assert base.words()["S"] == "suspended"


@pytest.mark.rule("CHG-05")
def test_a_service_below_lands_the_version_its_domain_order_was_made_by() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "change", "P")))
    base.close("O1", "1", "S", "change", specification_version="2")
    base.complete("O1")
    assert base.shown()["S"].specification_version == "2"


@pytest.mark.rule("DEC-07")
def test_what_the_catalog_no_longer_needs_ends_though_it_was_held_for_a_change() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "change", "P")))
    base.close("O1", "1", "M", "disconnect")
    base.complete("O1", "1")
    assert base.words() == {"P": "active", "S": "active", "M": "inactive"}


@pytest.mark.rule("DEC-07")
def test_what_is_no_longer_needed_outside_the_tree_is_held_on_hearing() -> None:
    base = Base(record("P"), record("S", kind="service"))
    base.accepted(order("O1", line("1", "change", "P")))
    base.progress("O1", "1", "S", "disconnect")
    assert base.words()["S"] == "inactivation_pending"
    assert base.refused(order("O2", line("1", "change", "S"))) == [("D-07", "1"), ("CHG-16", "1")]
    base.close("O1", "1", "S", "disconnect")
    base.complete("O1", "1")
    assert base.words() == {"P": "active", "S": "inactive"}


@pytest.mark.rule("DEC-06", "INV-01")
def test_what_the_plan_newly_needs_is_made_under_the_parent_it_names() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "change", "P")))
    first = base.progress(
        "O1",
        "1",
        "O1.4",
        "add",
        new_instance=True,
        kind="resource",
        specification_id="modem",
        parent_instance_id="S",
        characteristics={"model": "Z"},
        location="L1",
    )
    assert first == (
        Append(
            INSTANCE,
            "O1.4",
            InstanceMade(
                record=Record(
                    instance_id="O1.4",
                    account_id="A",
                    kind="resource",
                    specification_id="modem",
                    parent_id="S",
                    root_id="P",
                    state="installation_pending",
                    location="L1",
                ),
                order_id="O1",
                version=1,
                line_id="1",
                coming=Coming(values={"model": "Z"}),
            ),
        ),
        Append(RESERVATION, "O1", ReservationExtended(line_id="1", instance_id="O1.4")),
    )
    again = base.progress("O1", "1", "O1.4", "add", new_instance=True, parent_instance_id="S")
    assert again == ()
    base.close("O1", "1", "O1.4", "add", new_instance=True, characteristics={"model": "Z", "serial": "9"})
    base.complete("O1", "1")
    assert base.shown()["O1.4"].characteristics == {"model": "Z", "serial": "9"}
    assert base.words()["O1.4"] == "active"


def test_a_new_instance_first_heard_of_as_closed_is_made_and_flipped() -> None:
    base = Base(record("P"), record("Q"))
    base.accepted(order("O1", line("1", "change", "P")))
    appends = base.close("O1", "1", "O1.2", "add", new_instance=True, parent_instance_id="Q")
    assert base.words()["O1.2"] == "active"
    assert events(appends, "Q") == [ChildAdded(instance_id="O1.2")]


def test_composed_instances_go_along_with_the_domain_order_that_names_them() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "disconnect", "P")))
    base.close("O1", "1", "S", "disconnect", composed_of=("M", "nobody"))
    assert base.words() == {"P": "inactivation_pending", "S": "inactive", "M": "inactive"}


def test_what_no_domain_order_closed_flips_with_its_part() -> None:
    base = tree()
    base.accepted(order("O1", line("1", "disconnect", "P")))
    base.complete("O1", "1")
    assert set(base.words().values()) == {"inactive"}


def test_closing_twice_and_progress_after_the_end_are_nothing() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "change", "P")))
    base.close("O1", "1", "P", "change")
    assert base.close("O1", "1", "P", "change") == ()
    base.complete("O1", "1")
    assert base.complete("O1", "1") == ()
    assert base.close("O1", "1", "P", "change") == ()
    assert base.cancel("O1") == ()
    assert base.progress("O9", "1", "P", "disconnect") == ()


# ------------------------------------------------------------------------------------------- parts


def test_a_part_frees_its_own_lines_and_only_the_last_part_ends_the_reservation() -> None:
    base = Base(record("P"), record("Q"))
    base.accepted(order("O1", line("1", "change", "P"), line("2", "change", "Q")))
    base.close("O1", "1", "P", "change")
    assert base.complete("O1", "1", last=False)[-1].event == ReservationFulfilled(
        version=1, line_ids=("1",), last=False
    )
    base.accepted(order("O2", line("1", "change", "P")))
    assert base.refused(order("O3", line("1", "change", "Q"))) == [("D-07", "1"), ("CHG-16", "1")]
    assert base.complete("O1", "1", last=False) == ()
    assert base.complete("O1")[-1].event == ReservationFulfilled(version=1, line_ids=("2",), last=True)
    assert base.find("P").held.order_id == "O2"


# ------------------------------------------------------------------------------------------- moves


@pytest.mark.rule("INV-13", "INV-14", "MOV-08", "D-05")
def test_a_landed_move_leaves_the_old_side_ended_and_the_external_id_with_the_new_one() -> None:
    base = tree(characteristics={"a": 1}, name="N")
    base.accepted(order("O1", line("1", "change", "P", move=True, location="L2", characteristics={"a": 2})))
    for ended, made in (("P", "O1~1"), ("S", "O1~2"), ("M", "O1~3")):
        base.close("O1", "1", made, "add", side="provide")
        base.close("O1", "1", ended, "change", side="cease", characteristics={"z": 1})
    assert base.words() == {
        "P": "inactive",
        "S": "inactive",
        "M": "inactive",
        "O1~1": "active",
        "O1~2": "active",
        "O1~3": "active",
    }
    assert base.shown()["P"].external_id == "X"
    base.complete("O1", "1")
    old, new = base.shown()["P"], base.shown()["O1~1"]
    assert (old.location, old.external_id, old.characteristics) == ("L1", None, {"a": 1})
    assert (new.location, new.external_id, new.characteristics, new.name) == ("L2", "X", {"a": 2}, "N")
    assert base.find("P").held is None


# ----------------------------------------------------------------------------- everything as it was


@pytest.mark.rule("D-01", "D-22", "INV-15", "INV-16", "INV-18", "INV-19", "INV-20")
@pytest.mark.parametrize("closed", [False, True], ids=["before", "after its domain orders closed"])
@pytest.mark.parametrize("action", ["change", "move", "disconnect", "suspend", "resume", "add"])
def test_a_canceled_plan_leaves_everything_as_it_was(action: str, closed: bool) -> None:
    state = "suspended" if action == "resume" else "active"
    base = tree(state=state, characteristics={"a": 1})
    before = base.shown()
    match action:
        case "move":
            asked = line("1", "change", "P", move=True, location="L2")
        case "add":
            asked = line("1", "add", parent_instance_id="P", specification_id="s")
        case _:
            asked = line("1", action, "P", specification_id="other", characteristics={"a": 2})
    accepted = base.accepted(order("O1", asked))
    base.progress("O1", "1", "O1.9", "add", new_instance=True, parent_instance_id="P")
    for one in accepted.tree if closed else ():
        base.close("O1", "1", one.instance_id, one.action, line_closed=True, characteristics={"a": 2})
    base.cancel("O1")
    now = base.shown()
    assert {id: now.pop(id) for id in before} == before
    assert {one.state for one in now.values()} == {"inactive"}
    assert not any(one.held for one in base.instances())
    base.accepted(order("O2", line("1", "resume" if action == "resume" else "change", "P")))


def test_released_is_said_once_with_the_reasons_of_the_plan() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "disconnect", "P")))
    why = Reason(rule="LIM-01", message="too large")
    assert base.cancel("O1", why) == (
        Append(
            INSTANCE,
            "P",
            InstanceReleased(order_id="O1", version=1, state="active", previous="inactivation_pending"),
        ),
        Append(RESERVATION, "O1", ReservationReleased(version=1, reasons=(why,))),
    )
    assert base.cancel("O1", why) == ()
    assert base.close("O1", "1", "P", "disconnect") == ()


def test_a_canceled_plan_is_answered_also_when_nothing_was_reserved() -> None:
    assert Base().cancel("O1") == (Append(RESERVATION, "O1", ReservationReleased(version=1)),)


def test_the_end_of_what_an_order_had_made_is_noted_in_a_parent_that_it_does_not_hold() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "add", parent_instance_id="P", specification_id="s")))
    assert events(base.cancel("O1"), "P") == [ChildEnded(instance_id="O1:1")]
