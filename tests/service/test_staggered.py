"""DEC-04 from the catalog to the instance: what is left out for want of a value is made when it comes."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import FULFILLMENT_EVENTS
from tests.journey.worlds import effects, forked, play
from tests.scenarios import Sent, line, place
from tests.world import World


def entry(id: str, kind: str, **more: Any) -> Sent:
    return "specification.publish", {"specificationId": id, "version": "1", "name": id, "kind": kind, **more}


def plan(*tasks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"actions": ["add"], "tasks": list(tasks)}]


def task(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "provision", **more}


ACCESS = {"name": "access", "type": "string"}
SURVEY = entry(
    "survey",
    "service",
    characteristics=[ACCESS],
    mappings=[{"characteristic": "access", "target": "broadband"}],
    plans=plan(task("look"), task("hand-over", after=["look", "ont/install"])),
)
ONT = entry("ont", "service", characteristics=[ACCESS], plans=plan(task("install")))
DSL = entry("dsl", "service", plans=plan(task("connect")))
BROADBAND = entry(
    "broadband",
    "product",
    characteristics=[ACCESS],
    relationships=[{"type": "realized_as", "target": target} for target in ("survey", "ont", "dsl")],
    rules=[
        {"target": "ont", "characteristic": "access", "equals": "fibre"},
        {"target": "dsl", "characteristic": "access", "equals": "copper"},
    ],
    mappings=[{"characteristic": "access", "target": "ont"}],
)
ORDER = place("B1", None, lines=[line("1", "add", specificationId="broadband")])


def surveying(*catalog: Sent, seed: int | None = None) -> World:
    """A world that has begun to look which access there is; the tests answer its tasks."""
    world = forked(seed)
    world.answer = lambda _: None
    world.time_passes = False
    return play(world, (catalog, (ORDER,)))


def report(task_id: str, **values: Any) -> Sent:
    return "task.report", {"taskId": task_id, "result": "completed", "characteristics": values}


def page(world: World) -> Any:
    return world.pages()["plan", "B1"]


def tasks(world: World) -> dict[str, str]:
    return {one["taskId"]: one["state"] for one in page(world)["tasks"]}


def finish(world: World) -> World:
    """Whatever is open is done, until nothing is."""
    while open_ := [id for id, state in tasks(world).items() if state == "open"]:
        play(world, (tuple(report(id) for id in open_),))
    return world


def grown(world: World) -> list[Any]:
    said = world.messages(FULFILLMENT_EVENTS)
    return [body for message, body in said if "plan.changed" in message.type and body.get("staggered")]


WHOLE = (SURVEY, ONT, DSL, BROADBAND)


@pytest.mark.rule("DEC-04", "DEC-05")
def test_a_target_that_lacks_a_value_is_made_when_the_value_comes() -> None:
    world = surveying(*WHOLE)
    assert [one["specificationId"] for one in page(world)["domainOrders"]] == ["broadband", "survey"]
    play(world, ((report("B1.2.look", access="fibre"),),))
    [told] = grown(world)
    assert [(one["specificationId"], one["parentId"]) for one in told["domainOrders"]] == [("ont", "B1.1")]
    assert tasks(world)["B1.3.install"] == "open"
    finish(world)
    assert world.pages()["order", "B1"]["state"] == "completed"
    made = world.pages()["instance", "B1.3"]
    assert (made["state"], made["parentId"], made["characteristics"]) == (
        "active",
        "B1:1",
        {"access": "fibre"},
    )


@pytest.mark.rule("DEC-04")
@pytest.mark.parametrize(("first", "made"), [("copper", ["dsl"]), ("radio", [])])
def test_another_value_settles_it_and_later_ones_change_nothing(first: str, made: list[str]) -> None:
    """Who says otherwise later is kept waiting for a person; here it is the first value that is right."""
    world = surveying(*WHOLE)
    play(world, ((report("B1.2.look", access=first),), (report("B1.2.hand-over", access="fibre"),)))
    skip = ("task.skip", {"taskId": "B1.2.hand-over", "reason": f"it is {first}"})
    finish(play(world, ((skip,),)))
    found = [one["specificationId"] for one in page(world)["domainOrders"]]
    assert found == ["broadband", "survey", *made]
    assert world.pages()["order", "B1"]["state"] == "completed"
    assert world.pages()["instance", "B1:1"]["characteristics"] == {"access": first}


@pytest.mark.rule("DEC-04")
def test_without_the_value_the_plan_ends_without_the_target() -> None:
    world = finish(surveying(*WHOLE))
    assert world.pages()["order", "B1"]["state"] == "completed"
    assert len(page(world)["domainOrders"]) == 2


@pytest.mark.rule("DEC-04")
def test_what_comes_after_a_task_of_the_target_waits_for_it() -> None:
    look = plan(
        task("look"), task("check", after=["look"]), task("hand-over", after=["check", "ont/install"])
    )
    survey = (SURVEY[0], {**SURVEY[1], "plans": look})
    world = surveying(survey, ONT, DSL, BROADBAND)
    play(world, ((report("B1.2.look", access="fibre"),), (report("B1.2.check"),)))
    assert tasks(world) == {
        "B1.2.look": "closed_complete",
        "B1.2.check": "closed_complete",
        "B1.2.hand-over": "draft",
        "B1.3.install": "open",
    }
    assert finish(world).pages()["order", "B1"]["state"] == "completed"


@pytest.mark.rule("DEC-04")
def test_a_target_that_is_not_published_is_waited_for_and_named() -> None:
    world = surveying(SURVEY, DSL, BROADBAND)
    play(world, ((report("B1.2.look", access="fibre"), report("B1.2.hand-over")),))
    [fallout] = page(world)["fallouts"]
    assert fallout["falloutId"] == "B1.1.f1"
    assert world.pages()["order", "B1"]["state"] == "in_progress"
    world.time_passes = True
    play(world, ((ONT,),))
    world.time_passes = False
    assert page(world)["fallouts"] == []
    assert finish(world).pages()["order", "B1"]["state"] == "completed"


@pytest.mark.rule("DEC-04")
def test_while_the_order_is_held_nothing_joins_its_plan() -> None:
    world = surveying(*WHOLE)
    play(world, ((("order.hold", {"orderId": "B1"}),), (report("B1.2.look", access="fibre"),)))
    assert grown(world) == []
    play(world, ((("order.release", {"orderId": "B1"}),),))
    assert len(grown(world)) == 1
    assert finish(world).pages()["order", "B1"]["state"] == "completed"


@pytest.mark.rule("DEC-04", "DEC-05")
def test_a_value_that_another_entry_brings_is_there_from_the_start() -> None:
    """A default of a sibling, mapped up, is a value that comes before the plan is made."""
    survey = (SURVEY[0], {**SURVEY[1], "characteristics": [{**ACCESS, "default": "fibre"}]})
    world = surveying(survey, ONT, DSL, BROADBAND)
    assert [one["specificationId"] for one in page(world)["domainOrders"]] == ["broadband", "survey", "ont"]
    assert grown(world) == []


@pytest.mark.rule("DEC-04")
def test_the_plan_grows_alike_in_whatever_order_messages_arrive() -> None:
    def played(seed: int | None) -> World:
        world = surveying(*WHOLE, seed=seed)
        return finish(play(world, ((report("B1.2.look", access="fibre"),),)))

    calm = effects(played(None))
    assert all(effects(played(seed)) == calm for seed in range(8))
