"""Orders changed under way, through all three services, in whatever order their messages arrive."""

from __future__ import annotations

from typing import Any

import pytest

from tests.in_flight import Answers, approved, begun, owned, page, send, state, worked_off
from tests.journey.worlds import effects
from tests.scenarios import Sent, ask, line, place

SEEDS = 3
MARCH = "2026-03-01T00:00:00Z"

ORDERS: dict[str, Sent] = {
    "change": place("O1", "change", "NET", characteristics={"speed": 200}),
    "change that needs a modem": place("O1", "change", "NET", characteristics={"speed": 1000}),
    "disconnect": place("O1", "disconnect", "HOME"),
    "disconnect of a part": place("O1", "disconnect", "VOICE"),
    "move": place("O1", "move", "HOME", location="SITE-2"),
    "suspend": place("O1", "suspend", "HOME"),
    "window": place("O1", "suspend", "HOME", start=MARCH, end="2026-04-01T00:00:00Z"),
    "add": place("O1", "add", lines=[line("1", "add", specificationId="tv", parentInstanceId="HOME")]),
    "many": place(
        "O1",
        None,
        lines=[
            line("1", "change", instanceId="NET", characteristics={"speed": 1000}),
            line("2", "disconnect", instanceId="VOICE"),
            line("3", "change", instanceId="MOB", specificationId="mobile-5g"),
            line("4", "add", specificationId="tv", parentInstanceId="HOME", dueDate=MARCH),
        ],
    ),
}


def every_other(task: Any) -> str | None:
    """Those of every second domain order; the first one stays open."""
    number = int(task["domainOrderId"].rpartition(".")[2])
    return "completed" if number % 2 == 0 or task["undo"] else None


ANSWERED: dict[str, Answers] = {
    "nothing": lambda task: "completed" if task["undo"] else None,
    "some of it": every_other,
}


@pytest.mark.rule(
    "D-22", "D-01", "INV-15", "INV-16", "INV-18", "INV-19", "INV-20", "MOV-08", "ORD-16", "ORD-17"
)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("done", ANSWERED)
def test_a_canceled_order_leaves_everything_as_it_was(order: str, done: str) -> None:
    before = owned(begun())
    ends = []
    for seed in (None, *range(SEEDS)):
        world = begun(ORDERS[order], answer=ANSWERED[done], seed=seed)
        assert state(world) == "in_progress"
        approved(world, ask("cancel", "O1"))
        after = owned(world)
        assert {id: after[id] for id in before} == before
        assert {one["state"] for id, one in after.items() if id not in before} <= {"inactive"}
        assert (state(world), world.parked()) == ("canceled", [])
        ends.append((world.pages(), effects(world)))
    assert all(end[0] == ends[0][0] for end in ends)


@pytest.mark.rule("D-02", "ORD-18", "INF-02")
@pytest.mark.parametrize("order", ORDERS)
def test_a_declined_cancel_leaves_no_trace_but_its_version(order: str) -> None:
    calm = begun(ORDERS[order], answer=every_other)
    before = _looks(calm)
    for seed in (None, *range(SEEDS)):
        world = begun(ORDERS[order], answer=every_other, seed=seed)
        send(world, ask("cancel", "O1"))
        assert state(world) == "assessing_cancellation"
        send(world, ask("decline-change", "O1"))
        assert _looks(world) == before, f"seed {seed}"


def _looks(world: Any) -> dict[Any, Any]:
    """Every page, but for the versions in it and why the last request was declined."""
    hidden = ("version", "declined", "jeopardy")
    return {
        at: {name: value for name, value in body.items() if name not in hidden}
        for at, body in world.pages().items()
    }


