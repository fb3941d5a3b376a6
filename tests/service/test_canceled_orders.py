"""D-22 for orders, moments and answers that nobody chose: what was there before is as it was before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.in_flight import begun, owned, page, send, state
from tests.journey.worlds import play
from tests.scenarios import Sent, ask, line, place
from tests.world import World

MARCH, APRIL = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"

LINES: dict[str, dict[str, Any]] = {
    "speed": line("1", "change", instanceId="NET", characteristics={"speed": 200}),
    "modem": line("1", "change", instanceId="NET", characteristics={"speed": 1000}),
    "rest": line("1", "suspend", instanceId="NET"),
    "window": line("1", "suspend", instanceId="NET", dueDate=MARCH),
    "end": line("2", "disconnect", instanceId="VOICE"),
    "wait to end": line("2", "disconnect", instanceId="VOICE", dueDate=APRIL),
    "5G": line("3", "change", instanceId="MOB", specificationId="mobile-5g"),
    "end mobile": line("3", "disconnect", instanceId="MOB"),
    "move": line("3", "change", instanceId="MOB", move=True, location="SITE-7"),
    "wake": line("5", "resume", instanceId="OLD"),
    "end what rests": line("5", "disconnect", instanceId="OLD"),
    "add": line("4", "add", specificationId="mobile-4g", characteristics={"number": "47"}),
    "add below": line("4", "add", specificationId="tv", parentInstanceId="HOME"),
}
WHOLE: dict[str, Sent] = {
    "move all": place("O1", "move", "HOME", location="SITE-2"),
    "end all": place("O1", "disconnect", "HOME"),
    "rest all": place("O1", "suspend", "HOME", end=APRIL),
}
SPEEDS = (100, 200, 300, 1000)


@dataclass(frozen=True, slots=True)
class Story:
    """What is ordered; which tasks are answered, by what their ids come to; what is asked, and the answer."""

    order: Sent
    answered: frozenset[int]
    failed: frozenset[int]
    asks: tuple[tuple[str, str], ...]
    seed: int | None


_ANSWERS = some.sampled_from(("approve-change", "decline-change", "approve-change"))


@some.composite
def stories(draw: some.DrawFn) -> Story:
    by_line: dict[str, str] = {}
    for name in draw(some.lists(some.sampled_from(sorted(LINES)), min_size=1, max_size=4, unique=True)):
        by_line.setdefault(LINES[name]["lineId"], name)
    whole = draw(some.none() | some.sampled_from(sorted(WHOLE)))
    order = WHOLE[whole] if whole else place("O1", None, lines=[LINES[name] for name in by_line.values()])
    return Story(
        order=order,
        answered=draw(some.frozensets(some.integers(0, 4))),
        failed=draw(some.frozensets(some.integers(0, 4), max_size=1)),
        asks=tuple(draw(some.lists(some.tuples(some.sampled_from(sorted(ASKS)), _ANSWERS), max_size=3))),
        seed=draw(some.none() | some.integers(0, 1_000)),
    )


def _answer(story: Story) -> Any:
    def answer(task: Mapping[str, Any]) -> str | None:
        number = sum(map(ord, task["taskId"])) % 5
        if task["undo"] or number in story.answered:
            return "completed"
        return "failed" if number in story.failed else None

    return answer


# ---------------------------------------------------------------------------- what is asked meanwhile


def _lines(world: World) -> list[dict[str, Any]]:
    """As a CRM would send them again."""
    shown = page(world, "order", "O1")["lines"]
    named = ("lineId", "action")
    left = [one for one in shown if one["state"] not in ("canceled", "completed")]
    return [{name: one[name] for name in named} for one in left]


def _revise(world: World, lines: list[dict[str, Any]]) -> None:
    if lines:
        send(world, ask("revise", "O1", lines=lines))


def _drop_one(world: World) -> None:
    if len(lines := _lines(world)) > 1:
        send(world, ask("cancel", "O1", lineIds=[lines[0]["lineId"]]))


def _add_one(world: World) -> None:
    taken = {one["lineId"] for one in page(world, "order", "O1")["lines"]}
    id = next(str(n) for n in range(10, 99) if str(n) not in taken)
    _revise(world, [*_lines(world), line(id, "add", specificationId="day-pass", parentInstanceId="HOME")])


def _other_speed(world: World) -> None:
    lines = _lines(world)
    shown = {one["lineId"]: one for one in page(world, "order", "O1")["lines"]}
    for one in lines:
        values = shown[one["lineId"]].get("characteristics") or {}
        if one["action"] == "change" and "speed" in values:
            at = SPEEDS.index(values["speed"])
            one["characteristics"] = {"speed": SPEEDS[(at + 1) % len(SPEEDS)]}
    _revise(world, lines)


def _hold(world: World) -> None:
    send(world, ask("hold", "O1"))


def _release(world: World) -> None:
    send(world, ask("release", "O1"))


ASKS = {
    "hold": _hold,
    "release": _release,
    "drop a line": _drop_one,
    "add a line": _add_one,
    "another speed": _other_speed,
}


@cache
def _before() -> dict[str, dict[str, Any]]:
    return owned(begun())


@pytest.mark.rule("D-22", "D-01", "INV-15", "INV-16", "INV-18", "INV-19", "INV-20", "MOV-08", "ORD-17")
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories())
def test_after_a_canceled_order_everything_is_as_it_was(story: Story) -> None:
    world = begun(story.order, answer=_answer(story), seed=story.seed)
    for asked, answer in story.asks:
        ASKS[asked](world)
        send(world, ask(answer, "O1"))
    send(world, ask("cancel", "O1"), ask("approve-change", "O1"))
    assert world.parked() == []
    assert state(world) in ("canceled", "completed", "in_progress", "rejected", "on_hold"), (
        "it ended somewhere"
    )
    if state(world) == "canceled":
        after = owned(world)
        assert {id: after[id] for id in _before()} == _before()
        assert {one["state"] for id, one in after.items() if id not in _before()} <= {"inactive"}
    elif state(world) in ("in_progress", "on_hold"):
        assert _was_partly_done(world), "nothing stood against the cancel"


def _was_partly_done(world: World) -> bool:
    """A line was completed, so the order can only be canceled line by line."""
    return any(one["state"] == "completed" for one in page(world, "order", "O1")["lines"])


@pytest.mark.rule("D-22", "ORD-16", "ORD-17")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(stories())
def test_a_cancel_that_overtakes_its_own_reservation_leaves_everything_as_it_was(story: Story) -> None:
    world = begun(seed=story.seed)
    world.answer = _answer(story)
    play(world, ((story.order, ask("cancel", "O1"), ask("approve-change", "O1")),))
    assert world.parked() == []
    if state(world) != "canceled":
        assert _was_partly_done(world), "nothing stood against the cancel"
        return
    after = owned(world)
    assert {id: after[id] for id in _before()} == _before()
    assert {one["state"] for id, one in after.items() if id not in _before()} <= {"inactive"}
