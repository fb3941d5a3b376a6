"""CON-06: the dates of what rests can be edited, whoever has suspended it, and refusals say how."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.scenes import terms_of
from tests.journey.worlds import play
from tests.scenarios import Sent, place
from tests.service.test_contract_lines import AGREED, END, ENTITLED, START, YEAR, add, change, dates, order
from tests.service.test_schedules import APRIL, page, standing, until
from tests.world import World

NEXT = "2028-01-01T00:00:00+00:00"


def loaded(contract: str = "C-1", end: str = NEXT, **first: Any) -> Sent:
    """The contract again, with other dates of the line of the home, and the mobile as it was loaded."""
    home, mobile = AGREED[1]["lines"]
    home = {**home, "state": "suspended", "end": end, **first}
    lines = [home, mobile] if contract == "C-1" else [home]
    return "contract.load", {**AGREED[1], "contractId": contract, "end": end, "lines": lines}


def refused(world: World) -> list[tuple[str, str]]:
    found = [data for one, data in world.messages("inventory.events") if "refused" in one.type]
    return [(one["rule"], one["message"]) for data in found for one in data["reasons"]]


@pytest.mark.rule("CON-06", "CON-04")
def test_what_an_order_has_suspended_is_renewed_by_the_contract_system_and_runs_on_when_it_wakes() -> None:
    world = standing((AGREED,), (ENTITLED,), (place("O1", "suspend", "HOME"),))
    play(world, ((loaded(),), (("entitlement.load", {**ENTITLED[1], "state": "suspended", "end": NEXT}),)))
    assert refused(world) == []
    assert terms_of(page(world, "instance", "HOME")) == {"L-HOME": "suspended"}
    assert dates(world, "HOME") == {"L-HOME": (START, NEXT, None)}
    until(world, "2027-02-01T00:00:00+00:00")
    play(world, ((place("O2", "resume", "HOME"),),))
    assert terms_of(page(world, "instance", "HOME")) == {"L-HOME": "active"}
    assert [(one["state"], one["end"]) for one in page(world, "instance", "VOICE")["entitlements"]] == [
        ("active", NEXT)
    ]
    assert terms_of(page(world, "instance", "MOB")) == {"L-MOB": "expired"}


@pytest.mark.rule("CON-06")
def test_a_shorter_end_counts_while_it_rests() -> None:
    world = standing((AGREED,), (place("O1", "suspend", "HOME"),))
    play(world, ((loaded(end=APRIL.replace("Z", "+00:00")),),))
    until(world, APRIL)
    assert terms_of(page(world, "instance", "HOME")) == {"L-HOME": "expired"}


@pytest.mark.rule("CON-06")
def test_the_dates_of_what_an_order_has_agreed_can_be_edited_with_their_contract() -> None:
    world = standing((order(add("1", "voice", contractLine=YEAR)),), (place("O2", "suspend", "O1:1"),))
    its = {"contractLineId": "O1~contract.1", "instanceId": "O1:1"}
    play(world, ((loaded("O1~contract", **its),),))
    assert refused(world) == []
    assert dates(world, "O1:1")["O1~contract.1"][:2] == (START, NEXT)
    assert page(world, "contract", "O1~contract")["end"] == NEXT


@pytest.mark.rule("CON-06")
def test_the_other_lines_are_given_as_they_stand_whatever_order_has_changed_them() -> None:
    renewed = order(change("1", "MOB", type="renew", term=12))
    world = standing((AGREED,), (renewed,), (place("O2", "suspend", "HOME"),))
    name, data = loaded()
    mobile = {**data["lines"][1], "end": NEXT}
    play(world, (((name, {**data, "lines": [data["lines"][0], mobile]}),),))
    assert refused(world) == []
    assert dates(world, "HOME") == {"L-HOME": (START, NEXT, None)}
    assert dates(world, "MOB") == {"L-MOB": (START, NEXT, 24)}


@pytest.mark.rule("CON-06", "D-07")
def test_refusals_say_what_would_be_right() -> None:
    world = standing((AGREED,), (place("O1", "suspend", "HOME"),))
    play(world, ((loaded(state="active"),), (order(change("1", "HOME", type="renew", term=12), id="O2"),)))
    assert "load it as suspended, with the dates that it is to have" in dict(refused(world))["CON-06"]
    [reason] = page(world, "order", "O2")["reasons"]
    assert (reason["rule"], "load its contract line as suspended" in reason["message"]) == ("D-07", True)
    assert dates(world, "HOME") == {"L-HOME": (START, END, None)}
