"""ORC-05: an order is as urgent as its most urgent line, and so is everything that is done for it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import FULFILLMENT_EVENTS, TASKS
from services.fulfillment.domain import priority as below
from services.order.domain.line import Ranks
from services.order.domain.priority import band, of_line, priority
from services.order.domain.tree import Tree
from tests.domain.order_known import Heard, add, line
from tests.journey.worlds import forked, play
from tests.scenarios import line as written
from tests.scenarios import place


def number(*lines: Any, ranks: Ranks | None = None, heard: Heard | None = None) -> int | None:
    known = heard or Heard().sells("tv").sells("alarm", priority=100).owns("TV", "tv")
    return priority(Tree(known.written(lines=lines, ranks=ranks), known))


@pytest.mark.rule("ORC-05")
@pytest.mark.parametrize(
    ("ranks", "found"),
    [
        (None, 50),
        (Ranks(urgency=100), 90),
        (Ranks(urgency=0), 10),
        (Ranks(customer=90), 80),
        (Ranks(customer=90, urgency=20), 50),
    ],
)
def test_what_the_caller_says_weighs_more_than_what_is_done(ranks: Ranks | None, found: int) -> None:
    assert number(add("1", "tv"), ranks=ranks) == found


@pytest.mark.rule("ORC-05")
def test_what_the_catalog_says_counts_as_well_and_the_most_urgent_line_decides() -> None:
    assert number(add("1", "alarm")) == (100 * 2 + 50) // 3
    assert number(add("1", "tv"), add("2", "alarm")) == (100 * 2 + 50) // 3
    assert number(line("1", "disconnect", "TV")) == 40
    known = Heard().owns("TV", "tv")
    tree = Tree(known.written(lines=(line("1", "resume", "TV"),)), known)
    assert of_line(tree.lines[0], tree) == 80


@pytest.mark.rule("ORC-05")
@pytest.mark.parametrize(
    ("number", "name"),
    [
        (100, "critical"),
        (80, "critical"),
        (79, "high"),
        (60, "high"),
        (59, "medium"),
        (40, "medium"),
        (39, "low"),
    ],
)
def test_the_bands_of_both_services_are_the_same(number: int, name: str) -> None:
    assert band(number) == below.band(number) == name


@pytest.mark.rule("ORC-05")
def test_an_order_hands_it_down_to_domain_orders_and_tasks() -> None:
    urgent = [written("1", "change", instanceId="NET", characteristics={"speed": 200})]
    world = play(forked(None), ((place("O1", None, lines=urgent, priority={"urgency": 100}),),))
    page = world.pages()["order", "O1"]
    assert (page["priority"], page["priorityBand"]) == (90, "critical")
    plan = world.pages()["plan", "O1"]
    assert (plan["priority"], plan["priorityBand"]) == (90, "critical")
    tasks = [body for _, body in world.messages(TASKS)]
    assert tasks
    assert {(task["priority"], task["priorityBand"]) for task in tasks} == {(90, "critical")}
    said = [body for message, body in world.messages(FULFILLMENT_EVENTS) if "domain-order" in message.type]
    assert {body["priority"] for body in said} == {90}


@pytest.mark.rule("ORC-05")
def test_dated_parts_are_as_urgent_as_their_order() -> None:
    later = place("O1", "change", "NET", start="2026-02-01T00:00:00Z", priority={"customer": 100})
    world = play(forked(None), ((later,),))
    assert {body["priority"] for _, body in world.messages(TASKS)} == {(100 * 3 + 50) // 4}
