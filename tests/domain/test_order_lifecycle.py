"""Every command and every fact against every state of an order (rule book 9.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.order.domain.change import (
    CancellationApproved,
    CancellationRequested,
    ChangeDeclined,
    LineChange,
    OrderHeld,
    OrderReleased,
    Pending,
    RevisionApproved,
    RevisionRequested,
)
from services.order.domain.events import (
    LinesCompleted,
    OperationHeard,
    OrderApproved,
    OrderCanceled,
    OrderCompleted,
    OrderPlaced,
    OrderRejected,
    OrderRevised,
    OrderReworked,
    OrderStarted,
    OrderSubmitted,
)
from services.order.domain.facts import Decline, Fulfil, Hear, Return, Start
from services.order.domain.lifecycle import (
    TABLE,
    Approve,
    Cancel,
    Command,
    Outcome,
    Reject,
    Revise,
    Rework,
    Submit,
    decide,
    place,
)
from services.order.domain.line import Line
from services.order.domain.order import Order, evolve
from services.order.domain.underway import (
    ApproveChange,
    AskRevision,
    DeclineChange,
    Hold,
    RefuseChange,
    Release,
)
from services.order.domain.words import HeaderAction, Reason, Stage, Status
from tests.domain.order_known import line, move

DAY = datetime(2026, 9, 1, tzinfo=UTC)
LINES = (line("1", "change", "P-1"), line("2", "change", "P-2"))
EDITED = (line("1", "suspend", "P-1"),)
BROKEN = (Reason(rule="ACT-06", message="no instance P-1 is known", line_id="1"),)


CHANGES = (LineChange(line_id="2", operation="drop"),)
REVISION = Pending(version=3, lines=LINES[:1], changes=CHANGES)
CANCELLATION = Pending(version=3)
UNDER_WAY: dict[str, dict[str, Any]] = {
    "on_hold": {"held": True},
    "revision_in_progress": {"pending": REVISION},
    "assessing_cancellation": {"pending": CANCELLATION},
    "cancellation_in_progress": {"pending": replace(CANCELLATION, approved=True)},
    "acknowledged": {"stage": "acknowledged"},
    "being planned again": {"pending": replace(REVISION, approved=True)},
}


def order(status: str, **more: Any) -> Order:
    """In version 3, which is a request in flight where something is pending, and its approval elsewhere."""
    fields: dict[str, Any] = {
        "account_id": "ACC-1",
        "version": 3,
        "approval": 2 if "pending" in UNDER_WAY.get(status, {}) else 3,
        "category": "product",
        "action": "change",
        "lines": LINES,
        "stage": "in_progress" if status in UNDER_WAY else status,
        **UNDER_WAY.get(status, {}),
    }
    return Order(**{**fields, **more})


def placed(status: Stage = "new", lines: tuple[Line, ...] = LINES) -> OrderPlaced:
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
    "hold": Hold(reason="wait"),
    "release": Release(),
    "ask for other lines": AskRevision(lines=LINES[:1], changes=CHANGES),
    "ask for the same lines": AskRevision(lines=LINES, changes=()),
    "approve the change": ApproveChange(),
    "decline the change": DeclineChange(reason="no"),
    "plan made": Start(version=3),
    "plan made for an older version": Start(version=1),
    "not reserved": Decline(version=3, reasons=BROKEN),
    "not reserved in an older version": Decline(version=1, reasons=BROKEN),
    "released": Return(version=3, reasons=BROKEN),
    "the change is refused": RefuseChange(version=3, reasons=BROKEN),
    "an older change is refused": RefuseChange(version=2, reasons=BROKEN),
    "a part done": Fulfil(line_ids=("1",), last=False),
    "all done": Fulfil(line_ids=("1", "2"), last=True),
    "a line waits": Hear(operation=WAITS),
}
NOTHING: Outcome = ()
PART = (LinesCompleted(version=3, line_ids=("1",)),)
DONE = (OrderCompleted(version=3),)
ASKED = (RevisionRequested(version=4, lines=LINES[:1], changes=CHANGES),)
TO_CANCEL = (CancellationRequested(version=4, reason="changed their mind"),)
HELD = (OrderHeld(version=3, reason="wait"),)
GO_ON = (OrderReleased(version=3, status="in_progress"),)
STARTED = (OrderStarted(version=3),)
DECLINED = (ChangeDeclined(version=3, status="in_progress", reason="no"),)
TURNED_DOWN = (ChangeDeclined(version=3, status="in_progress", reasons=BROKEN),)
TOO_LATE = Reason(
    rule="INF-01",
    message="the order was over before it could be changed: order in a new one what should be different",
)
OVERTAKEN = ChangeDeclined(
    version=3,
    status="in_progress",
    reasons=(
        Reason(
            rule="INF-01",
            message="line 1 is completed, and what is done stays: name the other lines in 'lineIds' to "
            "cancel those",
            line_id="1",
        ),
    ),
)
BEATEN = (ChangeDeclined(version=3, status="in_progress", reasons=(TOO_LATE,)), *DONE)
REVISION_ON = (RevisionApproved(version=3, lines=LINES[:1], changes=CHANGES),)
CANCEL_ON = (CancellationApproved(version=3),)
GONE = (OrderCanceled(version=3),)
_ = NOTHING


def in_(status: Status, event: LinesCompleted | OperationHeard) -> Outcome:
    """The same fact, told of an order that shows this."""
    return (replace(event, status=status),)


STATES = (
    "draft", "new", "acknowledged", "in_progress", "completed", "canceled", "rejected", "on_hold",
    "revision_in_progress", "assessing_cancellation", "cancellation_in_progress", "being planned again",
)  # fmt: skip
_SIX: tuple[Status, ...] = (
    "acknowledged", "in_progress", "on_hold", "revision_in_progress", "assessing_cancellation",
    "cancellation_in_progress",
)  # fmt: skip


def facts(*under_way: Outcome) -> tuple[Outcome, ...]:
    """What a fact does in acknowledged, in progress, on hold, and under the three requests, then planned
    again; before and after that nothing."""
    first, second, *rest = under_way
    return (_, _, first, second, _, _, _, *rest)


OUTCOMES: dict[str, tuple[Outcome | str, ...]] = {
    # each: draft, new, acknowledged, in_progress, completed, canceled, rejected,
    #       on_hold, revision_in_progress, assessing_cancellation, cancellation_in_progress, planned again
    "submit": ((SUBMITTED,), _, *("ORD-06",) * 10),
    "submit, broken": ((SUBMITTED, REJECTED), _, *("ORD-06",) * 10),
    "approve": ("APP-01", (APPROVED,), _, _, *("APP-01",) * 7, _),
    "approve, broken": ("APP-01", (REJECTED,), _, _, *("APP-01",) * 7, _),
    "reject": ("APP-01", (REFUSED_BY_PERSON,), *("APP-01",) * 4, _, *("APP-01",) * 5),
    "rework": (_, *("D-03",) * 5, (REWORKED,), *("D-03",) * 5),
    "revise": ((REVISED,), *("INF-01",) * 11),
    "cancel": (
        (CANCELED,), (CANCELED,), TO_CANCEL, TO_CANCEL, "INF-01", _, (CANCELED,),
        TO_CANCEL, "INF-01", "INF-01", _, "INF-01",
    ),
    "hold": ("ORD-12", "ORD-12", HELD, HELD, *("ORD-12",) * 3, _, *("ORD-12",) * 4),
    "release": (*("ORD-12",) * 7, GO_ON, *("ORD-12",) * 4),
    "ask for other lines": (
        "INF-01", "INF-01", "DEC-09", ASKED, *("INF-01",) * 7, "DEC-09",
    ),
    "ask for the same lines": (
        "INF-01", "INF-01", "DEC-09", _, *("INF-01",) * 7, "DEC-09",
    ),
    "approve the change": (*("INF-02",) * 8, REVISION_ON, CANCEL_ON, _, _),
    "decline the change": (*("INF-02",) * 8, DECLINED, DECLINED, "INF-02", "INF-02"),
    "plan made": facts(STARTED, _, _, _, _, _, STARTED),
    "plan made for an older version": facts(_, _, _, _, _, _, _),
    "not reserved": facts((REJECTED,), (REJECTED,), (REJECTED,), _, _, _, TURNED_DOWN),
    "not reserved in an older version": facts(_, _, _, _, _, _, _),
    "released": facts((REJECTED,), (REJECTED,), (REJECTED,), _, _, GONE, _),
    "the change is refused": facts(_, _, _, TURNED_DOWN, TURNED_DOWN, TURNED_DOWN, TURNED_DOWN),
    "an older change is refused": facts(_, _, _, _, _, _, _),
    "a part done": facts(
        *(in_(status, PART[0]) for status in _SIX[:4]),
        (*in_("assessing_cancellation", PART[0]), OVERTAKEN),  # type: ignore[misc]
        in_("cancellation_in_progress", PART[0]), in_("acknowledged", PART[0]),
    ),
    "all done": facts(DONE, DONE, DONE, BEATEN, BEATEN, BEATEN, BEATEN),
    "a line waits": facts(
        *(in_(status, WAITS) for status in _SIX), in_("acknowledged", WAITS)
    ),
}  # fmt: skip
CELLS = [
    (word, state, outcome)
    for word, row in OUTCOMES.items()
    for state, outcome in zip(STATES, row, strict=True)
]


@pytest.mark.rule(
    "APP-01",
    "D-03",
    "D-02",
    "DEC-09",
    "INF-01",
    "INF-02",
    "INF-05",
    "ORD-12",
    "ORD-13",
    "ORD-16",
    "ORD-06",
    "ORD-07",
    "ORD-08",
    "ORD-09",
    "ORD-19",
    "ORD-20",
    "ORD-10",
    "APP-07",
)
@pytest.mark.parametrize(("word", "state", "outcome"), CELLS)
def test_every_command_in_every_state(word: str, state: str, outcome: Outcome | str) -> None:
    found = decide(order(state), COMMANDS[word])
    if isinstance(outcome, str):
        assert isinstance(found, Reason)
        assert found.rule == outcome
        assert len(found.message) > 40
    else:
        assert found == outcome


@pytest.mark.rule("ORD-12")
@pytest.mark.parametrize("state", ["acknowledged", "in_progress"])
def test_a_release_that_comes_again_finds_it_done(state: Status) -> None:
    released = replace(order(state), released=True)
    assert decide(released, Release()) == ()


def test_the_table_names_every_command() -> None:
    assert {type(command) for command in COMMANDS.values()} == set(TABLE)
    assert set(COMMANDS) == set(OUTCOMES)


def test_a_refusal_says_what_to_do_instead() -> None:
    reason = decide(order("rejected"), Approve())
    assert reason == Reason(
        rule="APP-01",
        message="the order is rejected: only a new order can be approved; submit a draft first, "
        "rework a rejected one (D-03), and answer what is asked of an order under way with "
        "order.approve-change",
    )


# ----------------------------------------------------------------------------------------- placing


@pytest.mark.rule("ORD-02")
def test_a_placed_order_is_new() -> None:
    assert place(None, placed(), (), approve=None) == (placed(),)


def test_approved_in_the_same_breath() -> None:
    assert place(None, placed(), (), approve=Approve()) == (placed(), replace(APPROVED, version=1))


@pytest.mark.rule("APP-06")
def test_a_broken_order_exists_and_is_rejected() -> None:
    for approve in (Approve(), None):
        assert place(None, placed(), BROKEN, approve) == (placed(), OrderRejected(version=1, reasons=BROKEN))


@pytest.mark.rule("ORD-01")
def test_a_draft_is_taken_as_it_is() -> None:
    draft = placed("draft")
    assert place(None, draft, (), approve=None) == (draft,)


@pytest.mark.rule("REF-04")
def test_an_order_id_is_taken_for_ever() -> None:
    reason = place(order("canceled"), placed(), (), approve=None)
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
    told = (Start(version=1), Fulfil(line_ids=("1", "2"), last=True))
    ends = []
    for facts_in_order in (told, told[::-1]):
        state = fold(placed(), replace(APPROVED, version=1))
        for fact in facts_in_order:
            outcome = decide(state, fact)
            assert isinstance(outcome, tuple)
            for event in outcome:
                state = evolve(state, event) or state
        ends.append(state)
    assert ends[0] == ends[1]
    assert ends[0].status == "completed"