REVISIONS: dict[str, tuple[Sent, list[dict[str, Any]], dict[str, Any]]] = {
    "faster": (
        ORDERS["change"],
        [line("1", "change", instanceId="NET", characteristics={"speed": 1000})],
        {"NET": ("active", 1000), "VOICE": ("active", None)},
    ),
    "slower": (
        ORDERS["change that needs a modem"],
        [line("1", "change", instanceId="NET", characteristics={"speed": 200})],
        {"NET": ("active", 200)},
    ),
    "a line more": (
        ORDERS["change"],
        [line("1", "change", instanceId="NET"), line("2", "disconnect", instanceId="VOICE")],
        {"NET": ("active", 200), "VOICE": ("inactive", None)},
    ),
    "an add more": (
        ORDERS["disconnect of a part"],
        [
            line("1", "disconnect", instanceId="VOICE"),
            line("2", "add", specificationId="tv", parentInstanceId="HOME"),
        ],
        {"VOICE": ("inactive", None), "O1:2": ("active", None)},
    ),
    "lines less": (
        ORDERS["many"],
        [line("3", "change", instanceId="MOB"), line("4", "add", specificationId="tv")],
        {"NET": ("active", 100), "VOICE": ("active", None), "MOB": ("active", None)},
    ),
    "all at once": (
        ORDERS["many"],
        [
            line("1", "change", instanceId="NET", characteristics={"speed": 300}),
            line("3", "change", instanceId="MOB"),
            line("5", "add", specificationId="tv", parentInstanceId="HOME"),
        ],
        {"NET": ("active", 300), "VOICE": ("active", None), "O1:5": ("active", None)},
    ),
    "elsewhere": (
        ORDERS["move"],
        [
            line(str(n), "change", instanceId=id, location="SITE-3")
            for n, id in enumerate(("HOME", "NET", "VOICE"), 1)
        ],
        {"HOME": ("inactive", None), "O1~1": ("active", None)},
    ),
    "another day": (
        ORDERS["window"],
        [
            line("1", "suspend", instanceId="HOME", dueDate="2026-02-01T00:00:00Z"),
            line("2", "resume", instanceId="HOME"),
        ],
        {"HOME": ("active", None)},
    ),
}


@pytest.mark.rule("INF-02", "INF-04", "ORD-13", "ORD-14", "INF-01")
@pytest.mark.parametrize("name", REVISIONS)
@pytest.mark.parametrize("done", ANSWERED)
def test_a_revised_order_ends_as_it_was_revised(name: str, done: str) -> None:
    order, lines, ends = REVISIONS[name]
    pages = None
    for seed in (None, *range(SEEDS)):
        world = begun(order, answer=ANSWERED[done], seed=seed)
        approved(world, ask("revise", "O1", lines=lines))
        assert state(world) in ("in_progress", "completed"), page(world, "order", "O1")
        worked_off(world, "O1")
        found = owned(world)
        shown = {id: (found[id]["state"], found[id]["characteristics"].get("speed")) for id in ends}
        assert shown == {id: one if one[1] else (one[0], shown[id][1]) for id, one in ends.items()}
        assert world.parked() == []
        if seed is None:
            pages = world.pages()
        assert world.pages() == pages, f"seed {seed}"


@pytest.mark.rule("D-22", "INF-04")
@pytest.mark.parametrize("name", REVISIONS)
def test_a_revised_order_that_is_canceled_leaves_everything_as_it_was(name: str) -> None:
    order, lines, _ = REVISIONS[name]
    before = owned(begun())
    for seed in (None, *range(SEEDS)):
        world = begun(order, answer=every_other, seed=seed)
        approved(world, ask("revise", "O1", lines=lines))
        approved(world, ask("cancel", "O1"))
        after = owned(world)
        assert state(world) == "canceled"
        assert {id: after[id] for id in before} == before, f"seed {seed}"
        assert {one["state"] for id, one in after.items() if id not in before} <= {"inactive"}


@pytest.mark.rule("INF-04", "D-22")
def test_a_line_that_was_dropped_does_not_stand_against_the_cancel_of_the_rest() -> None:
    lines = [
        line("1", "disconnect", instanceId="MOB"),
        line("2", "disconnect", instanceId="VOICE", dueDate=MARCH),
    ]
    world = begun(place("O1", None, lines=lines), answer=ANSWERED["nothing"])
    approved(world, ask("cancel", "O1", lineIds=["1"]))
    approved(world, ask("cancel", "O1"))
    assert state(world) == "canceled"
    assert owned(world) == owned(begun())


# ------------------------------------------------------------------------------------------ overtaken


