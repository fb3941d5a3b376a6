"""Sections 2.3 and 3 together: what the matrix lets stand below each other is reserved, done and shown."""

from __future__ import annotations

from typing import Any

import pytest

from services.inventory.domain.approved import Line
from tests.domain.test_order_matrix import CELLS
from tests.inventory import Base, line, order, record

ENDS = {"change": "active", "disconnect": "inactive", "suspend": "suspended", "resume": "active"}
"""What an action leaves behind; a no_change leaves what was there."""
ALLOWED = [(parent, child) for parent, child, allowed in CELLS if allowed]


def asked(id: str, action: Any, inside: bool, **where: Any) -> Line:
    """A line with the id of its instance. Inside a move it moves as well, unless it ends what it is about."""
    if action == "move" or (inside and action != "disconnect"):
        where |= {"move": True, "location": "L2"}
    if action == "add":
        return line(id, "add", specification_id="s", **where)
    return line(id, "change" if action == "move" else action, id, **where)


def done(parent: str, child: str) -> dict[str, str]:
    """A product P with a child C, each with a line, and the states in which they end."""
    found = "suspended" if "resume" in (parent, child) else "active"
    above = record("P", state=found if parent == "resume" else "active", location="L1")
    base = Base(above, *([] if child == "add" else [record("C", "P", state=found, location="L1")]))
    inside = parent == "move"
    lines = asked("P", parent, inside), asked("C", child, inside, parent_line_id="P")
    accepted = base.accepted(order("O", *lines))
    for one in reversed(accepted.tree):
        base.close("O", one.line_id, one.instance_id, one.action, line_closed=True, side=one.side)
    base.complete("O")
    return base.words()


@pytest.mark.rule("D-04", "D-07", "ACT-08", "ACT-09", "ACT-10", "ACT-12")
@pytest.mark.parametrize(
    ("parent", "child"), [(parent, child) for parent, child in ALLOWED if child != "add" and parent != "move"]
)
def test_whatever_the_matrix_allows_is_reserved_and_ends_as_it_says(parent: str, child: str) -> None:
    follows = parent in ("suspend", "resume")
    assert done(parent, child) == {
        "P": ENDS.get(parent, "active"),
        "C": ENDS.get(parent if follows else child, "active"),
    }


@pytest.mark.rule("D-04", "CHG-02")
@pytest.mark.parametrize("parent", ["change", "no_change"])
def test_an_add_may_stand_below_what_changes_or_stays(parent: str) -> None:
    assert done(parent, "add") == {"P": "active", "O:C": "active"}


@pytest.mark.rule("D-04", "MOV-V6", "INV-13", "INV-14")
@pytest.mark.parametrize(
    ("child", "ends"),
    [
        ("add", {"O:C": "active"}),
        ("change", {"C": "inactive", "O~2": "active"}),
        ("disconnect", {"C": "inactive"}),
    ],
)
def test_below_a_move_things_go_along_stay_behind_or_are_new(child: str, ends: dict[str, str]) -> None:
    assert done("move", child) == {"P": "inactive", "O~1": "active", **ends}


@pytest.mark.rule("D-04", "SUS-17", "SUS-18")
@pytest.mark.parametrize(("action", "found"), [("suspend", "active"), ("resume", "suspended")])
def test_what_is_named_unchanged_below_what_rests_follows_it_with_all_below(action: Any, found: str) -> None:
    kinds = {"P": "product", "C": "product", "S": "service", "R": "resource"}
    parents = {"C": "P", "S": "C", "R": "S"}
    base = Base(*(record(id, parents.get(id), kind=kind, state=found) for id, kind in kinds.items()))
    lines = line("1", action, "P"), line("2", "no_change", "C", parent_line_id="1")
    accepted = base.accepted(order("O", *lines))
    assert [(one.instance_id, one.line_id) for one in accepted.tree] == [(id, "1") for id in kinds]
    base.close("O", "1", "P", action, line_closed=True)
    base.complete("O")
    assert set(base.words().values()) == {ENDS[action]}
