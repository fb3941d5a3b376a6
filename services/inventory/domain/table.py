"""Which state allows which action (3.3 with D-07), and what each action shows at approval and at its end."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from services.inventory.domain.words import Action, Side, State

Asked: TypeAlias = Literal["add", "change", "move", "disconnect", "suspend", "resume", "no_change", "replace"]
"""What a line asks of an instance. A move is a change that has a column of its own, an add has none.

Replaced is what a return gives another one for: a disconnect whose add beside it begins to work at once.
"""

_COLUMNS = get_args(Asked)[1:]

_ROWS: dict[State, tuple[str, ...]] = {
    #                            change    move      disconn.  suspend   resume    no_change replace
    "active":               ("yes",    "yes",    "yes",    "yes",    "D-07",   "yes",    "yes"),
    "suspended":            ("D-07",   "D-07",   "yes",    "D-07",   "yes",    "yes",    "D-07"),
    "installation_pending": ("D-07",   "D-07",   "D-07",   "SUS-05", "SUS-05", "SUS-05", "D-07"),
    "change_pending":       ("D-07",   "D-07",   "D-07",   "D-07",   "D-07",   "yes",    "D-07"),
    "inactivation_pending": ("D-07",   "D-07",   "D-07",   "D-07",   "D-07",   "D-07",   "D-07"),
    "inactive":             ("CHG-17", "CHG-17", "CHG-17", "CHG-17", "CHG-17", "CHG-17", "CHG-17"),
}  # fmt: skip

NEEDED: dict[Asked, str] = {
    "change": "active",
    "move": "active",
    "disconnect": "active or suspended",
    "suspend": "active",
    "resume": "suspended",
    "no_change": "neither ended nor about to begin or end",
    "replace": "active, for what takes its place works at once",
}


_FIRST: dict[tuple[State, Asked], str] = {
    ("suspended", "suspend"): "it rests already, so leave the line out",
    ("active", "resume"): "it is not suspended, so leave the line out",
}


def needs(state: State, asked: Asked) -> str:
    """What the action needs an instance to be that is in this state, and what to do first."""
    first = "resume it first" if state == "suspended" else "wait for the order that is at work on it"
    return f"{asked} needs it {NEEDED[asked]}; {_FIRST.get((state, asked), first)}"


def broken(state: State, asked: Asked) -> str | None:
    """The rule that forbids the action in this state, None when it is allowed."""
    rule = _ROWS[state][_COLUMNS.index(asked)]
    return None if rule == "yes" else rule


_SHOWN_AT_APPROVAL: dict[Action, State] = {"change": "change_pending", "disconnect": "inactivation_pending"}


def reserved(found: State, action: Action) -> State:
    """What an instance shows from approval on (INV-04, INV-08, INV-11, INV-20)."""
    return _SHOWN_AT_APPROVAL.get(action, found)


def closed(found: State | None, action: Action, side: Side | None) -> State:
    """What an instance shows when its domain order has closed (INV-02, INV-05, INV-07, INV-09..14).

    A change gives back the state it found: it does not resume what is suspended below a changed product.
    """
    if side == "cease" or action == "disconnect":
        return "inactive"
    if action == "suspend":
        return "suspended"
    return "active" if found is None or action == "resume" else found
