"""Commands from outside that are sent in the same breath: every outcome that is allowed, and no other.

Within one topic and account they are heard in their order; how far the services are meanwhile, and which
topic comes first, differs from seed to seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.journey.worlds import SEEDS, forked, play
from tests.scenarios import CATALOG, Sent, ask, line, place
from tests.world import World

Outcome = Mapping[str, str]
"""How orders and instances end: id to state, with the rules of a rejected order behind it."""

MOST = 100
"""A race has fewer turns than a scenario: so many seeds are enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    name: str
    sent: tuple[Sent, ...]
    allowed: tuple[Outcome, ...]
    before: tuple[Sent, ...] = ()
    refused: tuple[str, ...] = ()
    """Rules of the refusals that are allowed."""


_FASTER = place("O1", "change", "NET", characteristics={"speed": 200})
_LATE = (
    "instance.load",
    {
        "instanceId": "LATE",
        "accountId": "ACME",
        "kind": "product",
        "specificationId": "voice",
        "state": "active",
    },
)
_DOG: Sent = (
    "specification.publish",
    {"specificationId": "dog", "version": "1", "name": "dog", "kind": "product"},
)
_RFS_2: Sent = next(
    (name, {**data, "version": "2", "rules": [], "relationships": [{"type": "requires", "target": "port"}]})
    for name, data in CATALOG
    if data["specificationId"] == "rfs-access"
)

