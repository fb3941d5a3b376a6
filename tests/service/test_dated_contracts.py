"""Contract lines that dated lines ask for: what cannot be on their day is said when they are approved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.worlds import play
from tests.scenarios import Sent, ask, line
from tests.service.test_contract_lines import AGREED, FEBRUARY, MARCH, YEAR, add, change, dates, order, why
from tests.service.test_contract_lines import says as said
from tests.service.test_schedules import lines, operations, page, standing, until
from tests.world import World

START, END, NEXT = (f"{year}-01-01T00:00:00+00:00" for year in (2026, 2027, 2028))
OPEN: Sent = (
    "contract.load",
    {
        "contractId": "C-2",
        "accountId": "ACME",
        "state": "active",
        "lines": [{"contractLineId": "L-NET", "instanceId": "NET", "state": "active"}],
    },
)
"""A contract without dates, beside C-1 of the home and the mobile."""

IMPOSSIBLE: dict[str, tuple[dict[str, Any], str, str]] = {
    "an end before its start": (change("1", "MOB", start=MARCH, end=FEBRUARY), "CON-11", "give a later end"),
    "an end before the start it has": (
        change("1", "MOB", end="2025-12-01T00:00:00Z"), "CON-11", "give a later end",
    ),
    "no start": (change("1", "NET", term=12), "CON-11", "say from when it runs"),
    "neither end nor term": (change("1", "NET", start=MARCH), "CON-11", "neither end nor term"),
    "a term that does not lead to the end": (
        change("1", "MOB", start=MARCH, term=12, end=END), "CON-11", "leave one out",
    ),
    "no whole number of months": (
        change("1", "MOB", end="2026-05-11T00:00:00Z"), "CON-11", "give another end, or a term",
    ),
    "over before its day": (
        change("1", "MOB", end=FEBRUARY), "CON-11", "give a later end, or an earlier date",
    ),
    "renewed from another day": (
        change("1", "MOB", type="renew", start=MARCH, term=12), "CON-11", "leave the start out",
    ),
    "dates of what there is nothing of yet": (
        change("1", "VOICE", start=MARCH, end=FEBRUARY), "CON-11", "give a later end",
    ),
    "one that begins before nothing above has one": (
        add("1", "voice", contractLine={"type": "upsell", "start": MARCH, "end": FEBRUARY}),
        "CON-11",
        "give a later end",
    ),
    "dates of what ends": (
        line("1", "disconnect", instanceId="MOB", contractLine={"end": END}), "CON-11", "leave them out",
    ),
    "dates of what rests": (
        line("1", "suspend", instanceId="MOB", contractLine={"term": 12}), "CON-11", "leave them out",
    ),
    "a second line": (change("1", "MOB", type="new", **YEAR), "CON-09", "amend or renew that one"),
}  # fmt: skip


def dated(asked: dict[str, Any], due: str = MARCH) -> dict[str, Any]:
    return asked | {"dueDate": due}


def declined(world: World) -> list[tuple[str, str]]:
    found = [data for one, data in world.messages("order.events") if "change-declined" in one.type]
    return [(one["rule"], one["lineId"]) for data in found for one in data["reasons"]]


@pytest.mark.rule("CON-09", "CON-11", "APP-05")
@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_terms_that_no_day_makes_right_are_refused_when_the_dated_line_is_approved(case: str) -> None:
    asked, rule, right = IMPOSSIBLE[case]
    world = standing((AGREED, OPEN), (order(dated(asked)),))
    assert why(world) == [(rule, "1")]
    assert right in said(world)
    assert operations(world, "MOB") == []


@pytest.mark.rule("CON-09", "APP-05")
@pytest.mark.parametrize("due", [None, FEBRUARY, MARCH])
def test_two_contracts_in_one_order_are_refused_whatever_the_days(due: str | None) -> None:
    first = change("1", "NET", start=START, term=24) | ({"dueDate": due} if due else {})
    more = add("2", "tv", parentInstanceId="HOME", contractLine={"type": "upsell", **YEAR})
    for second in (change("2", "MOB", term=24), more):
        world = standing((AGREED, OPEN), (order(first, dated(second)),))
        assert why(world) == [("CON-09", "2")]
        assert "about contract 'C-2' and this line about 'C-1': order them apart" in said(world)


@pytest.mark.rule("CON-11", "CON-09", "APP-05", "D-02")
@pytest.mark.parametrize("case", [case for case in IMPOSSIBLE if case != "dates of what rests"])
def test_a_revision_to_such_terms_is_declined_and_the_line_waits_as_before(case: str) -> None:
    """Of a suspend nothing but its date is revised (SUS-10)."""
    asked, rule, _ = IMPOSSIBLE[case]
    terms = asked.get("contractLine")
    before = {key: value for key, value in asked.items() if key != "contractLine"}
    world = standing((AGREED, OPEN), (order(dated(before)),))
    revised = ask("revise", "O1", lines=[dated(before) | {"contractLine": terms}])
    play(world, ((revised,), (ask("approve-change", "O1"),)))
    assert declined(world) == [(rule, "1")]
    assert lines(world) == {"1": "scheduled"}
    until(world, MARCH)
    assert (lines(world), page(world, "order", "O1")["reasons"]) == ({"1": "completed"}, [])


@pytest.mark.rule("CON-11", "SUS-12")
def test_a_day_beyond_the_end_of_its_contract_line_is_declined() -> None:
    world = standing((AGREED,), (order(dated(change("1", "MOB", end=NEXT))),))
    revised = ask("revise", "O1", lines=[line("1", "change", dueDate="2028-02-01T00:00:00Z")])
    play(world, ((revised,), (ask("approve-change", "O1"),)))
    assert declined(world) == [("CON-11", "1")]
    until(world, MARCH)
    assert dates(world, "MOB") == {"L-MOB": (START, NEXT, 24)}


@pytest.mark.rule("CON-11", "INF-03")
def test_a_revision_of_another_line_is_not_held_up_by_terms_that_no_longer_fit() -> None:
    both = [dated(change("1", "MOB", end=NEXT)), dated(line("2", "disconnect", instanceId="VOICE"))]
    later = change("1", "MOB", type="amend", start="2028-06-01T00:00:00Z", term=12)
    world = standing((AGREED,), (order(*both),), (order(later, id="O2"),))
    assert page(world, "order", "O2")["state"] == "completed"
    play(world, ((ask("revise", "O1", lines=both[:1]),), (ask("approve-change", "O1"),)))
    assert (declined(world), lines(world)) == ([], {"1": "scheduled", "2": "canceled"})
    until(world, MARCH)
    found = page(world, "order", "O1")
    assert (found["state"], [one["rule"] for one in found["reasons"]]) == ("canceled", ["CON-11"])


# ------------------------------------------------------------------- what may well be right on its day


@pytest.mark.rule("CON-11", "SUS-04")
def test_a_renewal_for_the_day_on_which_the_line_ends_waits_for_it() -> None:
    world = standing((AGREED,), (order(dated(change("1", "MOB", type="renew", term=12), END)),))
    assert lines(world) == {"1": "scheduled"}
    until(world, END)
    assert (lines(world), dates(world, "MOB")) == ({"1": "completed"}, {"L-MOB": (START, NEXT, 24)})


@pytest.mark.rule("CON-09", "SUS-04")
def test_a_new_line_from_the_day_on_which_the_one_before_ends_is_no_second_one() -> None:
    new = dated(change("1", "MOB", type="new", start=END, term=12), END)
    world = standing((AGREED,), (order(new),))
    assert lines(world) == {"1": "scheduled"}
    until(world, END)
    assert dates(world, "MOB") == {"L-MOB": (START, END, None), "O1~contract.1": (END, NEXT, 12)}