@pytest.mark.rule("INF-01", "D-02")
@pytest.mark.parametrize("seed", [None, *range(SEEDS)])
def test_a_cancel_that_a_part_overtakes_declines_itself_and_the_rest_can_still_be_canceled(
    seed: int | None,
) -> None:
    """All work of the part is reported while the order is held for its answer."""
    lines = [
        line("1", "disconnect", instanceId="MOB"),
        line("2", "disconnect", instanceId="VOICE", dueDate=MARCH),
    ]
    world = begun(place("O1", None, lines=lines), seed=seed)
    send(world, ask("cancel", "O1"))
    assert state(world) == "assessing_cancellation"
    world.send("task.report", {"taskId": "O1.1.remove", "result": "completed"}, account="ACME")
    world.run()
    seen = page(world, "order", "O1")
    assert (seen["state"], seen["request"]) == ("in_progress", None)
    assert [(one["rule"], one["lineId"]) for one in seen["declined"]["reasons"]] == [("INF-01", "1")]
    assert page(world, "plan", "O1")["held"] == []
    approved(world, ask("cancel", "O1", lineIds=["2"]))
    assert state(world) == "completed"
    assert {id: one["state"] for id, one in owned(world).items() if id in ("MOB", "VOICE")} == {
        "MOB": "inactive",
        "VOICE": "active",
    }


# --------------------------------------------------------------------------------- points of no return

FIBRE: Sent = (
    "specification.publish",
    {
        "specificationId": "fibre",
        "version": "1",
        "name": "fibre",
        "kind": "product",
        "characteristics": [{"name": "speed", "type": "number"}],
        "plans": [
            {
                "actions": ["add", "change"],
                "tasks": [
                    {"name": "dig", "kind": "field", "ponr": "hard"},
                    {"name": "light", "kind": "provision", "after": ["dig"]},
                ],
            }
        ],
    },
)
DUG = place(
    "O1",
    None,
    lines=[
        line("1", "add", specificationId="fibre", characteristics={"speed": 1}),
        line("2", "disconnect", instanceId="VOICE"),
    ],
)


def dug() -> Any:
    """A line past its hard point of no return, beside one that is not."""
    world = begun()
    send(world, FIBRE)
    world.answer = lambda task: "completed" if task["name"] == "dig" else None
    return send(world, DUG)


@pytest.mark.rule("D-19", "D-11", "INF-01", "D-02")
def test_one_line_past_a_hard_point_of_no_return_stops_the_cancel_of_the_whole_and_no_other() -> None:
    world = dug()
    approved(world, ask("cancel", "O1"))
    seen = page(world, "order", "O1")
    assert seen["state"] == "in_progress"
    assert [(one["rule"], one["lineId"]) for one in seen["declined"]["reasons"]] == [("D-19", "1")]
    approved(
        world, ask("revise", "O1", lines=[line("1", "add", characteristics={"speed": 2}), DUG[1]["lines"][1]])
    )
    seen = page(world, "order", "O1")
    assert [one["lineId"] for one in seen["declined"]["reasons"]] == ["1"]
    assert seen["lines"][0]["characteristics"] == {"speed": 1}
    approved(world, ask("cancel", "O1", lineIds=["2"]))
    worked_off(world, "O1")
    assert {one["lineId"]: one["state"] for one in page(world, "order", "O1")["lines"]} == {
        "1": "completed",
        "2": "canceled",
    }
    assert owned(world)["VOICE"] == owned(begun())["VOICE"]


@pytest.mark.rule("APP-03")
def test_an_approval_makes_instances_and_operations_and_starts_the_work() -> None:
    world = begun(ORDERS["many"])
    send(world, place("O2", "add", lines=[line("1", "add", specificationId="mobile-4g")]))
    found = owned(world)
    assert found["O2:1"]["state"] == "installation_pending"
    assert (found["NET"]["state"], found["VOICE"]["state"]) == ("change_pending", "inactivation_pending")
    [operation] = page(world, "order", "O1")["operations"]
    assert (operation["action"], operation["state"], operation["lineIds"]) == ("add", "scheduled", ["4"])
    assert any(task["state"] == "open" for task in page(world, "plan", "O1")["tasks"])