RACES = (
    Race(
        name="a change and the disconnect of what is above it",
        sent=(_FASTER, place("O2", "disconnect", "HOME")),
        allowed=(
            {"O1": "completed", "O2": "rejected CHG-16 D-07", "NET": "active"},
            {"O1": "completed", "O2": "rejected CHG-16", "NET": "active"},
            {"O1": "completed", "O2": "completed", "NET": "inactive"},
        ),
    ),
    Race(
        name="two disconnects of one thing",
        sent=(place("O1", "disconnect", "VOICE"), place("O2", "disconnect", "VOICE")),
        allowed=(
            {"O1": "completed", "O2": "rejected CHG-16 D-07", "VOICE": "inactive"},
            {"O1": "completed", "O2": "rejected CHG-16 CHG-17", "VOICE": "inactive"},
            {"O1": "completed", "O2": "rejected CHG-17", "VOICE": "inactive"},
        ),
    ),
    Race(
        name="suspend and resume",
        sent=(place("O1", "suspend", "HOME"), place("O2", "resume", "HOME")),
        allowed=(
            {"O1": "completed", "O2": "rejected CHG-16 D-07", "HOME": "suspended", "PORT": "suspended"},
            {"O1": "completed", "O2": "rejected CHG-16", "HOME": "suspended", "PORT": "suspended"},
            {"O1": "completed", "O2": "completed", "HOME": "active", "PORT": "active"},
        ),
    ),
    Race(
        name="a move and a change of a part of it",
        sent=(place("O1", "move", "HOME", location="SITE-2"), place("O2", "change", "NET")),
        allowed=(
            {"O1": "completed", "O2": "rejected CHG-16 D-07", "HOME": "inactive", "O1~1": "active"},
            {"O1": "completed", "O2": "rejected CHG-16 CHG-17", "HOME": "inactive", "O1~1": "active"},
            {"O1": "completed", "O2": "rejected CHG-17", "HOME": "inactive", "O1~1": "active"},
        ),
    ),
    Race(
        name="placed, approved and rejected",
        sent=(
            place("O1", "suspend", "HOME", approve=False),
            ask("approve", "O1"),
            ask("reject", "O1", reason="not now"),
        ),
        allowed=({"O1": "completed", "HOME": "suspended"},),
        refused=("APP-01",),
    ),
    Race(
        name="placed, rejected and approved",
        sent=(
            place("O1", "suspend", "HOME", approve=False),
            ask("reject", "O1", reason="not now"),
            ask("approve", "O1"),
        ),
        allowed=({"O1": "rejected ORD-08"},),
        refused=("APP-01",),
    ),
    Race(
        name="approved at once and canceled",
        sent=(_FASTER, ask("cancel", "O1"), ask("approve-change", "O1")),
        allowed=({"O1": "completed", "NET": "active"}, {"O1": "canceled", "NET": "active"}),
        refused=("INF-01", "INF-02"),
    ),
    Race(
        name="approved at once, canceled, and nobody says yes to that",
        sent=(_FASTER, ask("cancel", "O1"), ask("decline-change", "O1", reason="keep it")),
        allowed=({"O1": "completed", "NET": "active"},),
        refused=("INF-01", "INF-02"),
    ),
    Race(
        name="an instance loaded and ordered about",
        sent=(_LATE, place("O1", "disconnect", "LATE")),
        allowed=({"O1": "completed", "LATE": "inactive"}, {"O1": "rejected ACT-06", "LATE": "active"}),
    ),
    Race(
        name="an instance loaded again with another value, and changed",
        sent=(
            ("instance.load", {**_LATE[1], "location": "SITE-2"}),
            place("O1", "disconnect", "LATE"),
        ),
        before=(_LATE,),
        allowed=({"O1": "completed", "LATE": "inactive"},),
        refused=("REF-03",),
    ),
    Race(
        name="a specification published and sold",
        sent=(_DOG, place("O1", "add", lines=[line("1", "add", specificationId="dog")])),
        allowed=({"O1": "completed", "O1:1": "active"}, {"O1": "rejected REF-01", "O1:1": "not there"}),
    ),
    Race(
        name="a new version of what is being changed",
        sent=(_RFS_2, place("O1", "change", "NET", characteristics={"speed": 1000})),
        allowed=({"O1": "completed", "NET": "active", "PORT": "active"},),
    ),
)


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.name)
def test_what_is_sent_in_the_same_breath_ends_in_one_of_the_allowed_ways(race: Race) -> None:
    seen: list[Outcome] = []
    for seed in range(min(SEEDS, MOST)):
        world = raced(forked(seed), race)
        outcome = _outcome(world, race)
        assert outcome in race.allowed, f"seed {seed}"
        assert set(refusals(world)) <= set(race.refused), f"seed {seed}"
        assert held(world) == [], f"seed {seed}"
        assert world.parked() == [], f"seed {seed}"
        seen += [outcome] if outcome not in seen else []
    assert len(seen) > 1 or len(race.allowed) == 1 or SEEDS < MOST, "nothing raced"


def raced(world: World, race: Race) -> World:
    """Sends what races, each command when more or less has happened since the one before it."""
    play(world, (race.before,))
    for name, data in race.sent:
        world.send(name, data, account=data.get("accountId", "ACME"))
        for _ in range(world.random.choice((0, 0, 5, 20, 80))):
            world.step()
    world.run()
    return world


def _outcome(world: World, race: Race) -> Outcome:
    pages = world.pages()
    return {id: _end(pages, id) for id in race.allowed[0]}


def _end(pages: Mapping[tuple[str, str], Any], id: str) -> str:
    page = pages.get(("order", id)) or pages.get(("instance", id))
    if page is None:
        return "not there"
    rules = sorted({reason["rule"] for reason in page.get("reasons", ())})
    return " ".join((page["state"], *(rules if page["state"] == "rejected" else ())))


def refusals(world: World) -> list[str]:
    """The rules that every refusal since the fork names."""
    return [
        reason["rule"]
        for topic in ("order.events", "inventory.events")
        for message, data in world.messages(topic)
        if message.type.endswith("command.refused.v1")
        for reason in data["reasons"]
    ]


def held(world: World) -> list[str]:
    """Instances that an order still holds when all is quiet."""
    return [id for (kind, id), page in world.pages().items() if kind == "instance" and page["reservedBy"]]
