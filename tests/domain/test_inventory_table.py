"""Which state allows which action: table 3.3 of the rule book with D-07, cell by cell."""

from __future__ import annotations

import pytest

from services.inventory.domain.instance_events import InstanceReserved
from services.inventory.domain.record import Coming
from services.inventory.domain.table import closed, reserved
from services.inventory.domain.words import Action, Append, Side, State
from tests.inventory import Base, line, order, record

ACTIONS = ("change", "move", "disconnect", "suspend", "resume", "no_change", "replace")

# An instance that is pending is held by the order that made it so: whatever would hold it too breaks CHG-16.
OPEN = {"CHG-16"}
TABLE = {
    "active": (set(), set(), set(), set(), {"D-07"}, set(), set()),
    "suspended": ({"D-07"}, {"D-07"}, set(), {"D-07"}, set(), set(), {"D-07"}),
    "installation_pending": (
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"SUS-05"} | OPEN,
        {"SUS-05"} | OPEN,
        {"SUS-05"},
        {"D-07"} | OPEN,
    ),
    "change_pending": (
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        set(),
        {"D-07"} | OPEN,
    ),
    "inactivation_pending": (
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"} | OPEN,
        {"D-07"},
        {"D-07"} | OPEN,
    ),
    "inactive": ({"CHG-17"}, {"CHG-17"}, {"CHG-17"}, {"CHG-17"}, {"CHG-17"}, {"CHG-17"}, {"CHG-17"}),
}
CELLS = [
    pytest.param(state, action, broken, id=f"{state}-{action}")
    for state, row in TABLE.items()
    for action, broken in zip(ACTIONS, row, strict=True)
]


def _in_state(state: str) -> tuple[Base, str]:
    """An installed base with one instance that came into this state the way instances do."""
    match state:
        case "installation_pending":
            base = Base(record("P", location="L1"))
            base.accepted(order("O0", line("1", "add", specification_id="s")))
            return base, "O0:1"
        case "change_pending" | "inactivation_pending":
            base = Base(record("P", location="L1"))
            base.accepted(
                order("O0", line("1", "change" if state == "change_pending" else "disconnect", "P"))
            )
            return base, "P"
    return Base(record("P", location="L1", state=state)), "P"


@pytest.mark.rule("D-07", "SUS-05", "CHG-16", "CHG-17", "MOV-V8", "DIS-01", "SUS-02")
@pytest.mark.parametrize(("state", "action", "broken"), CELLS)
def test_every_state_meets_every_action(state: str, action: str, broken: set[str]) -> None:
    base, id = _in_state(state)
    assert base.words()[id] == state
    match action:
        case "move":
            asked = line("1", "change", id, move=True, location="L2")
        case "replace":
            asked = line("1", "disconnect", id, return_="replace")
        case _:
            asked = line("1", action, id)
    event = base.approve(order("O1", asked))[-1].event
    assert {reason.rule for reason in getattr(event, "reasons", ())} == broken


@pytest.mark.rule("INV-04", "INV-08", "INV-11", "INV-20", "D-01")
@pytest.mark.parametrize(
    ("action", "found", "shown"),
    [
        ("change", "active", "change_pending"),
        ("disconnect", "active", "inactivation_pending"),
        ("disconnect", "suspended", "inactivation_pending"),
        ("suspend", "active", "active"),
        ("resume", "suspended", "suspended"),
    ],
)
def test_what_is_shown_from_approval_on(action: Action, found: State, shown: State) -> None:
    assert reserved(found, action) == shown


@pytest.mark.rule("INV-02", "INV-05", "INV-07", "INV-09", "INV-10", "INV-13", "INV-14")
@pytest.mark.parametrize(
    ("action", "side", "found", "then"),
    [
        ("add", None, None, "active"),
        ("change", None, "active", "active"),
        ("change", None, "suspended", "suspended"),
        ("disconnect", None, "active", "inactive"),
        ("disconnect", None, "suspended", "inactive"),
        ("suspend", None, "active", "suspended"),
        ("resume", None, "suspended", "active"),
        ("change", "cease", "active", "inactive"),
        ("add", "provide", None, "active"),
    ],
)
def test_what_is_shown_when_the_domain_order_has_closed(
    action: Action, side: Side | None, found: State | None, then: State
) -> None:
    assert closed(found, action, side) == then


@pytest.mark.rule("CHG-16")
def test_an_instance_that_is_being_suspended_still_shows_active_but_is_held() -> None:
    base = Base(record("P"))
    assert base.approve(order("O1", line("1", "suspend", "P")))[0] == Append(
        "instance",
        "P",
        InstanceReserved(
            order_id="O1",
            version=1,
            line_id="1",
            action="suspend",
            previous="active",
            state="active",
        ),
    )
    assert base.refused(order("O2", line("1", "change", "P"))) == [("CHG-16", "1")]
    assert base.find("P").held.coming == Coming()
