"""What was found on the way stands in the tree; later orders go by what the product has become since."""

from __future__ import annotations

import pytest

from tests.journey.worlds import forked, play
from tests.scenarios import Sent, line, place
from tests.service.test_staggered import BROADBAND, DSL, ONT, SURVEY
from tests.world import World


def owned(id: str, specification: str, **more: object) -> Sent:
    data = {"instanceId": id, "accountId": "ACME", "specificationId": specification, "kind": "service"}
    return "instance.load", {**data, "state": "active", **more}


COPPER = {"access": "copper"}
BASE = (
    owned("BAND", "broadband", kind="product", characteristics=COPPER, location="SITE-1"),
    owned("LOOK", "survey", parentId="BAND", characteristics=COPPER, location="SITE-1"),
    owned("DSL", "dsl", parentId="BAND", location="SITE-1"),
)
FIBRE = {"access": "fibre"}
FASTER = place("B1", None, lines=[line("1", "change", instanceId="BAND", characteristics=FIBRE)])


def moved(id: str, **more: object) -> Sent:
    return place(
        id, None, lines=[line("1", "change", instanceId="BAND", move=True, location="SITE-2", **more)]
    )


def lived(*stages: Sent, seed: int | None) -> World:
    catalog = (SURVEY, ONT, DSL, BROADBAND)
    return play(forked(seed), (catalog, BASE, *((stage,) for stage in stages)))


def standing(world: World) -> set[tuple[str, str | None]]:
    """What is there, each with its access."""
    pages = [page for (kind, _), page in world.pages().items() if kind == "instance"]
    return {
        (page["specificationId"], page["characteristics"].get("access"))
        for page in pages
        if page["state"] == "active" and page["specificationId"] in ("broadband", "ont", "dsl")
    }


@pytest.mark.rule("DEC-07", "MOV-05")
@pytest.mark.parametrize("seed", [None, 1, 2])
def test_a_move_that_sets_a_value_has_at_the_new_place_what_that_needs(seed: int | None) -> None:
    world = lived(moved("B1", characteristics=FIBRE), seed=seed)
    assert standing(world) == {("broadband", "fibre"), ("ont", "fibre")}


@pytest.mark.rule("DEC-04", "DEC-05", "MOV-06")
@pytest.mark.parametrize("seed", [None, 1, 2])
@pytest.mark.parametrize(
    "later", [moved("B2"), place("B2", None, lines=[line("1", "change", instanceId="BAND")])]
)
def test_what_was_found_long_ago_does_not_come_back(later: Sent, seed: int | None) -> None:
    world = lived(FASTER, later, seed=seed)
    assert world.pages()["order", "B2"]["state"] == "completed"
    assert standing(world) == {("broadband", "fibre"), ("ont", "fibre")}
