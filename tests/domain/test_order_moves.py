"""What order judges of a move: MOV-V1, V2, V4, V5, V6 and D-05. (V3 and V7 are the reservation's.)"""

from __future__ import annotations

import pytest

from services.order.domain.line import Line
from tests.domain.order_known import Heard, add, home, line, move


def whole(**other: Line) -> list[Line]:
    """The move of the whole home, with some lines replaced."""
    lines = {id: move(id, id) for id in ("HOME", "NET", "ROUTER", "TV", "VOICE")}
    return list((lines | other).values())


@pytest.mark.rule("MOV-V1", "MOV-V2", "MOV-V5", "D-05")
def test_a_whole_move_breaks_nothing() -> None:
    assert home().rules(*whole()) == []


@pytest.mark.rule("MOV-V1", "D-05")
def test_a_child_that_does_not_say_that_it_moves_is_named() -> None:
    [reason] = home().refuses(*whole(TV=line("TV", "change", "TV")))
    assert (reason.rule, reason.line_id, reason.field) == ("MOV-V1", "TV", "move")
    assert "give it 'move': true and 'location': 'SITE-2'" in reason.message


@pytest.mark.rule("MOV-V1")
@pytest.mark.parametrize("action", ["suspend", "resume", "no_change"])
def test_only_change_add_and_disconnect_are_part_of_a_move(action: str) -> None:
    assert ("TV", "MOV-V1") in home().rules(*whole(TV=line("TV", action, "TV", parent_line_id="HOME")))


@pytest.mark.rule("MOV-V1")
def test_a_grandchild_of_a_move_is_held_to_it_as_well() -> None:
    assert home().rules(*whole(ROUTER=line("ROUTER", "change", "ROUTER"))) == [("ROUTER", "MOV-V1")]


@pytest.mark.rule("MOV-V1", "D-05")
def test_a_new_location_that_is_said_to_be_no_move_is_refused() -> None:
    [reason] = home().refuses(line("1", "change", "MOBILE", location="SITE-2", move=False))
    assert (reason.rule, reason.line_id) == ("MOV-V1", "1")
    assert "leave 'move' out, or keep the location SITE-1" in reason.message


@pytest.mark.rule("MOV-V1")
def test_a_child_that_says_it_does_not_move_is_refused() -> None:
    assert home().rules(*whole(TV=line("TV", "disconnect", "TV", move=False))) == [("TV", "MOV-V1")]


@pytest.mark.rule("MOV-V1")
def test_move_on_a_line_outside_of_any_move_is_refused() -> None:
    assert home().rules(line("1", "disconnect", "MOBILE", move=True)) == [("1", "MOV-V1")]


@pytest.mark.rule("MOV-V2")
def test_all_lines_of_a_move_go_to_one_place() -> None:
    [reason] = home().refuses(*whole(TV=move("TV", "TV", "SITE-3")))
    assert (reason.rule, reason.line_id, reason.field) == ("MOV-V2", "TV", "location")
    assert "goes to SITE-2 and this line goes to SITE-3" in reason.message


@pytest.mark.rule("MOV-V2")
def test_a_child_that_moves_without_saying_where_is_refused() -> None:
    assert home().rules(*whole(TV=move("TV", "TV", None))) == [("TV", "MOV-V2")]


@pytest.mark.rule("MOV-V2")
def test_two_roots_may_move_to_two_places() -> None:
    assert home().rules(*whole(), move("M", "MOBILE", "SITE-7")) == []


@pytest.mark.rule("MOV-V5")
def test_a_move_goes_somewhere_else() -> None:
    [reason] = home().refuses(move("1", "MOBILE", "SITE-1"))
    assert (reason.rule, reason.field) == ("MOV-V5", "location")
    assert "MOBILE is at SITE-1 already: name another location" in reason.message


@pytest.mark.rule("MOV-V5")
def test_a_move_says_where_to() -> None:
    assert home().rules(move("1", "MOBILE", None)) == [("1", "MOV-V5")]
    assert home().rules(action="move", selection=("MOBILE",)) == [("1", "MOV-V5")]


@pytest.mark.rule("MOV-V5")
def test_what_has_no_location_yet_moves_to_its_first() -> None:
    assert Heard().owns("P", location=None).rules(move("1", "P")) == []


@pytest.mark.rule("MOV-V6")
def test_a_move_may_leave_a_component_and_have_a_new_one() -> None:
    new = add("N", "voice", parent_instance_id="HOME")
    assert home().rules(*whole(VOICE=line("VOICE", "disconnect", "VOICE")), new) == []


@pytest.mark.rule("D-05", "D-06")
def test_the_header_action_and_the_callers_lines_end_in_the_same_lines() -> None:
    by_header = home().written(action="move", selection=("HOME",), location="SITE-2")
    by_lines = home().written(
        lines=tuple(move(item.line_id, item.instance_id or "") for item in by_header.lines)
    )
    assert by_header.lines == by_lines.lines
