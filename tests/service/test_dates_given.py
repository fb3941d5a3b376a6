"""D-08 from the command to the instance: a date gone by means at once, and an impossible one never does."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import ORDER_EVENTS
from tests.journey.worlds import forked, play
from tests.reader import START
from tests.scenarios import Sent, ask, line, place
from tests.world import World

LONG_AGO = "2020-01-01T00:00:00+01:00"
ASKED: dict[str, tuple[Sent, ...]] = {
    "add": (place("O1", "add", start=LONG_AGO, lines=[line("1", "add", specificationId="voice")]),),
    "change": (place("O1", "change", "NET", characteristics={"speed": 200}, start=LONG_AGO),),
    "move": (place("O1", "move", "HOME", location="SITE-2", start=LONG_AGO),),
    "disconnect": (place("O1", "disconnect", "VOICE", start=LONG_AGO),),
    "suspend": (place("O1", "suspend", "HOME", start=LONG_AGO),),
    "resume": (place("O0", "suspend", "HOME"), place("O1", "resume", "HOME", start=LONG_AGO)),
    "no_change": (place("O1", "no_change", "HOME", start=LONG_AGO),),
}
IMPOSSIBLE = (
    "2026-02-30T10:00:00Z",
    "2026-02-29T10:00:00Z",
    "2026-04-31T10:00:00Z",
    "2026-03-01T25:00:00Z",
    "2026-03-01T10:00:00",
    "2026-03-01",
    "soon",
    "",
    1_772_359_200,
)


def still(*orders: Sent) -> World:
    """These one after the other, in a world in which no time passes."""
    world = forked(None)
    world.time_passes = False
    return play(world, tuple((order,) for order in orders))


def page(world: World, kind: str, id: str) -> Any:
    return world.pages()[kind, id]


def refused(world: World) -> Any:
    """The reasons of the one command that order refused."""
    [found] = [body for message, body in world.messages(ORDER_EVENTS) if "command.refused" in message.type]
    return found["reasons"]


def scheduled(world: World) -> list[Any]:
    found = [body["operations"] for (kind, _), body in world.pages().items() if kind == "instance"]
    return [operation for operations in found for operation in operations]


@pytest.mark.rule("D-08", "SUS-02")
@pytest.mark.parametrize("action", ASKED)
def test_with_a_start_gone_by_every_action_happens_at_once(action: str) -> None:
    world = still(*ASKED[action])
    assert page(world, "order", "O1")["state"] == "completed"
    assert scheduled(world) == []


@pytest.mark.rule("D-08")
@pytest.mark.parametrize("action", ASKED)
def test_it_ends_as_it_does_without_a_date(action: str) -> None:
    dated = ASKED[action]
    undated = [(name, {key: value for key, value in data.items() if key != "start"}) for name, data in dated]
    one, other = still(*dated).pages(), still(*undated).pages()
    assert {key: body for key, body in one.items() if key[0] == "instance"} == {
        key: body for key, body in other.items() if key[0] == "instance"
    }


@pytest.mark.rule("D-08")
def test_of_one_order_what_has_a_day_gone_by_happens_and_what_has_one_to_come_waits() -> None:
    lines = [
        line("1", "disconnect", instanceId="VOICE", dueDate=LONG_AGO),
        line("2", "disconnect", instanceId="MOB", dueDate="2026-04-01T00:00:00Z"),
    ]
    world = still(place("O1", None, lines=lines))
    assert [one["state"] for one in page(world, "order", "O1")["lines"]] == ["completed", "scheduled"]
    assert page(world, "instance", "VOICE")["state"] == "inactive"
    assert page(world, "instance", "MOB")["state"] == "active"


@pytest.mark.rule("D-08")
@pytest.mark.parametrize(
    ("start", "state"),
    [
        ("2026-01-05T10:30:00+02:00", "completed"),
        ("2026-01-05T08:30:00-02:00", "in_progress"),
        ("2026-01-05T09:00:00Z", "completed"),
        ("2026-01-05T09:00:00.001Z", "in_progress"),
    ],
)
def test_whether_it_has_come_is_a_matter_of_the_moment_and_not_of_what_the_clock_there_says(
    start: str, state: str
) -> None:
    assert START.isoformat() == "2026-01-05T09:00:00+00:00"
    world = still(place("O1", "disconnect", "VOICE", start=start))
    assert page(world, "order", "O1")["state"] == state


@pytest.mark.rule("D-08")
def test_a_leap_day_is_taken_in_the_years_that_have_one() -> None:
    world = still(place("O1", "disconnect", "VOICE", start="2028-02-29T10:00:00Z"))
    assert [one["state"] for one in page(world, "order", "O1")["lines"]] == ["scheduled"]


@pytest.mark.rule("D-08", "SUS-03")
@pytest.mark.parametrize("date", IMPOSSIBLE)
@pytest.mark.parametrize(
    ("field", "where"),
    [
        ("start", lambda date: {"start": date}),
        ("end", lambda date: {"end": date}),
        ("dueDate", lambda date: {"lines": [line("9", "disconnect", instanceId="MOB", dueDate=date)]}),
        (
            "contractLine",
            lambda date: {
                "lines": [line("9", "change", instanceId="MOB", contractLine={"start": date, "term": 12})]
            },
        ),
    ],
)
def test_an_impossible_date_is_refused_by_its_field_and_nothing_happens(
    field: str, where: Any, date: object
) -> None:
    world = still(place("O1", "suspend", "VOICE", **where(date)))
    assert any(field in reason["field"] for reason in refused(world))
    assert ("order", "O1") not in world.pages()
    assert ("instance", "VOICE") not in world.pages()


@pytest.mark.rule("D-08", "SUS-03")
@pytest.mark.parametrize("date", IMPOSSIBLE)
def test_what_waits_keeps_its_day_when_it_is_given_an_impossible_one(date: object) -> None:
    waits = place("O1", "disconnect", "VOICE", start="2026-04-01T00:00:00Z")
    world = still(waits, ask("revise", "O1", lines=[line("1", "disconnect", dueDate=date)]))
    [reason] = refused(world)
    assert (reason["rule"], reason["field"]) == ("FIELD", "lines.0.dueDate")
    [only] = page(world, "order", "O1")["lines"]
    assert (only["state"], only["dueDate"][:10]) == ("scheduled", "2026-04-01")
