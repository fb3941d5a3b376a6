"""A change of specification or version: what the new one does not have goes when the change lands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.inventory.domain.case import case_of
from services.inventory.domain.instance_events import InstanceLanded
from services.inventory.domain.record import Changed
from services.inventory.domain.reservation import ReservationRefused
from services.inventory.domain.reserve import unheard
from tests.inventory import Base, events, line, order, record

OLD = {"generation": "4G", "bands": "B3", "gb": 5, "owner": "sealed"}


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", **more}


def sim(*of_new: dict[str, Any], version: str | None = "1") -> Base:
    """A SIM by the specification 4g; `of_new` are the characteristics of 5g, and of version 2 of 4g."""
    base = Base()
    owner = named("owner", personal=True, values=["Ola", "Kari"])
    listed = named("generation", values=["4G"])
    base.hear("4g", characteristics=[listed, named("bands"), named("gb"), owner])
    for id, of in (("5g", "1"), ("4g", "2")):
        base.hear(id, of, characteristics=[named("gb"), owner, *of_new])
    base.load(record("SIM", specification_id="4g", specification_version=version, characteristics=dict(OLD)))
    return base


def upgrade(specification: str = "5g", version: str | None = "1", **values: Any) -> Any:
    asked = line("1", "change", "SIM", specification_id=specification, specification_version=version)
    return order("O1", replace(asked, characteristics=values))


def landed(base: Base, approved: Any, closing: dict[str, Any] | None = None) -> InstanceLanded:
    """The change, done to its end."""
    accepted = base.accepted(approved)
    asked = {**OLD, **accepted.lines[0].characteristics} if closing is None else closing
    base.close("O1", "1", "SIM", "change", characteristics=asked)
    [event] = events(base.complete("O1", "1"), "SIM")
    assert isinstance(event, InstanceLanded)
    return event


@pytest.mark.rule("CHG-15", "CHG-04")
@pytest.mark.parametrize(("specification", "version"), [("5g", "1"), ("4g", "2")])
def test_values_that_the_new_one_does_not_have_go_when_the_change_lands(
    specification: str, version: str
) -> None:
    base = sim()
    event = landed(base, upgrade(specification, version, gb=20))
    assert event.record.characteristics == {"gb": 20, "owner": "sealed"}
    assert event.changes == (
        Changed(name="generation", value=None, previous="4G"),
        Changed(name="bands", value=None, previous="B3"),
        Changed(name="gb", value=20, previous=5),
    )


@pytest.mark.rule("CHG-15", "DEC-06")
def test_fulfillment_is_told_with_the_line_that_they_go() -> None:
    [asked] = sim().accepted(upgrade(gb=20)).lines
    assert asked.characteristics == {"generation": None, "bands": None, "gb": 20}


def test_until_the_change_lands_they_are_shown() -> None:
    base = sim()
    base.accepted(upgrade())
    base.close("O1", "1", "SIM", "change", characteristics={"gb": 5})
    assert base.shown()["SIM"].characteristics == OLD


@pytest.mark.rule("CHG-15", "D-22")
def test_after_a_cancel_they_are_there() -> None:
    base = sim()
    base.accepted(upgrade())
    base.cancel("O1")
    assert base.shown()["SIM"].characteristics == OLD


@pytest.mark.rule("CHG-15")
def test_a_value_that_the_new_one_does_not_list_gives_way_to_its_default() -> None:
    generation = named("generation", values=["5G", "6G"], default="5G")
    assert landed(sim(generation), upgrade()).record.characteristics["generation"] == "5G"
    assert landed(sim(generation), upgrade(generation="6G")).record.characteristics["generation"] == "6G"
    without = named("generation", values=["5G"])
    assert "generation" not in landed(sim(without), upgrade()).record.characteristics


@pytest.mark.rule("CHG-15")
def test_a_personal_value_is_not_looked_at() -> None:
    assert landed(sim(), upgrade(gb=20)).record.characteristics["owner"] == "sealed"


@pytest.mark.rule("CHG-15")
@pytest.mark.parametrize("needed", [named("plan", values=["S", "L"]), named("generation", values=["S", "L"])])
def test_what_the_new_one_requires_is_given_with_the_change(needed: dict[str, Any]) -> None:
    name = needed["name"]
    base = sim({**needed, "required": True})
    (append,) = base.approve(upgrade())
    assert isinstance(append.event, ReservationRefused)
    [reason] = append.event.reasons
    assert (reason.rule, reason.line_id, reason.field) == ("CHG-15", "1", f"characteristics.{name}")
    assert reason.message == (
        f"'SIM' becomes a 5g, which needs '{name}', and has none that it takes: give it one of 'S', 'L'"
    )
    for given in ({name: "L"}, {}):
        with_default = sim({**needed, "required": True, **({} if given else {"default": "S"})})
        with_default.accepted(upgrade(**given))


@pytest.mark.rule("CHG-01", "CHG-05")
def test_a_change_that_keeps_its_specification_keeps_its_values() -> None:
    assert landed(sim(), upgrade("4g", "1", gb=20)).record.characteristics == {**OLD, "gb": 20}
    unsaid = sim(version=None)
    assert landed(unsaid, upgrade("4g", "2", gb=20)).record.characteristics == {**OLD, "gb": 20}


@pytest.mark.rule("CHG-15", "MOV-06")
def test_in_a_move_they_do_not_go_along() -> None:
    base = sim()
    asked = upgrade(gb=20).lines[0]
    base.accepted(order("O1", replace(asked, move=True, location="L2")))
    assert base.find("O1~1").held.coming.values == {"gb": 20, "owner": "sealed"}
    assert base.shown()["SIM"].characteristics == OLD


def test_what_nobody_has_heard_of_yet_is_waited_for() -> None:
    base = sim()
    for specification, version, missing in (("5g", "1", ()), ("5g", "9", ("5g",)), ("6g", "1", ("6g",))):
        case = case_of(upgrade(specification, version), base.installed())
        assert unheard(case) == missing
