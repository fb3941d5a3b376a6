"""SUS-14: an instance is ordered for by the id that another system gave it."""

from __future__ import annotations

from typing import Any

import pytest

from services.order.handlers import ELSEWHERE, by_external_id
from tests.scenarios import Sent, ask, line, place
from tests.service.test_schedules import page, standing, state
from tests.world import World

BOTH = [line("1", "change", instanceId="EXT-1", characteristics={"number": "4711"})]


def loaded(id: str, external: str | None, **more: Any) -> Sent:
    data = {
        "instanceId": id,
        "accountId": "ACME",
        "kind": "product",
        "specificationId": "mobile-4g",
        "state": "active",
        "location": "SITE-1",
        **({"externalId": external} if external else {}),
        **more,
    }
    return "instance.load", data


def rows(world: World, id: str) -> list[str]:
    key = ELSEWHERE, by_external_id("ACME", id)
    return world.readers["order"].store.rows([key]).get(key, [])


@pytest.mark.rule("SUS-14")
@pytest.mark.parametrize("action", ["suspend", "disconnect", "no_change"])
def test_a_selection_names_an_instance_by_its_external_id(action: str) -> None:
    world = standing((place("O1", action, "EXT-1"),))
    found = page(world, "order", "O1")
    assert (found["state"], found["lines"][0]["instanceId"]) == ("completed", "MOB")


@pytest.mark.rule("SUS-14")
def test_a_line_and_its_parent_are_named_by_external_ids() -> None:
    pass_ = line("2", "add", specificationId="day-pass", parentInstanceId="EXT-1")
    world = standing((place("O1", None, lines=[*BOTH, pass_]),))
    assert page(world, "order", "O1")["state"] == "completed"
    assert page(world, "instance", "MOB")["characteristics"] == {"number": "4711"}
    assert page(world, "instance", "O1:2")["parentId"] == "MOB"


@pytest.mark.rule("SUS-14")
def test_a_revised_draft_names_it_so_as_well() -> None:
    draft = place("O1", "suspend", "HOME", draft=True, approve=False)
    world = standing((draft,), (ask("revise", "O1", lines=BOTH),))
    assert [one["instanceId"] for one in page(world, "order", "O1")["lines"]] == ["MOB"]


@pytest.mark.rule("SUS-14", "D-05")
def test_after_a_move_it_names_the_new_side() -> None:
    world = standing((place("O1", "move", "EXT-1", location="SITE-2"),), (place("O2", "suspend", "EXT-1"),))
    assert rows(world, "EXT-1") == ["O1~1"]
    assert page(world, "order", "O2")["lines"][0]["instanceId"] == "O1~1"
    assert state(world, "O1~1") == "suspended"


@pytest.mark.rule("SUS-14")
def test_it_goes_along_when_the_record_is_loaded_with_another() -> None:
    world = standing((loaded("N", "EXT-7"),), (loaded("N", "EXT-8"),), (place("O1", "suspend", "EXT-7"),))
    assert [one["rule"] for one in page(world, "order", "O1")["reasons"]] == ["ACT-06"]
    assert (rows(world, "EXT-7"), rows(world, "EXT-8")) == ([], ["N"])


@pytest.mark.rule("SUS-14")
def test_an_instance_that_has_ended_gives_way_to_one_that_goes_on() -> None:
    world = standing((loaded("N", "EXT-1", state="inactive"),), (place("O1", "suspend", "EXT-1"),))
    assert page(world, "order", "O1")["lines"][0]["instanceId"] == "MOB"


@pytest.mark.rule("SUS-14")
def test_an_own_id_goes_before_one_that_another_system_gave() -> None:
    world = standing((loaded("N", "HOME"),), (place("O1", "suspend", "HOME"),))
    assert page(world, "order", "O1")["lines"][0]["instanceId"] == "HOME"


@pytest.mark.rule("SUS-14")
def test_one_that_means_several_is_refused_with_all_of_them() -> None:
    world = standing((loaded("N", "EXT-1"),), (place("O1", "suspend", "EXT-1"),))
    [reason] = page(world, "order", "O1")["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("SUS-14", "1")
    assert reason["message"] == "EXT-1 is the external id of MOB, N: give the instance's own id"


@pytest.mark.rule("SUS-14")
def test_that_of_another_account_means_nothing() -> None:
    theirs = {**loaded("T", "EXT-9")[1], "accountId": "OTHER"}
    world = standing((("instance.load", theirs),), (place("O1", "suspend", "EXT-9"),))
    [reason] = page(world, "order", "O1")["reasons"]
    assert (reason["rule"], reason["message"]) == (
        "ACT-06",
        "account ACME has no instance EXT-9: name one that it owns",
    )
