"""DEC-04: work finds another value than the plan was made by; line, instance and tree stay of one mind."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.worlds import effects, play
from tests.scenarios import Sent, ask, line, place
from tests.service.test_staggered import (
    ACCESS,
    BROADBAND,
    DSL,
    ONT,
    SURVEY,
    WHOLE,
    entry,
    finish,
    page,
    plan,
    report,
    surveying,
    task,
    tasks,
)
from tests.world import World

COPPER = (ask("revise", "B1", lines=[line("1", "add", characteristics={"access": "copper"})]),)
FIBRE = (ask("revise", "B1", lines=[line("1", "add", characteristics={"access": "fibre"})]),)
APPROVED = (ask("approve-change", "B1"),)
FOUND = (report("B1.2.look", access="fibre"),)
RETRY: Sent = ("task.retry", {"taskId": "B1.2.look"})


def contradicted(*catalog: Sent, seed: int | None = None) -> World:
    """A revision says copper, and then the survey says fibre."""
    return play(surveying(*catalog or WHOLE, seed=seed), (COPPER, APPROVED, FOUND))


def ends(world: World) -> tuple[str, Any, Any, list[str]]:
    """The order, its line, its instance, and what stands below that."""
    order = world.pages()["order", "B1"]
    instance = world.pages()["instance", "B1:1"]
    below = [
        one["specificationId"]
        for (kind, _), one in sorted(world.pages().items())
        if kind == "instance" and one.get("parentId") == "B1:1" and one["state"] == "active"
    ]
    line_ = order["lines"][0].get("characteristics", {})
    return order["state"], line_.get("access"), instance["characteristics"].get("access"), sorted(below)


def fallouts(world: World) -> list[dict[str, Any]]:
    return list(page(world)["fallouts"])


@pytest.mark.rule("DEC-04", "FAL-02")
def test_what_contradicts_the_value_that_the_plan_was_made_by_waits_for_a_person() -> None:
    world = contradicted()
    [fallout] = fallouts(world)
    assert (fallout["rule"], fallout["taskId"], fallout["type"]) == ("DEC-04", "B1.2.look", "provisioning")
    assert fallout["message"] == (
        "it found 'access' 'fibre' of broadband, and the plan was made with 'copper'"
    )
    assert "revise the order to it" in fallout["advice"]
    assert tasks(world) == {
        "B1.2.look": "on_hold",
        "B1.2.hand-over": "draft",
        "B1.3.connect": "open",
    }
    play(world, (FOUND,))
    assert len(fallouts(world)) == 1


@pytest.mark.rule("DEC-04", "FAL-03")
def test_skipped_all_goes_on_as_the_line_says() -> None:
    world = play(contradicted(), ((("task.skip", {"taskId": "B1.2.look", "reason": "old map"}),),))
    assert ends(finish(world)) == ("completed", "copper", "copper", ["dsl", "survey"])


@pytest.mark.rule("DEC-04", "INF-03")
def test_the_order_revised_to_what_was_found_ends_with_that_and_nobody_looks_again() -> None:
    world = play(contradicted(), (FIBRE, APPROVED))
    assert (fallouts(world), tasks(world)["B1.2.look"]) == ([], "closed_complete")
    assert ends(finish(world)) == ("completed", "fibre", "fibre", ["ont", "survey"])
    [closed] = [body for one, body in world.messages("fulfillment.events") if "fallout.closed" in one.type]
    assert closed["resolution"] == "the order was revised to what was found"


@pytest.mark.rule("DEC-04", "INF-03")
def test_revised_to_a_third_value_it_says_by_which_one_the_plan_is_made_now() -> None:
    air = ask("revise", "B1", lines=[line("1", "add", characteristics={"access": "air"})])
    world = play(contradicted(), ((air,), APPROVED))
    [fallout] = fallouts(world)
    assert fallout["message"] == "it found 'access' 'fibre' of broadband, and the plan was made with 'air'"
    said = [body for one, body in world.messages("fulfillment.events") if "fallout.opened" in one.type]
    assert [(one["falloutId"], one["message"].split()[-1]) for one in said] == [
        (fallout["falloutId"], "'copper'"),
        (fallout["falloutId"], "'air'"),
    ]
    play(world, (FIBRE, APPROVED))
    assert ends(finish(world)) == ("completed", "fibre", "fibre", ["ont", "survey"])


@pytest.mark.rule("DEC-04", "FAL-07")
@pytest.mark.parametrize(("seen", "state"), [("copper", "completed"), ("fibre", "in_progress")])
def test_looked_at_again_it_counts_what_is_seen_then(seen: str, state: str) -> None:
    world = play(contradicted(), ((RETRY,), (report("B1.2.look", access=seen),)))
    assert len(fallouts(world)) == (0 if seen == "copper" else 1)
    assert ends(finish(world))[0] == state


@pytest.mark.rule("DEC-04", "DEC-05")
def test_a_value_that_an_order_was_placed_with_is_contradicted_alike() -> None:
    world = surveying(*WHOLE)
    placed = place(
        "B2",
        None,
        lines=[line("1", "add", specificationId="broadband", characteristics={"access": "copper"})],
    )
    play(
        world,
        (
            (placed,),
            (
                (
                    "task.report",
                    {"taskId": "B2.2.look", "result": "completed", "characteristics": {"access": "fibre"}},
                ),
            ),
        ),
    )
    [fallout] = world.pages()["plan", "B2"]["fallouts"]
    assert (fallout["rule"], fallout["taskId"]) == ("DEC-04", "B2.2.look")


@pytest.mark.rule("DEC-04", "D-02")
def test_a_declined_revision_leaves_the_value_that_was_found_meanwhile() -> None:
    world = play(surveying(*WHOLE), (COPPER, FOUND, (ask("decline-change", "B1"),)))
    assert fallouts(world) == []
    assert ends(finish(world)) == ("completed", None, "fibre", ["ont", "survey"])


@pytest.mark.rule("DEC-04", "INF-03")
def test_a_value_that_a_person_gives_later_stands_above_one_that_was_found() -> None:
    world = play(surveying(*WHOLE), (COPPER, FOUND, APPROVED))
    assert ends(finish(world)) == ("completed", "copper", "copper", ["dsl", "survey"])


@pytest.mark.rule("DEC-04", "FAL-05")
def test_what_comes_late_and_contradicts_waits_as_well_and_is_said_once() -> None:
    timed = plan(task("look", duration="PT1H"), task("hand-over", after=["look"]))
    world = surveying((SURVEY[0], {**SURVEY[1], "plans": timed}), ONT, DSL, BROADBAND)
    play(world, (COPPER, APPROVED))
    world.clock.at = world.clock.at.replace(hour=23)
    world.time_passes = True
    play(world, ((),))
    world.time_passes = False
    assert [one["rule"] for one in fallouts(world)] == ["FAL-05"]
    for _ in range(2):
        play(world, (FOUND,))
        assert [one["rule"] for one in fallouts(world)] == ["DEC-04"]
    said = [body for one, body in world.messages("fulfillment.events") if "fallout.opened" in one.type]
    assert [one["rule"] for one in said] == ["FAL-05", "DEC-04"]


@pytest.mark.rule("DEC-04")
def test_a_value_that_needs_nothing_else_below_holds_nothing_and_the_line_stays_as_it_was_given() -> None:
    any_access = (
        BROADBAND[0],
        {
            **BROADBAND[1],
            "rules": [{"target": target, "characteristic": "access"} for target in ("ont", "dsl")],
        },
    )
    world = contradicted(SURVEY, ONT, DSL, any_access)
    assert fallouts(world) == []
    assert ends(finish(world)) == ("completed", "copper", "copper", ["dsl", "ont", "survey"])


@pytest.mark.rule("DEC-04", "DEC-03")
def test_a_rule_below_that_looks_at_the_line_counts_too() -> None:
    """The access of the line decides what a service below it needs."""
    link = entry(
        "link",
        "service",
        relationships=[{"type": "realized_as", "target": "dsl"}],
        rules=[{"target": "dsl", "characteristic": "access", "equals": "copper"}],
        plans=plan(task("link")),
    )
    flat = entry(
        "broadband",
        "product",
        characteristics=[ACCESS],
        relationships=[{"type": "realized_as", "target": target} for target in ("survey", "link")],
    )
    world = contradicted(SURVEY, link, DSL, flat)
    assert [one["rule"] for one in fallouts(world)] == ["DEC-04"]


@pytest.mark.rule("DEC-04", "CHG-08")
def test_so_does_a_value_that_says_how_many() -> None:
    count = {"name": "lines", "type": "number"}
    counter = entry(
        "survey",
        "service",
        characteristics=[count],
        mappings=[{"characteristic": "lines", "target": "broadband"}],
        plans=plan(task("look")),
    )
    relation = {"type": "realized_as", "target": "dsl", "quantityCharacteristic": "lines", "min": 0, "max": 9}
    several = entry(
        "broadband",
        "product",
        characteristics=[{**count, "default": 2}],
        relationships=[{"type": "realized_as", "target": "survey"}, relation],
    )
    world = play(surveying(counter, DSL, several), ((report("B1.2.look", lines=3),),))
    [fallout] = fallouts(world)
    assert fallout["message"] == "it found 'lines' 3 of broadband, and the plan was made with 2"


@pytest.mark.rule("DEC-04")
def test_of_a_personal_value_only_the_name_is_said() -> None:
    secret = {**ACCESS, "personal": True}
    survey = (SURVEY[0], {**SURVEY[1], "characteristics": [secret]})
    broadband = (BROADBAND[0], {**BROADBAND[1], "characteristics": [secret]})
    world = contradicted(survey, ONT, DSL, broadband)
    [fallout] = fallouts(world)
    assert fallout["message"] == "it found another 'access' of broadband than the plan was made with"


@pytest.mark.rule("DEC-04")
def test_it_ends_alike_in_whatever_order_messages_arrive() -> None:
    def played(seed: int | None) -> World:
        return finish(play(contradicted(seed=seed), (FIBRE, APPROVED)))

    calm = effects(played(None))
    assert all(effects(played(seed)) == calm for seed in range(8))
