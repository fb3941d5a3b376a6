"""What a return replaces: the new instance stands where the old one stood (D-12, 7.4)."""

from __future__ import annotations

from typing import Any

import pytest

from services.inventory.domain.approved import Approved
from tests.inventory import Base, line, order, record

NEW = "R-1:2"
OLD = record(
    "P",
    "H",
    root_id="H",
    location="L1",
    specification_id="router",
    specification_version="1",
    offering_id="offer",
    name="hallway",
    quantity=1,
    external_id="EXT",
    characteristics={"model": "x", "colour": "red"},
)


@pytest.fixture
def base() -> Base:
    """A home with a router of version 1; version 2, which is offered now, has no colours."""
    base = Base(record("H", specification_id="home"), OLD)
    base.hear("router", "1", characteristics=[_named("model"), _named("colour")])
    base.hear("router", "2", characteristics=[_named("model"), {**_named("wifi"), "default": 6}])
    return base


def _named(name: str) -> dict[str, object]:
    return {"name": name, "type": "string"}


def replacement(**facts: Any) -> Approved:
    old = line("1", "disconnect", "P", return_="replace")
    at: dict[str, Any] = {
        "specification_id": "router",
        "specification_version": "2",
        "parent_instance_id": "H",
    }
    return order("R-1", old, line("2", "add", return_="replace", replaces="P", **{**at, **facts}))


@pytest.mark.rule("D-12")
def test_a_replacement_has_the_place_the_name_and_the_values_of_the_old_one(base: Base) -> None:
    base.accepted(replacement())
    new = base.shown()[NEW]
    assert (new.parent_id, new.root_id, new.location) == ("H", "H", "L1")
    assert (new.name, new.offering_id, new.quantity) == ("hallway", "offer", 1)
    assert (new.state, base.words()["P"]) == ("installation_pending", "inactivation_pending")
    assert new.external_id is None, "it goes over when the two land"


@pytest.mark.rule("D-12", "CHG-05")
def test_values_that_the_version_offered_now_does_not_have_are_left_behind(base: Base) -> None:
    accepted = base.accepted(replacement())
    new = next(one for one in accepted.tree if one.instance_id == NEW)
    assert new.characteristics == {"model": "x"}


@pytest.mark.rule("D-12")
def test_the_two_are_a_pair_without_being_a_move(base: Base) -> None:
    accepted = base.accepted(replacement())
    tree = {one.instance_id: one for one in accepted.tree}
    assert {id: (one.pair_id, one.side) for id, one in tree.items()} == {
        "P": (NEW, None),
        NEW: ("P", None),
    }
    assert [one.return_ for one in accepted.lines] == ["replace", "replace"]


@pytest.mark.rule("D-12")
def test_the_external_id_goes_over_when_the_two_land(base: Base) -> None:
    base.accepted(replacement())
    base.close("R-1", "2", NEW, "add", characteristics={"model": "x"})
    base.close("R-1", "1", "P", "disconnect")
    assert base.shown()["P"].external_id == "EXT"
    base.complete("R-1", "1", "2")
    old, new = base.shown()["P"], base.shown()[NEW]
    assert (old.state, old.external_id) == ("inactive", None)
    assert (new.state, new.external_id, new.characteristics) == ("active", "EXT", {"model": "x"})


@pytest.mark.rule("D-12", "D-22")
def test_a_replacement_that_is_canceled_leaves_the_old_one_as_it_was(base: Base) -> None:
    base.accepted(replacement())
    base.close("R-1", "2", NEW, "add")
    base.cancel("R-1")
    assert base.shown()["P"] == OLD
    assert base.words()[NEW] == "inactive"


@pytest.mark.rule("CHG-15", "D-12")
def test_what_the_new_one_needs_and_the_old_one_has_not_refuses(base: Base) -> None:
    base.hear("router", "3", characteristics=[_named("model"), {**_named("band"), "required": True}])
    assert base.refused(replacement(specification_version="3")) == [("CHG-15", "2")]


@pytest.mark.rule("D-12", "D-07")
def test_what_rests_is_not_replaced_by_something_that_works() -> None:
    resting = Base(record("P", state="suspended", specification_id="router"))
    assert resting.refused(replacement(parent_instance_id=None)) == [("D-07", "1")]


@pytest.mark.rule("D-12")
def test_an_add_that_replaces_what_its_order_does_not_end_stands_beside_it_as_it_is(base: Base) -> None:
    new = line("2", "add", specification_id="router", parent_instance_id="H", replaces="P")
    accepted = base.accepted(order("R-1", new))
    [one] = accepted.tree
    assert (one.pair_id, one.characteristics, one.location) == (None, dict(OLD.characteristics), "L1")
    assert base.words()["P"] == "active"
