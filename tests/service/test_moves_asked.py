"""MOV-11: however another location is asked for, it is a move, and all ways end alike."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.worlds import forked, play
from tests.scenarios import TREE, Sent, ask, line, place
from tests.world import World

THERE = "SITE-2"
GOING = ("HOME", "NET", "VOICE")
"""The products of the bundle: whoever writes the lines of a move writes them all (MOV-V3, LIN-09)."""


def lines(**more: Any) -> list[dict[str, Any]]:
    return [line(str(n), "change", instanceId=id, **more) for n, id in enumerate(GOING, start=1)]


WAYS: dict[str, tuple[Sent, ...]] = {
    "header move": (place("O1", "move", "HOME", location=THERE),),
    "header change for a location": (place("O1", "change", *GOING, location=THERE),),
    "header move over lines": (place("O1", "move", location=THERE, lines=lines()),),
    "header change over lines": (place("O1", "change", lines=lines(location=THERE)),),
    "lines with another location": (place("O1", None, lines=lines(location=THERE)),),
    "lines that say so": (place("O1", None, lines=lines(location=THERE, move=True)),),
    "a draft that is edited": (
        place("O1", None, draft=True, approve=False, lines=lines()),
        ask("revise", "O1", lines=lines(location=THERE)),
        ask("submit", "O1"),
        ask("approve", "O1"),
    ),
}


def after(*orders: Sent) -> World:
    return play(forked(None), tuple((order,) for order in orders))


def instances(world: World) -> dict[str, Any]:
    return {id: body for (kind, id), body in world.pages().items() if kind == "instance"}


def whole(way: str) -> dict[str, tuple[str, str, str | None]]:
    """Of each instance of the bundle, old and new, its state, its location and what it stands under."""
    found = instances(after(*WAYS[way]))
    return {id: (body["state"], body["location"], body["parentId"]) for id, body in found.items()}


@pytest.mark.rule("MOV-11", "D-06")
@pytest.mark.parametrize("way", WAYS)
def test_whoever_asks_for_another_location_gets_two_sets_of_instances(way: str) -> None:
    found = whole(way)
    assert {id: found[id][:2] for id in TREE} == dict.fromkeys(TREE, ("inactive", "SITE-1"))
    new = [each for id, each in found.items() if id.startswith("O1~")]
    assert [each[:2] for each in new] == [("active", THERE)] * len(TREE)


@pytest.mark.rule("MOV-11", "D-06")
@pytest.mark.parametrize("way", WAYS)
def test_all_ways_end_in_the_same_instances(way: str) -> None:
    assert whole(way) == whole("header move")


@pytest.mark.rule("MOV-11")
@pytest.mark.parametrize("way", WAYS)
def test_the_order_shows_it_as_a_move(way: str) -> None:
    shown = after(*WAYS[way]).pages()["order", "O1"]["lines"]
    assert [one["instanceId"] for one in shown] == list(GOING)
    assert {(one["action"], one["move"], one["location"]) for one in shown} == {("change", True, THERE)}


@pytest.mark.rule("MOV-11", "MOV-V3")
def test_a_part_of_a_bundle_does_not_get_another_location_where_it_is() -> None:
    for alone in ("HOME", "NET"):
        world = after(place("O1", "change", alone, location=THERE, characteristics={}))
        assert {reason["rule"] for reason in world.pages()["order", "O1"]["reasons"]} == {"MOV-V3"}
        assert instances(world) == {}


@pytest.mark.rule("MOV-11", "MOV-01")
def test_the_location_it_has_is_no_other_one() -> None:
    same = [line("1", "change", instanceId="NET", location="SITE-1", characteristics={"speed": 200})]
    world = after(place("O1", None, lines=same))
    assert world.pages()["order", "O1"]["state"] == "completed"
    assert instances(world)["NET"]["state"] == "active"
    assert not [id for id in instances(world) if id.startswith("O1~")]


@pytest.mark.rule("MOV-11", "MOV-V1")
def test_nobody_changes_the_location_where_it_is_by_saying_that_it_is_no_move() -> None:
    world = after(place("O1", None, lines=lines(location=THERE, move=False)))
    assert [reason["rule"] for reason in world.pages()["order", "O1"]["reasons"]] == ["MOV-V1"] * len(GOING)
    assert "HOME" not in instances(world)


@pytest.mark.rule("MOV-11", "INF-04")
def test_a_change_under_way_does_not_become_a_move_unnoticed() -> None:
    world = forked(None)
    world.answer = lambda _: None
    placed = place("O1", None, lines=[line("1", "change", instanceId="MOB", characteristics={"number": "1"})])
    play(world, ((placed,), (ask("revise", "O1", lines=[line("1", "change", location=THERE)]),)))
    [refused] = [body for message, body in world.messages("order.events") if "refused" in message.type]
    assert [reason["rule"] for reason in refused["reasons"]] == ["INF-04"]
    assert "becomes a move" in refused["reasons"][0]["message"]


@pytest.mark.rule("MOV-V5", "INF-04")
def test_a_move_under_way_that_would_go_back_is_told_to_be_canceled() -> None:
    world = forked(None)
    world.answer = lambda _: None
    back = [line(str(n), "change", location="SITE-1") for n in (1, 2, 3)]
    play(world, ((place("O1", None, lines=lines(location=THERE)),), (ask("revise", "O1", lines=back),)))
    [refused] = [body for message, body in world.messages("order.events") if "refused" in message.type]
    [reason] = refused["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("MOV-V5", "1")
    assert "in a revision, where a move stays one, cancel its lines instead" in reason["message"]
    play(world, ((ask("cancel", "O1"),), (ask("approve-change", "O1"),)))
    assert instances(world)["HOME"]["state"] == "active"


@pytest.mark.rule("MOV-11")
def test_a_service_order_moves_likewise() -> None:
    services = [
        line(str(n), "change", instanceId=id, location=THERE) for n, id in enumerate(("CFS", "RFS"), 1)
    ]
    written = instances(after(place("O1", None, category="service", lines=services)))
    asked = instances(after(place("O1", "move", "CFS", category="service", location=THERE)))
    assert written == asked
    assert {written[id]["state"] for id in ("CFS", "RFS", "PORT")} == {"inactive"}
    assert [body["location"] for id, body in written.items() if id.startswith("O1~")] == [THERE] * 3
