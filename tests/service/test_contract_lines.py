"""Contract lines that are asked for with the lines of an order: made, amended, ended, refused (section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.scenes import terms_of
from tests.journey.worlds import effects, forked, play
from tests.scenarios import Sent, line, place
from tests.service.test_schedules import page, standing, until
from tests.world import World

START, END = "2026-01-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"
FEBRUARY, MARCH = "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"
YEAR = {"start": START, "term": 12}
"""The world begins on 2026-01-05."""


def add(id: str, specification: str, **more: Any) -> dict[str, Any]:
    return line(id, "add", specificationId=specification, **more)


def order(*lines: dict[str, Any], id: str = "O1", **more: Any) -> Sent:
    return place(id, None, lines=list(lines), **more)


HOME = order(add("1", "home", contractLine={"type": "new", **YEAR}))
"""The platform writes the line of the internet access that no home is without."""

AGREED: Sent = (
    "contract.load",
    {
        "contractId": "C-1",
        "accountId": "ACME",
        "state": "active",
        "start": START,
        "end": END,
        "lines": [
            {"contractLineId": "L-HOME", "instanceId": "HOME", "state": "active", "start": START, "end": END},
            {"contractLineId": "L-MOB", "instanceId": "MOB", "state": "active", "start": START, "end": END},
        ],
    },
)
ENTITLED: Sent = (
    "entitlement.load",
    {
        "entitlementId": "E-VOICE",
        "accountId": "ACME",
        "instanceId": "VOICE",
        "contractLineId": "L-HOME",
        "state": "active",
        "start": START,
        "end": END,
    },
)


def change(id: str, instance: str, **agreed: Any) -> dict[str, Any]:
    return line(id, "change", instanceId=instance, contractLine=agreed)


def why(world: World, id: str = "O1") -> list[tuple[str, str | None]]:
    """Rule and line of every reason for which the order was rejected."""
    found = page(world, "order", id)
    assert found["state"] == "rejected", found["state"]
    return [(one["rule"], one.get("lineId")) for one in found["reasons"]]


def says(world: World, id: str = "O1") -> str:
    return "; ".join(one["message"] for one in page(world, "order", id)["reasons"])


def dates(world: World, instance: str) -> dict[str, tuple[str | None, str | None, int | None]]:
    found = page(world, "instance", instance)["contractLines"]
    return {one["contractLineId"]: (one["start"], one["end"], one.get("term")) for one in found}


# ----------------------------------------------------------------------------------------------- made


@pytest.mark.rule("CON-08", "CON-09", "CON-11")
def test_an_add_makes_a_contract_line_and_entitlements_for_what_comes_with_it() -> None:
    world = standing((HOME,))
    assert page(world, "order", "O1")["state"] == "completed"
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "active"}
    assert dates(world, "O1:1") == {"O1~contract.1": (START, END, 12)}
    [entitled] = page(world, "instance", "O1:2")["entitlements"]
    assert entitled == {
        "entitlementId": "O1~entitlement.2",
        "contractLineId": "O1~contract.1",
        "state": "active",
        "start": START,
        "end": END,
        "term": 12,
    }
    assert page(world, "contract", "O1~contract") == {
        "contractId": "O1~contract",
        "accountId": "ACME",
        "state": "active",
        "start": START,
        "end": END,
        "contractLineIds": ["O1~contract.1"],
    }


@pytest.mark.rule("CON-08")
def test_it_is_said_by_which_rule_and_order_it_was_made() -> None:
    said = {
        one.type.split(".")[1]: data
        for one, data in standing((HOME,)).messages("inventory.events")
        if one.type.split(".")[1] in ("contract", "contract-line", "entitlement")
    }
    found = {name: (data["rule"], data["orderId"], data["version"]) for name, data in said.items()}
    assert found == {
        "contract": ("CON-09", "O1", 1),
        "contract-line": ("CON-08", "O1", 1),
        "entitlement": ("CON-09", "O1", 1),
    }
    assert "previousState" not in said["contract-line"]


@pytest.mark.rule("CON-08")
def test_nothing_is_made_before_the_order_lands() -> None:
    world = forked(None)
    world.time_passes = False
    world.answer = lambda _: None
    play(world, ((HOME,),))
    assert page(world, "order", "O1")["state"] == "in_progress"
    assert terms_of(page(world, "instance", "O1:1")) == {}
    assert ("contract", "O1~contract") not in world.pages()


def test_one_that_begins_later_is_a_draft_until_then() -> None:
    world = standing((order(add("1", "voice", contractLine={"start": FEBRUARY, "term": 1})),))
    assert dates(world, "O1:1") == {"O1~contract.1": (FEBRUARY, MARCH, 1)}
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "draft"}
    until(world, FEBRUARY)
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "active"}
    assert page(world, "contract", "O1~contract")["state"] == "active"
    until(world, MARCH)
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "expired"}


@pytest.mark.rule("CON-09")
def test_all_lines_of_an_order_stand_in_one_contract_that_covers_them() -> None:
    both = [
        add("1", "voice", contractLine={"start": START, "term": 1}),
        add("2", "mobile-4g", contractLine={"start": FEBRUARY, "term": 12}),
    ]
    world = standing((order(*both),))
    contract = page(world, "contract", "O1~contract")
    assert contract["contractLineIds"] == ["O1~contract.1", "O1~contract.2"]
    assert (contract["start"], contract["end"]) == (START, "2027-02-01T00:00:00+00:00")


@pytest.mark.rule("CON-09")
def test_what_comes_later_in_the_same_order_stands_in_the_same_contract() -> None:
    both = [
        add("1", "voice", contractLine=YEAR),
        add("2", "mobile-4g", contractLine={"start": FEBRUARY, "term": 24}, dueDate=FEBRUARY),
        change("3", "MOB", term=24) | {"dueDate": MARCH},
    ]
    world = standing((AGREED,), (order(*both),))
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "active"}
    until(world, FEBRUARY)
    until(world, MARCH)
    assert page(world, "order", "O1")["state"] == "completed"
    assert page(world, "contract", "C-1")["contractLineIds"] == [
        "L-HOME", "L-MOB", "O1~contract.1", "O1~contract.2",
    ]  # fmt: skip
    assert ("contract", "O1~contract") not in world.pages()


def test_what_is_delivered_once_leaves_a_line_that_is_over() -> None:
    world = standing((order(add("1", "day-pass", parentInstanceId="HOME", contractLine={})),))
    assert page(world, "instance", "O1:1")["state"] == "inactive"
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "expired"}


# -------------------------------------------------------------------------------------------- changed


@pytest.mark.rule("CON-08")
def test_a_change_amends_the_dates_of_the_contract_line_and_of_what_runs_with_it() -> None:
    world = standing((AGREED,), (ENTITLED,), (order(change("1", "HOME", term=24)),))
    assert dates(world, "HOME") == {"L-HOME": (START, "2028-01-01T00:00:00+00:00", 24)}
    assert page(world, "instance", "VOICE")["entitlements"][0]["end"] == "2028-01-01T00:00:00+00:00"
    assert page(world, "contract", "C-1")["end"] == "2028-01-01T00:00:00+00:00"
    assert dates(world, "MOB") == {"L-MOB": (START, END, None)}
    until(world, "2027-06-01T00:00:00+00:00")
    assert terms_of(page(world, "instance", "HOME")) == {"L-HOME": "active"}
    assert terms_of(page(world, "instance", "MOB")) == {"L-MOB": "expired"}


@pytest.mark.rule("CON-08")
@pytest.mark.parametrize(
    ("asked", "end", "term"),
    [
        ({"type": "renew", "term": 12}, "2028-01-01T00:00:00+00:00", 24),
        ({"type": "renew", "end": "2027-07-01T00:00:00Z"}, "2027-07-01T00:00:00+00:00", 18),
        ({"type": "upsell", "end": "2028-01-01T00:00:00Z"}, "2028-01-01T00:00:00+00:00", 24),
        ({"type": "amend"}, END, None),
        ({"type": "no_change"}, END, None),
        ({}, END, None),
    ],
)
def test_a_line_runs_on_from_its_end_or_gets_another(asked: Any, end: str, term: int | None) -> None:
    world = standing((AGREED,), (order(change("1", "MOB", **asked)),))
    assert page(world, "order", "O1")["state"] == "completed"
    assert dates(world, "MOB") == {"L-MOB": (START, end, term)}


@pytest.mark.rule("CON-09")
def test_an_upsell_adds_to_the_contract_of_what_it_hangs_below() -> None:
    more = add("1", "tv", parentInstanceId="HOME", contractLine={"type": "upsell", **YEAR})
    world = standing((AGREED,), (order(more),))
    [made] = page(world, "instance", "O1:1")["contractLines"]
    assert (made["contractLineId"], made["contractId"]) == ("O1~contract.1", "C-1")
    assert page(world, "contract", "C-1")["contractLineIds"] == ["L-HOME", "L-MOB", "O1~contract.1"]


@pytest.mark.rule("CON-08")
def test_a_change_makes_a_line_for_what_had_none() -> None:
    world = standing((order(change("1", "MOB", type="new", **YEAR)),))
    assert dates(world, "MOB") == {"O1~contract.1": (START, END, 12)}


@pytest.mark.rule("CON-08", "D-16")
def test_what_an_order_made_is_ordered_for_by_its_id_and_ends_with_a_disconnect() -> None:
    world = standing((HOME,), (place("O2", "suspend", "O1~contract.1"),))
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "suspended"}
    assert terms_of(page(world, "instance", "O1:2")) == {"O1~entitlement.2": "suspended"}
    ends = line("1", "disconnect", instanceId="O1:1", contractLine={"type": "cancel"})
    play(world, ((order(ends, line("2", "disconnect", instanceId="O1:2"), id="O3"),),))
    assert page(world, "order", "O3")["state"] == "completed"
    assert terms_of(page(world, "instance", "O1:1")) == {"O1~contract.1": "canceled"}
    assert terms_of(page(world, "instance", "O1:2")) == {"O1~entitlement.2": "canceled"}
    assert page(world, "contract", "O1~contract")["state"] == "active"


# -------------------------------------------------------------------------------------------- refused


BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no start": (add("1", "voice", contractLine={"term": 12}), "CON-11", "say from when it runs"),
    "neither end nor term": (add("1", "voice", contractLine={"start": START}), "CON-11", "one of both"),
    "an end before its start": (
        add("1", "voice", contractLine={"start": END, "end": START}), "CON-11", "give a later end",
    ),
    "a term that does not lead to the end": (
        add("1", "voice", contractLine={**YEAR, "end": MARCH}), "CON-11", "leave one out",
    ),
    "no whole number of months": (
        add("1", "voice", contractLine={"start": START, "end": "2026-03-11T00:00:00Z"}),
        "CON-11",
        "give another end, or a term",
    ),
    "over before it begins": (
        add("1", "voice", contractLine={"start": "2024-01-01T00:00:00Z", "term": 12}),
        "CON-11",
        "give an end to come",
    ),
    "what is delivered once": (
        add("1", "day-pass", parentInstanceId="HOME", contractLine=YEAR), "CON-11", "runs for no time",
    ),
    "dates of what stays as it is": (
        line("1", "suspend", instanceId="MOB", contractLine={"term": 12}), "CON-11", "leave them out",
    ),
    "an add that amends": (
        add("1", "voice", contractLine={"type": "amend", **YEAR}),
        "CON-08",
        "an add has no contract line to amend: with it the type can be new or upsell; left out it is new",
    ),
    "a change that cancels": (change("1", "MOB", type="cancel"), "CON-08", "left out it is amend"),
    "a disconnect that renews": (
        line("1", "disconnect", instanceId="MOB", contractLine={"type": "renew", "term": 12}),
        "CON-08",
        "left out it is cancel",
    ),
    "nothing to amend": (change("1", "NET", term=12), "CON-08", "say 'new' to give it one"),
    "a second line": (change("1", "MOB", type="new", **YEAR), "CON-09", "amend or renew that one"),
    "an upsell of nothing": (
        add("1", "voice", contractLine={"type": "upsell", **YEAR}), "CON-08", "nothing above has one",
    ),
    "another start of a renewal": (
        change("1", "MOB", type="renew", start=MARCH, term=12), "CON-11", "leave the start out",
    ),
    "a move": (
        line("1", "change", instanceId="MOB", location="SITE-2", contractLine={"term": 24}),
        "CON-08",
        "a move takes contract lines along as they are (D-05)",
    ),
}  # fmt: skip


@pytest.mark.rule("CON-08", "CON-09", "CON-11")
@pytest.mark.parametrize("case", BROKEN)
def test_the_reservation_refuses_with_the_rule_and_the_line_and_says_what_is_right(case: str) -> None:
    asked, rule, right = BROKEN[case]
    world = standing((AGREED,), (order(asked),))
    assert why(world) == [(rule, "1")]
    assert right in says(world)
    assert terms_of(page(world, "instance", "MOB")) == {"L-MOB": "active"}
    assert page(world, "instance", "MOB")["reservedBy"] is None


@pytest.mark.rule("CON-09")
def test_an_order_about_two_contracts_is_refused_with_the_line_of_the_second() -> None:
    second = {**AGREED[1], "contractId": "C-2", "end": None}
    second["lines"] = [{**AGREED[1]["lines"][1], "contractLineId": "L-NET", "instanceId": "NET"}]
    world = standing(
        (AGREED, ("contract.load", second)),
        (order(change("1", "MOB", term=24), change("2", "NET", term=24)),),
    )
    assert why(world) == [("CON-09", "2")]
    assert "about contract 'C-1' and this line about 'C-2': order them apart" in says(world)


@pytest.mark.rule("CON-09")
def test_an_order_that_adds_to_a_second_contract_is_refused() -> None:
    second = {**AGREED[1], "contractId": "C-2", "end": None}
    second["lines"] = [{**AGREED[1]["lines"][1], "contractLineId": "L-NET", "instanceId": "NET"}]
    more = add("2", "tv", parentInstanceId="HOME", contractLine={"type": "upsell", **YEAR})
    world = standing((AGREED, ("contract.load", second)), (order(change("1", "NET", term=24), more),))
    assert why(world) == [("CON-09", "2")]


@pytest.mark.rule("CON-09")
def test_an_instance_with_two_contract_lines_is_amended_by_none() -> None:
    second = {**AGREED[1], "contractId": "C-2"}
    second["lines"] = [{**AGREED[1]["lines"][1], "contractLineId": "L-MORE"}]
    world = standing((AGREED, ("contract.load", second)), (order(change("1", "MOB", term=24)),))
    assert why(world) == [("CON-09", "1")]
    assert "'L-MOB', 'L-MORE'" in says(world)


@pytest.mark.rule("CON-11")
def test_of_a_dated_line_the_dates_are_judged_at_once() -> None:
    world = standing((order(add("1", "voice", contractLine={"term": 12}, dueDate=MARCH)),))
    assert why(world) == [("CON-11", "1")]


@pytest.mark.rule("SUS-04", "CON-08")
def test_of_a_dated_line_the_contract_line_is_judged_on_its_day() -> None:
    world = standing((order(change("1", "MOB", term=24) | {"dueDate": FEBRUARY}),), (AGREED,))
    until(world, FEBRUARY)
    assert dates(world, "MOB") == {"L-MOB": (START, "2028-01-01T00:00:00+00:00", 24)}
    play(world, ((order(change("1", "MOB", term=36) | {"dueDate": "2028-06-01T00:00:00Z"}, id="O2"),),))
    until(world, "2028-06-01T00:00:00+00:00")
    found = page(world, "order", "O2")
    assert (found["state"], [one["rule"] for one in found["reasons"]]) == ("canceled", ["CON-08"])


def test_an_id_that_somebody_loaded_is_not_made_again() -> None:
    loaded = {**AGREED[1], "contractId": "O1~contract"}
    world = standing((("contract.load", loaded),), (HOME,))
    assert why(world) == [("REF-04", None)]


def test_what_an_order_made_is_not_loaded_over() -> None:
    world = standing((HOME,))
    loaded = {"contractId": "O1~contract", "accountId": "ACME", "state": "canceled", "lines": []}
    play(world, ((("contract.load", loaded),),))
    [refused] = [data for one, data in world.messages("inventory.events") if "refused" in one.type]
    assert refused["reasons"][0]["rule"] == "REF-03"
    assert "order 'O1' has made or changed contract 'O1~contract'" in refused["reasons"][0]["message"]


# ------------------------------------------------------------------------------------ whatever happens


@pytest.mark.rule("D-22")
def test_of_an_order_that_cannot_be_planned_nothing_is_left() -> None:
    gone = ("specification.retire", {"specificationId": "modem"})
    fast = change("1", "NET", type="new", **YEAR) | {"characteristics": {"speed": 1000}}
    world = standing((gone,), (order(fast),))
    assert page(world, "order", "O1")["state"] == "rejected"
    assert terms_of(page(world, "instance", "NET")) == {}
    assert ("contract", "O1~contract") not in world.pages()


SHUFFLED: dict[str, tuple[tuple[Sent, ...], ...]] = {
    "made": ((HOME,),),
    "amended": ((AGREED, ENTITLED), (order(change("1", "HOME", type="renew", term=12)),)),
    "made, rested and ended": (
        (HOME,),
        (place("O2", "suspend", "O1~contract.1"),),
        (place("O3", "disconnect", "O1:1"),),
    ),
    "dated": ((order(add("1", "voice", contractLine=YEAR, dueDate=FEBRUARY)),),),
}


@pytest.mark.rule("CON-08", "CON-09")
@pytest.mark.parametrize("case", SHUFFLED)
def test_terms_end_alike_in_whatever_order_messages_arrive(case: str) -> None:
    calm = play(forked(None), SHUFFLED[case])
    wanted, pages = effects(calm), calm.pages()
    for seed in range(20):
        world = play(forked(seed), SHUFFLED[case])
        assert (world.pages(), effects(world), world.parked()) == (pages, wanted, []), f"seed {seed}"
