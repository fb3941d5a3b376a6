"""What the catalog has below what, and how many: judged for what the order makes different, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.order_known import Heard, add, bundles, home, line


def desk(**seats: Any) -> Heard:
    """A desk with two seats, and what the catalog says of how many there may be."""
    return (
        Heard()
        .sells("desk", relationships=[bundles("seat", **seats)])
        .owns("DESK", "desk")
        .owns("SEAT-1", "seat", "DESK")
        .owns("SEAT-2", "seat", "DESK")
    )


def seat(line_id: str = "1", **more: Any) -> Any:
    return add(line_id, "seat", **({"parent_instance_id": "DESK"} | more))


# --------------------------------------------------------------------------------- what stands below what


@pytest.mark.rule("LIN-01")
def test_nothing_is_added_below_what_does_not_have_it() -> None:
    [reason] = home().refuses(add("1", "tv", parent_instance_id="NET"))
    assert (reason.rule, reason.line_id, reason.field) == ("LIN-01", "1", "specificationId")
    assert reason.message == (
        "NET is made by internet version 1, which has no tv below it: it bundles router; "
        "name another parent, or none"
    )


@pytest.mark.rule("LIN-01")
def test_nothing_is_added_below_a_new_one_that_does_not_have_it() -> None:
    lines = add("1", "home"), add("2", "mobile", parent_line_id="1")
    [reason] = home().refuses(*lines)
    assert (reason.rule, reason.line_id) == ("LIN-01", "2")
    assert reason.message.startswith("line 1 is made by home version 1, which has no mobile below it")


@pytest.mark.rule("LIN-01", "CHG-05")
def test_what_a_newer_version_has_below_it_comes_with_a_change_to_that_version() -> None:
    heard = home().sells("sauna").sells("mobile", "2", relationships=[bundles("sauna")])
    below = add("2", "sauna", parent_instance_id="MOBILE")
    [reason] = heard.refuses(below)
    assert reason.message.endswith("change MOBILE in the same order, as mobile version 2 has it")
    assert heard.rules(line("1", "change", "MOBILE"), below) == []


@pytest.mark.rule("LIN-01", "CHG-15")
def test_no_part_becomes_what_its_whole_does_not_have() -> None:
    [reason] = home().refuses(line("1", "change", "TV", specification_id="mobile"))
    assert (reason.rule, reason.line_id) == ("LIN-01", "1")
    assert reason.message.endswith(
        "it bundles internet, it bundles tv, it bundles voice; name another specification"
    )
    assert home().rules(line("1", "change", "TV", specification_id="voice")) == []


@pytest.mark.rule("LIN-02")
def test_a_service_is_added_below_what_is_realized_as_it() -> None:
    realized = [{"type": "realized_as", "target": "access"}]
    heard = Heard().sells("access", kind="service").sells("net", relationships=realized).owns("NET", "net")
    heard.sells("fax", kind="service")
    assert heard.rules(add("1", "access", parent_instance_id="NET"), category="service") == []
    [reason] = heard.refuses(add("1", "fax", parent_instance_id="NET"), category="service")
    assert "it is realized as access" in reason.message


# --------------------------------------------------------------------------------------------- how many


@pytest.mark.rule("LIN-01")
def test_no_more_are_added_than_there_may_be() -> None:
    assert desk(max=3).rules(seat()) == []
    [reason] = desk(max=2).refuses(seat())
    assert (reason.rule, reason.line_id, reason.field) == ("LIN-01", "1", "specificationId")
    assert reason.message == (
        "DESK bundles at most 2 seat and would have 3: add 1 fewer, or end as many in the same order"
    )


@pytest.mark.rule("LIN-01")
def test_every_add_that_is_too_many_is_named() -> None:
    assert desk(max=3).rules(seat("1"), seat("2"), seat("3")) == [("2", "LIN-01"), ("3", "LIN-01")]


@pytest.mark.rule("LIN-01")
def test_what_ends_in_the_same_order_or_has_ended_makes_room() -> None:
    assert desk(max=2).rules(line("1", "disconnect", "SEAT-1"), seat("2")) == []
    assert desk(max=3).owns("SEAT-0", "seat", "DESK", ended=True).rules(seat()) == []


@pytest.mark.rule("LIN-01")
def test_there_may_be_as_many_below_a_new_one() -> None:
    lines = [seat(str(at), parent_line_id="0", parent_instance_id=None) for at in range(1, 4)]
    assert desk(max=3).rules(add("0", "desk"), *lines) == []
    [reason] = desk(max=2).refuses(add("0", "desk"), *lines)
    assert (reason.line_id, reason.message.startswith("line 0 bundles at most 2 seat")) == ("3", True)


@pytest.mark.rule("LIN-01")
def test_a_part_that_becomes_one_of_too_many_is_named() -> None:
    heard = home().sells("home", relationships=[bundles("internet"), bundles("tv", max=1), bundles("voice")])
    [reason] = heard.refuses(line("1", "change", "VOICE", specification_id="tv"))
    assert "HOME bundles at most 1 tv and would have 2" in reason.message


@pytest.mark.rule("LIN-01")
def test_there_are_at_least_as_many_as_there_must_be_or_none() -> None:
    heard = desk(min=2)
    [reason] = heard.refuses(line("1", "disconnect", "SEAT-1"))
    assert (reason.rule, reason.line_id, reason.field) == ("LIN-01", "1", "instanceId")
    assert reason.message == ("DESK bundles at least 2 seat and would have 1: add 1 more, or have none of it")
    assert heard.rules(line("1", "disconnect", "SEAT-1"), line("2", "disconnect", "SEAT-2")) == []
    assert heard.rules(line("1", "disconnect", "DESK"), line("2", "disconnect", "SEAT-2")) == []
    new = add("0", "desk"), seat(parent_line_id="0", parent_instance_id=None)
    assert heard.rules(*new) == [("1", "LIN-01")]


@pytest.mark.rule("LIN-01")
def test_what_was_loaded_otherwise_is_left_alone() -> None:
    for limits in ({"max": 1}, {"min": 3}):
        assert desk(**limits).rules(line("1", "change", "SEAT-1")) == []
    assert desk(max=0).rules(line("1", "disconnect", "SEAT-1")) == []


# ----------------------------------------------------------------------- what another specification has


@pytest.mark.rule("CHG-15")
def test_what_another_specification_does_not_have_ends_with_the_change() -> None:
    heard = home().sells("flat", relationships=[bundles("internet"), bundles("tv")])
    change = line("1", "change", "HOME", specification_id="flat")
    [reason] = heard.refuses(change)
    assert (reason.rule, reason.line_id, reason.field) == ("CHG-15", "1", "specificationId")
    assert reason.message == (
        "HOME would be made by flat version 1, which has no voice below it, and VOICE is one: "
        "end VOICE in the same order"
    )
    assert heard.rules(change, line("2", "disconnect", "VOICE")) == []
    assert heard.rules(change, line("2", "change", "VOICE", specification_id="tv")) == []


@pytest.mark.rule("CHG-05", "CHG-15")
def test_what_a_newer_version_no_longer_has_ends_with_the_change() -> None:
    heard = home().sells("home", "2", relationships=[bundles("internet", mandatory=True), bundles("voice")])
    assert heard.rules(line("1", "change", "HOME")) == [("1", "CHG-15")]
    assert heard.rules(line("1", "change", "HOME"), line("2", "disconnect", "TV")) == []


@pytest.mark.rule("CHG-05")
def test_what_neither_version_has_is_left_where_it_was_loaded() -> None:
    heard = home().sells("mobile", "2").owns("ODD", "tv", "MOBILE")
    assert heard.rules(line("1", "change", "MOBILE")) == []


@pytest.mark.rule("CHG-15")
def test_another_specification_takes_as_many_along_as_it_may_have() -> None:
    heard = desk(max=2).sells("stool", relationships=[bundles("seat", max=1)])
    change = line("1", "change", "DESK", specification_id="stool")
    [reason] = heard.refuses(change)
    assert reason.line_id == "1"
    assert "DESK bundles at most 1 seat and would have 2" in reason.message
    assert heard.rules(change, line("2", "disconnect", "SEAT-2")) == []


@pytest.mark.rule("DEC-06")
def test_services_that_are_no_longer_needed_are_left_to_decomposition() -> None:
    realized = [{"type": "realized_as", "target": "copper"}]
    heard = (
        Heard()
        .sells("adsl", kind="service", relationships=realized)
        .sells("fibre", kind="service")
        .owns("LINE", "adsl", kind="service")
        .owns("COPPER", "copper", "LINE", kind="service")
    )
    assert heard.rules(line("1", "change", "LINE", specification_id="fibre"), category="service") == []
