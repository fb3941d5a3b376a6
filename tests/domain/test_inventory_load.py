"""Loading the installed base: once, again, and never over what an order did."""

from __future__ import annotations

import pytest

from services.inventory.domain import load as loading
from services.inventory.domain.instance_events import (
    ChildAdded,
    InstanceLoaded,
    InstanceReloaded,
    InstanceRerooted,
    InstanceStateReloaded,
)
from services.inventory.domain.record import Changed, Record
from services.inventory.domain.words import INSTANCE, Append
from tests.inventory import Base, line, order, record


def refused(base: Base, one: Record) -> list[str]:
    return [reason.rule for reason in loading.reasons(one, base.find)]


def test_a_record_is_loaded_under_its_parent_and_knows_its_root() -> None:
    base = Base(record("P"), record("C", "P"))
    grandchild = record("G", "C", state="suspended")
    assert base.load(grandchild) == (
        Append(INSTANCE, "G", InstanceLoaded(record=record("G", "C", state="suspended", root_id="P"))),
        Append(INSTANCE, "C", ChildAdded(instance_id="G")),
    )


def test_the_same_record_again_is_nothing_also_while_an_order_holds_the_parent() -> None:
    base = Base(record("P"), record("C", "P"))
    assert base.load(record("C", "P")) == ()
    assert loading.unchanged(record("C", "P"), base.find)
    assert not loading.unchanged(record("C", "P", location="L"), base.find)


def test_other_facts_are_loaded_over_the_old_ones() -> None:
    base = Base(record("P", characteristics={"a": 1, "b": 1}))
    again = record("P", characteristics={"a": 2, "c": 1}, state="suspended")
    assert base.load(again) == (
        Append(
            INSTANCE,
            "P",
            InstanceReloaded(
                record=record("P", characteristics={"a": 2, "c": 1}),
                changes=(
                    Changed(name="a", value=2, previous=1),
                    Changed(name="b", value=None, previous=1),
                    Changed(name="c", value=1, previous=None),
                ),
            ),
        ),
        Append(INSTANCE, "P", InstanceStateReloaded(state="suspended", previous="active")),
    )
    assert base.shown()["P"] == again


def test_what_is_loaded_under_another_parent_takes_its_tree_along() -> None:
    base = Base(record("P"), record("Q"), record("C", "P"), record("G", "C"))
    appends = base.load(record("C", "Q"))
    assert appends[1:] == (
        Append(INSTANCE, "Q", ChildAdded(instance_id="C")),
        Append(INSTANCE, "G", InstanceRerooted(root_id="Q")),
    )
    assert {id: one.root_id for id, one in base.shown().items()} == {"P": "P", "Q": "Q", "C": "Q", "G": "Q"}


def test_an_unknown_parent_and_another_accounts_parent_are_refused_alike() -> None:
    base = Base(record("Z", account_id="B"))
    assert refused(base, record("C", "nobody")) == ["REF-01"]
    assert refused(base, record("C", "Z")) == ["REF-01"]


@pytest.mark.parametrize("parent", ["P", "C", "G"])
def test_a_cycle_is_refused(parent: str) -> None:
    base = Base(record("P"), record("C", "P"), record("G", "C"))
    assert refused(base, record("P", parent)) == ["REF-02"]


def test_a_record_that_an_order_has_changed_since_is_refused() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "suspend", "P")))
    assert refused(base, record("P", location="L")) == ["REF-03"]
    base.complete("O1", "1")
    assert refused(base, record("P")) == ["REF-03"]


def test_a_record_that_a_canceled_order_left_as_it_was_may_be_loaded_again() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "suspend", "P")))
    base.cancel("O1")
    assert refused(base, record("P", location="L")) == []


def test_an_id_of_another_account_or_kind_is_refused() -> None:
    base = Base(record("P"))
    assert refused(base, record("P", account_id="B")) == ["REF-04"]
    assert refused(base, record("P", kind="service")) == ["REF-04"]


@pytest.mark.rule("D-23")
def test_nothing_is_loaded_under_a_parent_that_an_order_holds() -> None:
    base = Base(record("P"))
    base.accepted(order("O1", line("1", "disconnect", "P")))
    assert refused(base, record("C", "P")) == ["D-23"]
