"""Contract lines of an order under way: revised, refused, and of a canceled order nothing is left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.scenes import terms_of
from tests.journey.worlds import forked, play
from tests.scenarios import Sent, ask, line, place
from tests.scenarios_in_flight import HAND, report
from tests.service.test_contract_lines import AGREED, YEAR
from tests.service.test_schedules import page
from tests.world import World

APPROVED = (ask("approve-change", HAND),)
LANDS = ((report("1.reserve"),), (report("1.port"),), (report("1.route"),))


def number(**agreed: Any) -> dict[str, Any]:
    return line("2", "add", specificationId="number", contractLine={**YEAR, **agreed})


def amended(**agreed: Any) -> dict[str, Any]:
    return line("1", "change", instanceId="HOME", contractLine=agreed)


def under_way(*lines: dict[str, Any]) -> World:
    world = forked(None)
    world.time_passes = False
    return play(world, ((AGREED,), (place(HAND, None, lines=list(lines)),)))


def revised(*lines: dict[str, Any]) -> tuple[Sent, ...]:
    return (ask("revise", HAND, lines=list(lines)),)


@pytest.mark.rule("INF-03", "CON-08")
def test_a_revised_contract_line_lands_as_it_was_revised() -> None:
    world = play(under_way(number()), (revised(number(term=24)), APPROVED, *LANDS))
    [made] = page(world, "instance", f"{HAND}:2")["contractLines"]
    assert (made["term"], made["end"]) == (24, "2028-01-01T00:00:00+00:00")
    assert page(world, "contract", f"{HAND}~contract")["end"] == "2028-01-01T00:00:00+00:00"


@pytest.mark.rule("INF-03", "CON-08", "D-02")
def test_a_declined_one_lands_as_it_was_before() -> None:
    declined = (ask("decline-change", HAND),)
    world = play(under_way(number()), (revised(number(term=24)), declined, *LANDS))
    assert page(world, "instance", f"{HAND}:2")["contractLines"][0]["term"] == 12


@pytest.mark.rule("CON-11", "CON-08")
@pytest.mark.parametrize(
    ("agreed", "rule"),
    [({"end": "2026-05-01T00:00:00Z"}, "CON-11"), ({"type": "amend"}, "CON-08")],
)
def test_a_revision_that_breaks_a_rule_of_contracts_is_declined_and_all_is_as_before(
    agreed: dict[str, Any], rule: str
) -> None:
    world = play(under_way(number()), (revised(number(**agreed)), APPROVED))
    [declined] = [data for one, data in world.messages("order.events") if "change-declined" in one.type]
    assert [(one["rule"], one["lineId"]) for one in declined["reasons"]] == [(rule, "2")]
    play(world, LANDS)
    assert page(world, "instance", f"{HAND}:2")["contractLines"][0]["term"] == 12


@pytest.mark.rule("D-22", "CON-08")
def test_of_a_canceled_order_no_contract_line_is_left_and_none_is_changed() -> None:
    world = under_way(number(), amended(term=36))
    play(world, ((report("1.reserve"),), (ask("cancel", HAND),), APPROVED))
    tasks = page(world, "plan", HAND)["tasks"]
    undo = [one["taskId"].removeprefix(f"{HAND}.") for one in tasks if one["undo"]]
    play(world, (tuple(report(id) for id in undo),))
    assert page(world, "order", HAND)["state"] == "canceled"
    assert terms_of(page(world, "instance", f"{HAND}:2")) == {}
    [kept] = page(world, "instance", "HOME")["contractLines"]
    assert (kept["contractLineId"], kept["end"]) == ("L-HOME", "2027-01-01T00:00:00+00:00")
    assert page(world, "contract", "C-1")["contractLineIds"] == ["L-HOME", "L-MOB"]
