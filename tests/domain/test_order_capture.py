"""From a selection to lines (LIN-01 to LIN-08), and lines written out."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.order.domain.words import HeaderAction
from tests.domain.order_known import NOW, Heard, add, bundles, home, line, move, said


def fibre() -> Heard:
    """A product that a customer-facing service realizes, that one a resource-facing one, and a modem."""
    return (
        Heard()
        .owns("HOME", "home")
        .owns("CFS", "access", "HOME", kind="service")
        .owns("RFS", "port", "CFS", kind="service")
        .owns("MODEM", "modem", "RFS", kind="resource")
    )


@pytest.mark.rule("LIN-01", "LIN-03")
def test_a_change_of_a_parent_writes_the_parent_only() -> None:
    assert said(home().written(action="change", selection=("HOME",))) == [("change", "HOME")]


@pytest.mark.rule("LIN-04")
@pytest.mark.parametrize("child", ["TV", "NET"])
def test_a_change_of_a_child_writes_that_child_and_nothing_below_it(child: str) -> None:
    assert said(home().written(action="change", selection=(child,))) == [("change", child)]


@pytest.mark.rule("LIN-05", "DIS-02")
def test_a_disconnect_of_a_parent_writes_the_parent_and_all_children() -> None:
    request = home().written(action="disconnect", selection=("HOME",))
    assert said(request) == [("disconnect", id) for id in ("HOME", "NET", "ROUTER", "TV", "VOICE")]
    assert [item.parent_line_id for item in request.lines] == [None, "1", "2", "1", "1"]


@pytest.mark.rule("LIN-06", "DIS-02")
def test_a_disconnect_of_children_writes_the_children_selected_only() -> None:
    request = home().written(action="disconnect", selection=("TV", "VOICE"))
    assert said(request) == [("disconnect", "TV"), ("disconnect", "VOICE")]


@pytest.mark.rule("LIN-05")
def test_what_ended_before_gets_no_line() -> None:
    request = home().owns("OLD", "tv", "HOME", ended=True).written(action="disconnect", selection=("HOME",))
    assert ("disconnect", "OLD") not in said(request)


@pytest.mark.rule("LIN-08")
@pytest.mark.parametrize("action", ["suspend", "resume", "no_change"])
def test_suspend_and_resume_write_the_roots_selected(action: HeaderAction) -> None:
    request = home().written(action=action, selection=("HOME", "MOBILE"))
    assert said(request) == [(action, "HOME"), (action, "MOBILE")]


@pytest.mark.rule("LIN-02")
@pytest.mark.parametrize("action", ["change", "disconnect", "suspend", "resume", "no_change"])
def test_a_service_order_writes_only_the_selected_services(action: HeaderAction) -> None:
    assert said(fibre().written(category="service", action=action, selection=("CFS",))) == [(action, "CFS")]


@pytest.mark.rule("MOV-V3", "D-06", "LIN-09")
def test_a_move_writes_every_product_of_the_tree() -> None:
    request = home().written(action="move", selection=("HOME",), location="SITE-2")
    assert said(request) == [("change", id) for id in ("HOME", "NET", "ROUTER", "TV", "VOICE")]
    assert {(item.move, item.location) for item in request.lines} == {(True, "SITE-2")}


@pytest.mark.rule("MOV-V3", "D-05")
def test_a_move_of_a_service_counts_services() -> None:
    request = fibre().written(category="service", action="move", selection=("CFS",), location="SITE-2")
    assert said(request) == [("change", "CFS"), ("change", "RFS")]


@pytest.mark.rule("MOV-V6")
def test_what_a_line_disconnects_stays_behind_with_all_below_it() -> None:
    request = home().written(
        action="move", selection=("HOME",), location="SITE-2", lines=(line("X", "disconnect", "NET"),)
    )
    assert ("disconnect", "NET") in said(request)
    assert ("disconnect", "ROUTER") in said(request)
    assert ("change", "TV") in said(request)


@pytest.mark.rule("CHG-01")
def test_values_of_the_order_go_to_what_was_selected() -> None:
    request = home().written(action="change", selection=("TV",), characteristics={"pack": "gold"})
    assert request.lines[0].characteristics == {"pack": "gold"}


@pytest.mark.rule("CHG-02")
def test_lines_beside_a_selection_add_to_it_and_hang_below_what_bundles_them() -> None:
    heard = home().sells("channel").sells("tv", "2", relationships=[bundles("channel")])
    request = heard.written(action="change", selection=("TV",), lines=(add("new", "channel"),))
    assert said(request) == [("change", "TV"), ("add", "channel")]
    assert (request.lines[1].parent_instance_id, request.lines[1].parent_line_id) == ("TV", "1")


def test_what_the_selected_one_does_not_bundle_stays_a_root() -> None:
    request = home().written(action="change", selection=("TV",), lines=(add("new", "mobile"),))
    assert request.lines[1].parent_instance_id is None


def test_written_lines_take_the_numbers_that_are_free() -> None:
    request = home().written(action="change", selection=("HOME", "TV"), lines=(line("1", "change", "VOICE"),))
    assert [item.line_id for item in request.lines] == ["2", "3", "1"]


def test_what_is_selected_twice_or_has_a_line_gets_one_line() -> None:
    own = line("mine", "change", "TV")
    request = home().written(action="change", selection=("HOME", "TV", "HOME"), lines=(own,))
    assert said(request) == [("change", "HOME"), ("change", "TV")]


def test_writing_out_again_changes_nothing() -> None:
    from services.order.domain.writing import write_out

    heard = home().sells("home", "2", relationships=[bundles("tv", mandatory=True)])
    for request in (
        heard.written(action="move", selection=("HOME",), location="SITE-2", lines=(add("n", "voice"),)),
        heard.written(lines=(add("n", "home"), line("c", "change", "TV", location="SITE-9"))),
        heard.written(cascade=True, lines=(line("c", "disconnect", "NET"),)),
    ):
        assert write_out(request, heard) == request


@pytest.mark.rule("CHG-05")
def test_a_change_takes_the_version_offered_now_and_the_rest_what_is_owned() -> None:
    heard = home().sells("tv", "2")
    changed, ended = heard.written(lines=(line("1", "change", "TV"), line("2", "no_change", "VOICE"))).lines
    assert (changed.specification_version, ended.specification_version) == ("2", "1")
    assert heard.written(lines=(line("1", "suspend", "TV"),)).lines[0].specification_version == "1"


def test_an_add_brings_its_mandatory_children_and_their_children() -> None:
    heard = home().sells("router")
    request = heard.written(lines=(add("n", "home"),))
    assert said(request) == [("add", "home"), ("add", "internet"), ("add", "router")]
    assert [item.parent_line_id for item in request.lines] == [None, "n", "1"]
    assert [item.quantity for item in request.lines] == [None, 1, 1]


def test_a_mandatory_child_that_the_caller_wrote_is_not_written_again() -> None:
    own = add("c", "internet", parent_line_id="n")
    request = home().written(lines=(add("n", "home"), own))
    assert said(request).count(("add", "internet")) == 1


def test_as_many_mandatory_children_are_written_as_the_catalog_says() -> None:
    heard = (
        Heard().sells("seat").sells("desk", relationships=[bundles("seat", mandatory=True, min=2, default=3)])
    )
    assert said(heard.written(lines=(add("n", "desk"),))).count(("add", "seat")) == 3
    one = add("s", "seat", parent_line_id="n")
    assert said(heard.written(lines=(add("n", "desk"), one))).count(("add", "seat")) == 2


def test_another_specification_brings_the_mandatory_children_it_does_not_have() -> None:
    heard = home().sells(
        "home-plus", relationships=[bundles("tv", mandatory=True), bundles("box", mandatory=True)]
    )
    request = heard.sells("box").written(lines=(line("1", "change", "HOME", specification_id="home-plus"),))
    assert said(request) == [("change", "HOME"), ("add", "box")]
    assert request.lines[1].parent_instance_id == "HOME"


def test_an_add_takes_the_defaults_of_its_specification() -> None:
    speed = {"name": "speed", "type": "number", "default": 100}
    request = Heard().sells("net", characteristics=[speed]).written(lines=(add("1", "net"),))
    assert request.lines[0].characteristics == {"speed": 100}


@pytest.mark.rule("INV-17")
def test_an_add_says_whether_its_product_is_transient() -> None:
    assert Heard().sells("visit", transient=True).written(lines=(add("1", "visit"),)).lines[0].transient


@pytest.mark.rule("MOV-01", "MOV-02", "MOV-11")
def test_another_location_is_a_move() -> None:
    request = home().written(lines=(line("1", "change", "MOBILE", location="SITE-2"),))
    assert request.lines[0].move


@pytest.mark.rule("MOV-01")
def test_the_same_location_is_none() -> None:
    request = home().written(lines=(line("1", "change", "MOBILE", location="SITE-1"),))
    assert not request.lines[0].move


@pytest.mark.rule("D-06")
def test_a_move_asked_for_as_header_action_reaches_the_callers_own_lines() -> None:
    request = home().written(action="move", location="SITE-2", lines=(line("1", "change", "MOBILE"),))
    assert (request.lines[0].move, request.lines[0].location) == (True, "SITE-2")


@pytest.mark.rule("MOV-V6")
def test_what_a_move_adds_and_ends_is_part_of_it() -> None:
    new = add("2", "tv", parent_instance_id="HOME")
    request = home().written(lines=(move("1", "HOME"), new, line("3", "disconnect", "VOICE")))
    assert [(item.move, item.location) for item in request.lines[1:]] == [(True, "SITE-2"), (True, None)]


def test_a_start_dates_every_line_that_has_no_date() -> None:
    other = NOW - timedelta(days=1)
    request = home().written(
        action="change", selection=("TV",), start=NOW, lines=(line("x", "change", "VOICE", due_date=other),)
    )
    assert [item.due_date for item in request.lines] == [NOW, other]
