"""Which action may stand below which: the table of the rule book, 2.3, written out."""

from __future__ import annotations

import pytest

from services.order.domain.line import Line
from tests.domain.order_known import Heard, bundles, home, line, move

ACTIONS = ("add", "change", "disconnect", "suspend", "resume", "no_change")
TABLE = {
    #              add    change disconnect suspend resume no_change
    "add":        ("yes", "no",  "no",      "no",   "no",  "no"),
    "change":     ("yes", "yes", "yes",     "yes",  "yes", "yes"),
    "move":       ("yes", "yes", "yes",     "no",   "no",  "no"),
    "disconnect": ("no",  "no",  "yes",     "no",   "no",  "no"),
    "suspend":    ("no",  "no",  "no",      "yes",  "no",  "yes"),
    "resume":     ("no",  "no",  "no",      "no",   "yes", "yes"),
    "no_change":  ("yes", "yes", "yes",     "yes",  "yes", "yes"),
}  # fmt: skip
CELLS = [
    (parent, child, allowed == "yes")
    for parent, row in TABLE.items()
    for child, allowed in zip(ACTIONS, row, strict=True)
]


def shop() -> Heard:
    channel = [bundles("channel")]
    entry = [bundles("internet"), bundles("tv"), bundles("voice"), *channel]
    return home().sells("channel").sells("home", relationships=entry).sells("tv", relationships=channel)


def _parent(action: str) -> Line:
    if action == "move":
        return move("P", "HOME")
    return line("P", "add", specification_id="tv") if action == "add" else line("P", action, "HOME")


def _child(action: str, parent: str, by_line: bool) -> Line:
    where = {"parent_line_id": "P"} if by_line else {}
    if action == "add":
        return line("C", "add", specification_id="channel", **(where or {"parent_instance_id": "HOME"}))
    moving = {"move": True, "location": "SITE-2"} if parent == "move" and action == "change" else {}
    return line("C", action, "TV", **where, **moving)


@pytest.mark.rule("D-04", "ACT-08", "ACT-09", "ACT-12", "SUS-09")
@pytest.mark.parametrize(("parent", "child", "allowed"), CELLS)
def test_the_matrix_holds_by_parent_line(parent: str, child: str, allowed: bool) -> None:
    broken = shop().rules(_parent(parent), _child(child, parent, by_line=True))
    assert (("C", "D-04") in broken) is not allowed
    if allowed:
        assert broken == []


@pytest.mark.rule("D-23")
@pytest.mark.parametrize(("parent", "child", "allowed"), [cell for cell in CELLS if cell[0] != "add"])
def test_the_matrix_holds_by_parent_instance(parent: str, child: str, allowed: bool) -> None:
    broken = shop().rules(_parent(parent), _child(child, parent, by_line=False))
    rules = [rule for line_id, rule in broken if line_id == "C"]
    assert bool({"D-04", "D-23"} & set(rules)) is not allowed
    if allowed:
        assert broken == []


@pytest.mark.rule("D-23")
def test_the_matrix_holds_for_an_instance_further_up_that_has_a_line() -> None:
    assert home().rules(line("P", "suspend", "HOME"), line("C", "change", "ROUTER")) == [("C", "D-23")]


@pytest.mark.rule("D-04", "MOV-V1")
def test_a_line_that_breaks_the_matrix_and_the_move_names_both() -> None:
    broken = home().rules(move("P", "HOME"), line("C", "suspend", "TV"))
    assert broken == [("C", "D-04"), ("C", "MOV-V1")]


@pytest.mark.rule("D-04")
def test_the_answer_says_what_would_be_allowed() -> None:
    [reason] = home().refuses(line("P", "disconnect", "HOME"), line("C", "change", "TV"))
    assert reason.message == (
        "'change' cannot stand below the 'disconnect' of line P: what is below ends as well; "
        "allowed here: disconnect, or an order of its own"
    )


@pytest.mark.rule("ACT-17")
def test_lines_that_do_not_hang_together_may_mix_all_actions() -> None:
    heard = home().owns("OLD", "mobile")
    assert heard.rules(line("1", "disconnect", "OLD"), line("2", "add", specification_id="tv")) == []
