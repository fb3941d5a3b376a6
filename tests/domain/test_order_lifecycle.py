"""Every command and every fact against every state of an order (rule book 9.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.order.domain.lifecycle import (
    TABLE,
    Approve,
    Cancel,
    Command,
    Decline,
    Fulfil,
    Hear,
    Outcome,
    Reject,
    Revise,
    Rework,
    Start,
    Submit,
    decide,
    place,
)
from services.order.domain.line import Line
from services.order.domain.order import (
    LinesCompleted,
    OperationHeard,
    Order,
    OrderApproved,
    OrderCanceled,
    OrderCompleted,
    OrderPlaced,
    OrderRejected,
    OrderRevised,
    OrderReworked,
    OrderStarted,
    OrderSubmitted,
    evolve,
)
from services.order.domain.words import HeaderAction, Reason, Status
from tests.domain.order_known import line, move

DAY = datetime(2026, 9, 1, tzinfo=UTC)
LINES = (line("1", "change", "P-1"), line("2", "change", "P-2"))
EDITED = (line("1", "suspend", "P-1"),)
BROKEN = (Reason(rule="ACT-06", message="no instance P-1 is known", line_id="1"),)


def order(status: Status, **more: Any) -> Order:
    fields: dict[str, Any] = {
        "account_id": "ACC-1",
        "version": 3,
        "category": "product",
        "action": "change",
        "lines": LINES,
    }
    return Order(status=status, **{**fields, **more})


def placed(status: Status = "new", lines: tuple[Line, ...] = LINES) -> OrderPlaced:
    return OrderPlaced(account_id="ACC-1", status=status, category="product", action="change", lines=lines)


APPROVED = OrderApproved(version=3, category="product", action="change", lines=LINES)
SUBMITTED = OrderSubmitted(version=3, lines=EDITED)
REJECTED = OrderRejected(version=3, reasons=BROKEN)
REWORKED = OrderReworked(version=4, lines=LINES)
REVISED = OrderRevised(version=3, lines=EDITED)
CANCELED = OrderCanceled(version=3, reason="changed their mind")
REFUSED_BY_PERSON = OrderRejected(version=3, reason="no credit")

WAITS = OperationHeard(
    version=3, operation_id="O~op.1", action="change", state="scheduled", at=DAY, line_ids=("1",)
)
COMMANDS: dict[str, Command] = {
    "submit": Submit(lines=EDITED),
    "submit, broken": Submit(lines=EDITED, broken=BROKEN),
    "approve": Approve(),
    "approve, broken": Approve(broken=BROKEN),
    "reject": Reject(reason="no credit"),
    "rework": Rework(),
    "revise": Revise(lines=EDITED),
    "cancel": Cancel(reason="changed their mind"),
    "plan made": Start(version=3),
    "plan made for an older version": Start(version=2),
    "not reserved": Decline(version=3, reasons=BROKEN),
    "not reserved in an older version": Decline(version=2, reasons=BROKEN),
    "a part done": Fulfil(line_ids=("1",), last=False),
    "all done": Fulfil(line_ids=("1", "2"), last=True),
    "a line waits": Hear(operation=WAITS),
}
NOTHING: Outcome = ()
PART = (LinesCompleted(version=3, line_ids=("1",)),)
DONE = (OrderCompleted(version=3),)
STATES = ("draft", "new", "acknowledged", "in_progress", "completed", "canceled", "rejected")
OUTCOMES: dict[str, tuple[Outcome | str, ...]] = {
    # each: draft, new, acknowledged, in_progress, completed, canceled, rejected
    "submit": ((SUBMITTED,), NOTHING, "ORD-06", "ORD-06", "ORD-06", "ORD-06", "ORD-06"),
    "submit, broken": ((SUBMITTED, REJECTED), NOTHING, "ORD-06", "ORD-06", "ORD-06", "ORD-06", "ORD-06"),
    "approve": ("APP-01", (APPROVED,), NOTHING, NOTHING, "APP-01", "APP-01", "APP-01"),
    "approve, broken": ("APP-01", (REJECTED,), NOTHING, NOTHING, "APP-01", "APP-01", "APP-01"),
    "reject": ("APP-01", (REFUSED_BY_PERSON,), "APP-01", "APP-01", "APP-01", "APP-01", NOTHING),
    "rework": (NOTHING, "D-03", "D-03", "D-03", "D-03", "D-03", (REWORKED,)),
    "revise": ((REVISED,), "INF-01", "INF-01", "INF-01", "INF-01", "INF-01", "INF-01"),
    "cancel": ((CANCELED,), (CANCELED,), "INF-01", "INF-01", "INF-01", NOTHING, (CANCELED,)),
    "plan made": (
        NOTHING, NOTHING, (OrderStarted(version=3),), NOTHING, NOTHING, NOTHING, NOTHING,
    ),
    "plan made for an older version": (NOTHING,) * 7,
    "not reserved": (NOTHING, NOTHING, (REJECTED,), (REJECTED,), NOTHING, NOTHING, NOTHING),
    "not reserved in an older version": (NOTHING,) * 7,
    "a part done": (NOTHING, NOTHING, PART, PART, NOTHING, NOTHING, NOTHING),
    "all done": (NOTHING, NOTHING, DONE, DONE, NOTHING, NOTHING, NOTHING),
    "a line waits": (NOTHING, NOTHING, (WAITS,), (WAITS,), NOTHING, NOTHING, NOTHING),
}  # fmt: skip
CELLS = [
    (word, state, outcome)
    for word, row in OUTCOMES.items()
    for state, outcome in zip(STATES, row, strict=True)
]


@pytest.mark.rule(
    "APP-01", "D-03", "ORD-06", "ORD-07", "ORD-08", "ORD-09", "ORD-19", "ORD-20", "ORD-10", "APP-07"
)
@pytest.mark.parametrize(("word", "state", "outcome"), CELLS)
def test_every_command_in_every_state(word: str, state: Status, outcome: Outcome | str) -> None:
    found = decide(order(state), COMMANDS[word])
    if isinstance(outcome, str):
        assert isinstance(found, Reason)
        assert found.rule == outcome
        assert found.message.startswith(f"the order is {state.replace('_', ' ')}: ")
    else:
        assert found == outcome


def test_the_table_names_every_command() -> None:
    assert {type(command) for command in COMMANDS.values()} == set(TABLE)
    assert set(COMMANDS) == set(OUTCOMES)


def test_a_refusal_says_what_to_do_instead() -> None:
    reason = decide(order("rejected"), Approve())
    assert reason == Reason(
        rule="APP-01",
        message="the order is rejected: only a new order can be approved; submit a draft first, "
        "rework a rejected one (D-03)",
    )


# ----------------------------------------------------------------------------------------- placing


@pytest.mark.rule("ORD-02")
def test_a_placed_order_is_new() -> None:
    assert place(None, placed(), (), approve=False) == (placed(),)


def test_approved_in_the_same_breath() -> None:
    assert place(None, placed(), (), approve=True) == (placed(), replace(APPROVED, version=1))


@pytest.mark.rule("APP-06")
def test_a_broken_order_exists_and_is_rejected() -> None:
    for approve in (True, False):
        assert place(None, placed(), BROKEN, approve) == (placed(), OrderRejected(version=1, reasons=BROKEN))


@pytest.mark.rule("ORD-01")
def test_a_draft_is_taken_as_it_is() -> None:
    draft = placed("draft")
    assert place(None, draft, (), approve=False) == (draft,)


@pytest.mark.rule("REF-04")
def test_an_order_id_is_taken_for_ever() -> None:
    reason = place(order("canceled"), placed(), (), approve=False)
    assert isinstance(reason, Reason)
    assert (reason.rule, reason.field) == ("REF-04", "orderId")


# ------------------------------------------------------------------------------------------ states


def fold(*events: object) -> Order:
    state: Order | None = None
    for event in events:
        state = evolve(state, event)  # type: ignore[arg-type]
    assert state is not None
    return state


def test_a_rework_keeps_the_reasons_and_a_submit_forgets_them() -> None:
    rejected = fold(placed(), OrderRejected(version=1, reasons=BROKEN))
    assert (rejected.status, rejected.reasons) == ("rejected", BROKEN)
    draft = fold(placed(), OrderRejected(version=1, reasons=BROKEN), OrderReworked(version=2, lines=LINES))
    assert (draft.status, draft.version, draft.reasons) == ("draft", 2, BROKEN)
    new = evolve(draft, OrderSubmitted(version=2, lines=EDITED))
    assert new is not None
    assert (new.status, new.reasons, new.lines) == ("new", (), EDITED)


@pytest.mark.parametrize(
    ("action", "lines", "left"),
    [
        ("change", LINES, "change"),
        ("change", EDITED, None),
        ("move", (move("1", "P-1"), line("2", "disconnect", "P-2")), "move"),
        ("move", LINES, None),
        (None, LINES, None),
    ],
)
def test_a_draft_keeps_its_action_while_a_line_does_it(
    action: HeaderAction | None, lines: tuple[Line, ...], left: HeaderAction | None
) -> None:
    draft = replace(placed("draft"), action=action)
    assert fold(draft, OrderRevised(version=1, lines=lines)).action == left


def test_who_rejects_says_why() -> None:
    rejected = fold(placed(), OrderRejected(version=1, reason="no credit"))
    assert rejected.reasons == (Reason(rule="ORD-08", message="no credit"),)


def test_a_part_that_is_done_is_told_once() -> None:
    part = Fulfil(line_ids=("1",), last=False)
    assert decide(order("in_progress", completed=frozenset({"1"})), part) == ()


def test_whatever_comes_first_the_plan_or_the_fulfilment_the_order_ends_completed() -> None:
    facts = (Start(version=1), Fulfil(line_ids=("1", "2"), last=True))
    ends = []
    for facts_in_order in (facts, facts[::-1]):
        state = fold(placed(), replace(APPROVED, version=1))
        for fact in facts_in_order:
            outcome = decide(state, fact)
            assert isinstance(outcome, tuple)
            for event in outcome:
                state = evolve(state, event) or state
        ends.append(state)
    assert ends[0] == ends[1]
    assert ends[0].status == "completed"
