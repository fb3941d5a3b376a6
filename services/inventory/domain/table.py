"""Which state allows which action (3.3 with D-07), and what each action shows at approval and at its end."""

from __future__ import annotations

from enum import StrEnum

from services.inventory.domain.words import Action, Side, State


class Asked(StrEnum):
    """What a line asks of an instance; a move is a change that has a column of its own."""

    CHANGE = "change"
    MOVE = "move"
    DISCONNECT = "disconnect"
    SUSPEND = "suspend"
    RESUME = "resume"
    NO_CHANGE = "no_change"


CHANGE, MOVE, DISCONNECT = Asked.CHANGE, Asked.MOVE, Asked.DISCONNECT
SUSPEND, RESUME, NO_CHANGE = Asked.SUSPEND, Asked.RESUME, Asked.NO_CHANGE

ASKED = (CHANGE, MOVE, DISCONNECT, SUSPEND, RESUME, NO_CHANGE)

_ROWS: dict[State, tuple[str, ...]] = {
    #                            change    move      disconn.  suspend   resume    no_change
    State.ACTIVE:               ("yes",    "yes",    "yes",    "yes",    "D-07",   "yes"),
    State.SUSPENDED:            ("D-07",   "D-07",   "yes",    "D-07",   "yes",    "yes"),
    State.INSTALLATION_PENDING: ("D-07",   "D-07",   "D-07",   "SUS-05", "SUS-05", "SUS-05"),
    State.CHANGE_PENDING:       ("D-07",   "D-07",   "D-07",   "D-07",   "D-07",   "yes"),
    State.INACTIVATION_PENDING: ("D-07",   "D-07",   "D-07",   "D-07",   "D-07",   "D-07"),
    State.INACTIVE:             ("CHG-17", "CHG-17", "CHG-17", "CHG-17", "CHG-17", "CHG-17"),
}  # fmt: skip

NEEDED: dict[Asked, str] = {
    CHANGE: "active",
    MOVE: "active",
    DISCONNECT: "active or suspended",
    SUSPEND: "active",
    RESUME: "suspended",
    NO_CHANGE: "neither ended nor about to begin or end",
}


def broken(state: State, asked: Asked) -> str | None:
    """The rule that forbids the action in this state, None when it is allowed."""
    rule = _ROWS[state][ASKED.index(asked)]
    return None if rule == "yes" else rule


def reserved(found: State, action: Action) -> State:
    """What an instance shows from approval on (INV-04, INV-08, INV-11, INV-20)."""
    match action:
        case Action.CHANGE:
            return State.CHANGE_PENDING
        case Action.DISCONNECT:
            return State.INACTIVATION_PENDING
    return found


def closed(found: State | None, action: Action, side: Side | None) -> State:
    """What an instance shows when its domain order has closed (INV-02, INV-05, INV-07, INV-09..14).

    A change gives back the state it found: it does not resume what is suspended below a changed product.
    """
    match action, side:
        case _, Side.CEASE:
            return State.INACTIVE
        case Action.DISCONNECT, _:
            return State.INACTIVE
        case Action.SUSPEND, _:
            return State.SUSPENDED
    return State.ACTIVE if found is None or action is Action.RESUME else found
