"""Every order of the sample ends as the sample says it should."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core import from_json

from schemas import envelope
from schemas.envelope import Envelope
from schemas.examples.build import HERE
from schemas.registry import MESSAGES
from schemas.topics import CATALOG
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.world import World

OUTCOMES: dict[str, Any] = json.loads((HERE / "outcomes.json").read_text())
WAVES: list[dict[str, Any]] = json.loads((HERE / "feed.json").read_text())["waves"]


def messages(name: str) -> Iterator[tuple[Envelope, bytes]]:
    return (envelope.from_line(line) for line in (HERE / name).read_text().splitlines())


def sent(world: World, message: Envelope, data: bytes) -> None:
    topic = MESSAGES[message.type].topics[0]
    key = from_json(data)["specificationId"] if topic == CATALOG else message.account
    world.publish(topic, str(key), data, message)


@pytest.fixture(scope="module")
def world() -> World:
    """The sample, played to its end; each wave is looked at when it has settled."""
    world = World([ORDER, INVENTORY, FULFILLMENT])
    for name in ("catalog.jsonl", "installed-base.jsonl"):
        for message, data in messages(name):
            sent(world, message, data)
        world.run()
    commands = {message.id: (message, data) for message, data in messages("orders.jsonl")}
    for wave in WAVES:
        for id in wave["send"]:
            sent(world, *commands[id])
        world.run()
        pages = world.pages()
        assert {id: pages["order", id]["state"] for id in wave["until"]} == wave["until"], wave["name"]
    return world


@pytest.fixture(scope="module")
def pages(world: World) -> dict[tuple[str, str], Any]:
    return world.pages()


def test_nothing_is_refused_or_parked(world: World) -> None:
    refused = [
        data
        for topic in ("order.events", "inventory.events", "fulfillment.events")
        for message, data in world.messages(topic)
        if message.type == "aftersale.command.refused.v1"
    ]
    assert (refused, world.parked()) == ([], [])


@pytest.mark.parametrize("id", OUTCOMES)
def test_an_order_ends_as_it_should(id: str, pages: dict[tuple[str, str], Any]) -> None:
    order, outcome = pages["order", id], OUTCOMES[id]
    cited = {reason["rule"] for reason in order["reasons"]} if order["state"] == "rejected" else set()
    assert (order["state"], cited) == (outcome["state"], set(outcome.get("rules", ()))), order["reasons"]
    assert len(order["lines"]) == outcome.get("lines", len(order["lines"]))


def test_nothing_is_left_pending(pages: dict[tuple[str, str], Any]) -> None:
    pending = [id for (kind, id), page in pages.items() if kind == "instance" and "pending" in page["state"]]
    assert pending == []
