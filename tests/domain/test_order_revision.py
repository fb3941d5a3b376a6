"""From the lines as they should be to what differs, judged as if the order were placed like that."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any, get_args

import pytest

from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.revising import Revised, differences, revise
from services.order.domain.revision import IDENTITY, TYPES, case_of, edited, public
from services.order.domain.words import ChangeType
from services.order.domain.writing import write_out
from tests.domain.order_known import NOW, Heard, add, bundles, home, line

ANYTHING: dict[str, Any] = {
    "instance_id": "P-1",
    "specification_id": "line",
    "specification_version": "1",
    "parent_line_id": "1",
    "parent_instance_id": "P-2",
}


def under_way(known: Heard, *lines: Line, **more: Any) -> Order:
    """An order in progress with these lines, written out."""
    order = Order(
        account_id="ACC-1",
        stage="in_progress",
        version=1,
        approval=1,
        category="product",
        action=None,
        lines=lines,
        **more,
    )
    return replace(order, lines=write_out(order.request(lines), known).lines)


def asked(order: Order, known: Heard, *lines: Line) -> Revised:
    return revise(case_of("O-1", order, order.request(order.lines), lines, known))


def rules(order: Order, known: Heard, *lines: Line) -> list[tuple[str | None, str]]:
    return [(reason.line_id, reason.rule) for reason in asked(order, known, *lines).reasons]


@pytest.mark.rule("INF-03")
def test_whatever_can_be_written_of_a_line_is_its_own_or_a_kind_of_change() -> None:
    ours = {"line_id", "kind", "transient", "return_", "replaces", "quantity_before", "copy_of"}
    assert {one.name for one in fields(Line)} == {*TYPES, *IDENTITY, *ours}
    assert set(TYPES.values()) == set(get_args(ChangeType))
    assert public("specification_id") == "specificationId"


@pytest.mark.rule("INF-03", "INF-04")
def test_what_differs_says_what_kind_of_change_it_is() -> None:
    known = home()
    one = under_way(
        known, line("1", "change", "NET", characteristics={"a": 1, "b": 2}), line("2", "disconnect", "TV")
    )
    held = one.lines
    other = replace(held[0], characteristics={"b": 3}, offering_id="gold", quantity=2, location="X")
    [change] = differences(held, (other, held[1]))
    assert (change.operation, change.characteristics) == ("change", ("a", "b"))
    assert set(change.types) == {"characteristic", "offering", "quantity", "location"}
    [date] = differences(held, (held[0], replace(held[1], due_date=NOW)))
    assert (date.operation, date.types) == ("redate", ("date",))
    assert differences(held, held) == ()


@pytest.mark.rule("INF-04")
def test_what_a_line_leaves_out_stays_as_it_is() -> None:
    known = home()
    order = under_way(known, line("1", "change", "NET", characteristics={"speed": 5}, offering_id="gold"))
    found = asked(order, known, line("1", "change", "NET", offering_id="silver"))
    assert found.reasons == ()
    assert found.lines == (replace(order.lines[0], offering_id="silver"),)
    assert edited(line("1", "change", "NET", offering_id="silver"), order.lines[0]) == ["offering_id"]


def test_a_line_keeps_the_version_that_it_was_ordered_by() -> None:
    known = home()
    order = under_way(known, line("1", "change", "NET", characteristics={"speed": 5}))
    known.sells("internet", "2", relationships=[bundles("router", mandatory=True)])
    found = asked(order, known, line("1", "change", "NET", characteristics={"speed": 6}))
    assert [one.specification_version for one in found.lines] == ["1"]


def test_what_the_order_has_made_or_ended_is_not_held_against_it() -> None:
    known = home().sells("home", "2", relationships=[{**bundles("tv"), "max": 2}])
    known.instances["HOME"].specification_version = "2"
    tv = add("1", "tv", parent_instance_id="HOME")
    order = under_way(known, tv, line("2", "disconnect", "VOICE"))
    known.owns("O-1:1", "tv", "HOME")
    known.instances["VOICE"].ended = True
    same = (line("1", "add", specification_id="tv"), line("2", "disconnect", "VOICE"))
    assert rules(order, known, *same) == []
    assert rules(order, known, *same, add("3", "tv", parent_instance_id="HOME")) != []


def test_what_is_broken_already_is_not_held_against_a_revision() -> None:
    known = home()
    order = under_way(known, line("1", "change", "NET", characteristics={"speed": 5}))
    known.instances["NET"].account_id = "ACC-2"
    assert rules(order, known, line("1", "change", "NET", characteristics={"speed": 6})) == []
    assert ("2", "ACT-06") in rules(order, known, line("1", "change", "NET"), line("2", "change", "NOWHERE"))


@pytest.mark.rule("ACT-13", "INF-04")
def test_a_part_that_its_product_cannot_be_without_is_not_dropped_alone() -> None:
    known = home()
    order = under_way(known, add("1", "internet", parent_instance_id="HOME"))
    assert [one.line_id for one in order.lines] == ["1", "2"]
    assert rules(order, known, add("1", "internet")) == [("2", "ACT-13")]


def message(order: Order, known: Heard, *lines: Line) -> str:
    return asked(order, known, *lines).reasons[0].message


@pytest.mark.rule("CHG-07", "INF-04")
def test_of_lines_that_a_value_asked_for_as_many_stay_as_it_asks_for_now() -> None:
    counted = bundles("seat", quantityCharacteristic="seats", max=9)
    item = {"name": "seats", "type": "number"}
    known = Heard().sells("office", characteristics=[item], relationships=[counted]).owns("OFFICE", "office")
    order = under_way(known, line("1", "change", "OFFICE", characteristics={"seats": 3}))
    fewer = line("1", "change", "OFFICE", characteristics={"seats": 1})
    assert rules(order, known, fewer) == [(id, "CHG-07") for id in ("2", "3", "4")]
    assert "write 1 of the lines 2, 3, 4" in message(order, known, fewer)
    assert rules(order, known, fewer, line("3", "add")) == []


@pytest.mark.rule("CHG-09", "INF-04")
def test_a_quantity_that_was_written_out_is_revised_line_by_line() -> None:
    known = home()
    order = under_way(known, add("1", "tv", quantity=3))
    assert rules(order, known, line("1", "add", quantity=2)) == [("1.2", "CHG-09"), ("1.3", "CHG-09")]
    assert "leave 'quantity' out of line 1" in message(order, known, line("1", "add", quantity=2))
    assert rules(order, known, line("1", "add"), line("1.2", "add")) == []


@pytest.mark.rule("ACT-13")
def test_of_what_is_written_again_instead_of_a_dropped_part_nothing_is_said() -> None:
    needed = {"name": "serial", "type": "string", "required": True}
    known = home().sells("router", characteristics=[needed])
    router = line("2", "add", specification_id="router", parent_line_id="1", characteristics={"serial": "7"})
    order = under_way(known, add("1", "internet", parent_instance_id="HOME"), router)
    assert rules(order, known, add("1", "internet")) == [("2", "ACT-13")]


@pytest.mark.rule("INF-04")
def test_lines_that_we_write_never_have_the_id_of_one_that_was_dropped() -> None:
    known = home()
    order = under_way(known, line("1", "change", "NET"), line("2", "disconnect", "TV"))
    order.dropped = frozenset({"2"})
    new = add("new", "internet", parent_instance_id="HOME")
    found = asked(order, known, line("1", "change", "NET"), new)
    assert [one.line_id for one in found.lines] == ["1", "new", "3"]
    assert found.lines[2].parent_line_id == "new"
    assert rules(order, known, line("1", "change", "NET"), line("2", "change", "VOICE")) == [("2", "INF-04")]


def test_a_quantity_that_rises_adds_lines() -> None:
    known = home()
    order = under_way(known, add("1", "mobile"))
    found = asked(order, known, add("1", "mobile", quantity=3))
    assert [(one.line_id, one.quantity) for one in found.lines] == [("1", 1), ("1.2", 1), ("1.3", 1)]
    changes = {one.line_id: one.operation for one in differences(order.lines, found.lines)}
    assert {changes["1.2"], changes["1.3"]} == {"add"}


@pytest.mark.rule("SUS-08", "D-10")
def test_what_is_below_a_dated_line_goes_with_it() -> None:
    known = home()
    day = NOW + timedelta(days=9)
    both = (line("1", "disconnect", "TV", due_date=day), line("2", "disconnect", "VOICE", due_date=day))
    order = under_way(known, *both)
    later = replace(both[0], due_date=day + timedelta(days=1))
    assert [one.due_date for one in asked(order, known, later, both[1]).lines] == [later.due_date, day]
    top = tuple(line(str(n), "suspend", id, due_date=day) for n, id in enumerate(("NET", "ROUTER"), 1))
    order = under_way(known, *top)
    moved = replace(top[0], due_date=later.due_date)
    assert {one.due_date for one in asked(order, known, moved, top[1]).lines} == {later.due_date}
    alone = replace(top[1], due_date=later.due_date)
    assert rules(order, known, top[0], alone) == [("2", "SUS-08")]
