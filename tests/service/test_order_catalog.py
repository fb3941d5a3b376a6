"""Order answers for the catalog: a version never changes, and what is wrong is named with its place."""

from __future__ import annotations

from typing import Any

from schemas.registry import full
from schemas.topics import ORDER_EVENTS
from tests.service.test_order import Shop


def entry(shop: Shop, id: str) -> Any:
    return shop.world.state("order", "specification", id)


def task(name: str, *after: str) -> dict[str, Any]:
    return {"name": name, "kind": "provision", "after": list(after)}


def test_an_entry_is_kept_in_each_of_its_versions() -> None:
    here = Shop().sells("net").sells("net", "2")
    assert list(entry(here, "net").versions) == ["1", "2"]


def test_the_same_version_with_the_same_content_changes_nothing() -> None:
    here = Shop().sells("net", characteristics=[{"name": "speed", "type": "number"}])
    before = here.world.readers["order"].store.head()
    here.sells("net", characteristics=[{"name": "speed", "type": "number", "required": False}])
    assert len(entry(here, "net").versions) == 1
    assert here.world.readers["order"].store.head() - before <= 1


def test_a_version_with_other_content_is_refused_and_the_old_one_stays() -> None:
    here = Shop().sells("net").sells("net", transient=True)
    [reason] = here.refusal()
    assert (reason["rule"], reason["field"]) == ("CHG-05", "version")
    assert "publish this content under a new version" in reason["message"]
    assert not entry(here, "net").latest.transient


def test_a_target_that_is_not_published_yet_is_accepted() -> None:
    here = Shop().sells("home", relationships=[{"type": "bundles", "target": "net"}])
    assert list(entry(here, "home").versions) == ["1"]


def test_a_cycle_through_entries_heard_before_is_refused_naming_its_place() -> None:
    here = (
        Shop()
        .sells("a", relationships=[{"type": "bundles", "target": "b"}])
        .sells("b", relationships=[{"type": "bundles", "target": "c"}])
        .sells("c", relationships=[{"type": "bundles", "target": "a"}])
    )
    [reason] = here.refusal()
    assert reason["field"].startswith("relationships")
    assert not entry(here, "c").versions


def test_a_plan_whose_after_names_nothing_is_refused_naming_its_place() -> None:
    here = Shop().sells("net", plans=[{"actions": ["add"], "tasks": [task("b", "a")]}])
    [reason] = here.refusal()
    assert reason["field"].startswith("plans.0.tasks.0.after")
    assert not entry(here, "net").versions


def test_every_problem_of_an_entry_is_named() -> None:
    here = Shop().sells(
        "net",
        plans=[{"actions": ["add"], "tasks": [task("b", "a")]}],
        relationships=[{"type": "bundles", "target": "net"}],
    )
    assert len(here.refusal()) >= 2


def test_a_catalog_refusal_has_no_account_and_is_keyed_by_the_specification() -> None:
    here = Shop().sells("net", plans=[{"actions": ["add"], "tasks": [task("b", "a")]}])
    [message] = [m for m, _ in here.world.messages(ORDER_EVENTS) if m.type == full("command.refused")]
    assert message.account is None


def test_a_retired_entry_takes_no_new_adds_but_what_is_owned_stays() -> None:
    here = Shop().sells("line").owns("P-1").asks("specification.retire", {"specificationId": "line"})
    here.places(lines=[{"lineId": "1", "action": "add", "specificationId": "line"}])
    assert here.order["state"] == "rejected"
    assert "is retired" in here.order["reasons"][0]["message"]
    here.places("O-2", action="change", selection=["P-1"])
    assert here.page("order", "O-2")["state"] == "new"


def test_what_was_never_published_cannot_be_retired() -> None:
    here = Shop().asks("specification.retire", {"specificationId": "net"})
    assert here.refusal()[0]["field"] == "specificationId"
    here.sells("net").asks("specification.retire", {"specificationId": "net", "version": "7"})
    assert here.refusal()[0]["message"] == "net has no version 7: name one of 1, or leave it out for all"


def test_to_retire_again_changes_nothing() -> None:
    here = Shop().sells("net")
    for _ in range(2):
        here.asks("specification.retire", {"specificationId": "net"})
    assert entry(here, "net").offered is None
