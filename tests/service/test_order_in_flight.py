"""An order under way: asked to be revised or canceled, answered, held, with what the others say meanwhile."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis.personal import is_sealed
from tests.service.test_order import Shop

NET = {"lineId": "1", "action": "change", "instanceId": "N", "characteristics": {"speed": 200}}
END = {"lineId": "2", "action": "disconnect", "instanceId": "P-2"}
MARCH, APRIL = "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"
VALUES = [
    {"name": "speed", "type": "number", "values": [100, 200, 300, 1000]},
    {"name": "contact", "type": "string", "personal": True},
]


def shop(**characteristics: Any) -> Shop:
    """An order of two lines, one change and one disconnect, in progress."""
    here = Shop().sells("line").sells("net", characteristics=VALUES).owns("P-1").owns("P-2")
    here.owns("N", "net")
    asked = {**NET, "characteristics": {**NET["characteristics"], **characteristics}}  # type: ignore[dict-item]
    here.places(lines=[asked, END], approve=True)
    return here.reserved("plan.created", lineIds=["1", "2"], domainOrders=[], tasks=[])


def waiting() -> Shop:
    """A window of which nothing has been heard but that it is planned."""
    here = Shop().sells("line").owns("P-1").owns("P-2")
    here.places(action="suspend", selection=["P-1"], start=MARCH, end=APRIL, approve=True)
    return here.reserved("plan.created", lineIds=[], domainOrders=[], tasks=[])


def refused(here: Shop, line_id: str | None = None) -> list[str]:
    """The rules of the last refusal, of one line or of all."""
    return [one["rule"] for one in here.refusal() if line_id in (None, one.get("lineId"))]


def looks(here: Shop) -> dict[str, Any]:
    """The order as people see it, but for its version and why its last request was declined (D-02)."""
    return {name: value for name, value in here.order.items() if name not in ("version", "declined")}


def asks(here: Shop, name: str, lines: list[dict[str, Any]]) -> None:
    """A cancel of the whole, or a revision to these lines."""
    here.tells(name, **({"lines": lines} if name == "order.revise" else {}))  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------- revising


@pytest.mark.rule("INF-02", "INF-03", "INF-04", "INF-05", "ORD-13", "ORD-14")
def test_a_revision_is_asked_for_approved_and_planned() -> None:
    here = shop()
    faster = {"lineId": "1", "action": "change", "instanceId": "N", "characteristics": {"speed": 300}}
    new = {"lineId": "3", "action": "add", "specificationId": "line"}
    here.tells("order.revise", lines=[faster, new], reason="Mrs X called")
    assert (here.order["state"], here.order["version"]) == ("revision_in_progress", 2)
    asked = here.message("order.revision-requested")
    assert [line["lineId"] for line in asked["lines"]] == ["1", "3"]
    assert asked["changes"] == [
        {"lineId": "2", "operation": "drop"},
        {"lineId": "1", "operation": "change", "types": ["characteristic"], "characteristics": ["speed"]},
        {"lineId": "3", "operation": "add"},
    ]
    assert is_sealed(asked["reason"])
    request = here.order["request"]
    assert (request["kind"], request["state"], request["changes"]) == (
        "revision",
        "requested",
        asked["changes"],
    )
    assert here.order["lines"][0]["characteristics"] == {"speed": 200}
    here.tells("order.approve-change")
    revised = here.message("order.revised")
    assert (revised["state"], revised["version"], revised["changes"]) == ("acknowledged", 2, asked["changes"])
    assert here.order["state"] == "acknowledged"
    here.reserved("plan.changed", version=2, lineIds=["1", "3"], domainOrders=[], tasks=[])
    assert here.order["state"] == "in_progress"
    assert {line["lineId"]: line["state"] for line in here.order["lines"]} == {
        "1": "in_progress",
        "2": "canceled",
        "3": "in_progress",
    }
    assert here.order["lines"][0]["characteristics"] == {"speed": 300}
    here.reserved("reservation.fulfilled", version=2, lineIds=["1", "3"], last=True)
    assert here.order["state"] == "completed"
    assert [line["state"] for line in here.order["lines"]] == ["completed", "canceled", "completed"]


@pytest.mark.rule("D-02", "ORD-18")
def test_a_declined_revision_leaves_the_order_in_the_exact_state_before() -> None:
    here = shop()
    before = looks(here)
    here.tells("order.revise", lines=[NET]).tells("order.decline-change", reason="not now")
    assert looks(here) == before
    assert here.order["version"] == 2
    assert here.message("order.change-declined")["state"] == "in_progress"


@pytest.mark.rule("D-02", "ORD-18", "D-19")
@pytest.mark.parametrize("answer", ["plan.change-refused", "reservation.refused"])
def test_an_approved_revision_that_cannot_be_done_is_declined_with_the_reasons(answer: str) -> None:
    here = shop()
    before = looks(here)
    faster = {**NET, "characteristics": {"speed": 300}}
    new = {"lineId": "3", "action": "add", "specificationId": "line"}
    here.tells("order.revise", lines=[faster, new]).tells("order.approve-change")
    assert [line["state"] for line in here.order["lines"]] == ["acknowledged", "canceled", "acknowledged"]
    assert here.order["lines"][0]["characteristics"] == {"speed": 300}
    reasons = [{"rule": "D-11", "message": "line 2 is past its point of no return", "lineId": "2"}]
    here.reserved(answer, version=2, reasons=reasons)
    assert looks(here) == before
    assert here.order["declined"] == {"version": 2, "reason": None, "reasons": reasons}
    assert here.message("order.change-declined")["reasons"] == reasons


def test_what_is_as_it_is_asks_for_nothing() -> None:
    here = shop(contact="Ada")
    before = len(here.said())
    here.tells("order.revise", lines=[{**NET, "characteristics": {"speed": 200, "contact": "Ada"}}, END])
    here.tells("order.revise", lines=[{key: NET[key] for key in ("lineId", "action", "instanceId")}, END])
    assert len(here.said()) == before


def test_a_personal_value_stays_sealed_in_a_revision() -> None:
    here = shop(contact="Ada")
    here.tells("order.revise", lines=[{**NET, "characteristics": {"speed": 300, "contact": "Eve"}}, END])
    [line, _] = here.message("order.revision-requested")["lines"]
    assert line["characteristics"]["speed"] == 300
    assert is_sealed(line["characteristics"]["contact"])
    assert here.order["request"]["changes"][0]["characteristics"] == ["contact", "speed"]


@pytest.mark.rule("INF-04", "INF-05")
def test_several_revisions_follow_one_another() -> None:
    here = shop()
    for version, speed in ((2, 300), (3, 1000), (4, 100)):
        here.tells("order.revise", lines=[{**NET, "characteristics": {"speed": speed}}, END])
        here.tells("order.approve-change")
        here.reserved("plan.changed", version=version, lineIds=["1", "2"], domainOrders=[], tasks=[])
        assert (here.order["state"], here.order["version"]) == ("in_progress", version)
    assert here.order["lines"][0]["characteristics"] == {"speed": 100}


def test_a_line_that_was_dropped_leaves_its_id_behind() -> None:
    here = shop()
    here.tells("order.revise", lines=[NET]).tells("order.approve-change")
    here.reserved("plan.changed", version=2, lineIds=["1"], domainOrders=[], tasks=[])
    here.tells("order.revise", lines=[NET, {"lineId": "2", "action": "change", "instanceId": "P-1"}])
    assert refused(here) == ["INF-04"]


# ------------------------------------------------------------------------------------- what is refused


@pytest.mark.rule("DEC-09")
def test_an_order_that_is_being_broken_down_is_not_revised() -> None:
    here = Shop().sells("line").owns("P-1").places(action="change", selection=["P-1"], approve=True)
    here.tells("order.revise", lines=[{"lineId": "1", "action": "change", "instanceId": "P-1"}])
    assert refused(here) == ["DEC-09"]
    here.reserved("plan.created", lineIds=["1"], domainOrders=[], tasks=[])
    here.tells("order.revise", lines=[{"lineId": "x", "action": "add", "specificationId": "line"}])
    here.tells("order.approve-change").tells("order.revise", lines=[NET])
    assert refused(here) == ["DEC-09"]


WRONG: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "another action": ([{**NET, "action": "disconnect"}, END], ["INF-04"]),
    "another instance": ([{**NET, "instanceId": "P-1"}, END], ["INF-04"]),
    "a suspend": ([NET, END, {"lineId": "3", "action": "suspend", "instanceId": "P-1"}], ["INF-09"]),
    "instead of a dropped line": (
        [NET, {"lineId": "3", "action": "change", "instanceId": "P-2"}],
        ["CHG-16"],
    ),
    "a change that becomes a move": ([{**NET, "location": "SITE-9"}, END], ["INF-04"]),
    "a date of what is under way": ([{**NET, "dueDate": APRIL}, END], ["SUS-12"]),
    "a value that the catalog does not list": ([{**NET, "characteristics": {"speed": 5}}, END], ["CHG-01"]),
    "two things at once": (
        [
            {**NET, "characteristics": {"speed": 5, "colour": "red"}},
            END,
            {"lineId": "3", "action": "change", "instanceId": "NOWHERE"},
        ],
        ["ACT-06", "CHG-01", "CHG-01"],
    ),
}


@pytest.mark.rule("INF-01", "INF-04", "INF-09", "SUS-10", "SUS-12", "CHG-16")
@pytest.mark.parametrize("asked", WRONG)
def test_a_revision_is_judged_like_an_order_and_every_broken_rule_is_named(asked: str) -> None:
    lines, rules = WRONG[asked]
    here = shop()
    before = here.order
    here.tells("order.revise", lines=lines)
    assert sorted(refused(here)) == rules
    assert here.order == before


@pytest.mark.rule("INF-01")
def test_only_one_thing_is_asked_at_a_time_and_only_of_an_order_under_way() -> None:
    here = shop().tells("order.revise", lines=[NET]).tells("order.revise", lines=[NET])
    assert refused(here) == ["INF-01"]
    assert "order.decline-change" in here.refusal()[0]["message"]
    assert refused(here.tells("order.cancel")) == ["INF-01"]
    assert refused(here.tells("order.hold")) == ["ORD-12"]
    here.tells("order.decline-change")
    here.reserved("reservation.fulfilled", lineIds=["1", "2"], last=True)
    assert refused(here.tells("order.revise", lines=[NET])) == ["INF-01"]
    assert refused(here.tells("order.cancel")) == ["INF-01"]
    assert refused(here.tells("order.approve-change")) == ["INF-02"]


@pytest.mark.rule("INF-01")
def test_what_is_completed_stays() -> None:
    here = shop()
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    here.tells("order.revise", lines=[{**NET, "characteristics": {"speed": 300}}])
    assert refused(here) == ["INF-01"]
    assert refused(here.tells("order.cancel")) == ["INF-01"]
    assert "lineIds" in here.refusal()[0]["message"]
    assert refused(here.tells("order.cancel", lineIds=["1"])) == ["INF-01"]
    assert here.tells("order.cancel", lineIds=["2"]).order["state"] == "revision_in_progress"


@pytest.mark.rule("INF-01", "D-02")
@pytest.mark.parametrize("asked", ["order.cancel", "order.revise"])
def test_what_was_overtaken_by_a_part_that_is_done_declines_itself(asked: str) -> None:
    """The answer could only be no, and the work of the other lines would wait for it."""
    here = shop()
    asks(here, asked, [END])
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    assert (here.order["state"], here.order["version"], here.order["request"]) == ("in_progress", 2, None)
    assert here.said()[-2:] == ["order.line-changed", "order.change-declined"]
    [reason] = here.message("order.change-declined")["reasons"]
    assert (reason["rule"], reason["lineId"]) == ("INF-01", "1")
    assert here.order["declined"]["reasons"] == [reason]
    before = len(here.said())
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    here.reserved("plan.change-refused", version=2, reasons=[])
    assert len(here.said()) == before, "heard again it says nothing"
    for answer in ("order.approve-change", "order.decline-change"):
        assert refused(here.tells(answer)) == ["INF-02"]
        assert "was declined, as line 1 is completed" in here.refusal()[0]["message"]


@pytest.mark.rule("INF-01", "D-02")
def test_an_overtaken_order_is_on_hold_again_if_it_was_before() -> None:
    here = shop().tells("order.hold").tells("order.cancel")
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    assert here.order["state"] == "on_hold"
    assert here.message("order.change-declined")["state"] == "on_hold"


def test_a_revision_that_another_line_is_done_beside_still_waits_for_its_answer() -> None:
    here = shop().tells("order.revise", lines=[NET])
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    assert here.order["state"] == "revision_in_progress"
    assert here.tells("order.approve-change").order["state"] == "acknowledged"


def test_an_approved_cancel_is_answered_by_fulfillment_and_not_by_what_is_done() -> None:
    here = shop().tells("order.cancel").tells("order.approve-change")
    here.reserved("reservation.fulfilled", lineIds=["1"], last=False)
    assert here.order["state"] == "cancellation_in_progress"


# --------------------------------------------------------------------------------------- canceling


@pytest.mark.rule("ORD-16", "ORD-17", "INF-02", "INF-05")
def test_a_whole_order_is_canceled_in_two_steps() -> None:
    here = shop().tells("order.cancel", reason="changed my mind")
    assert (here.order["state"], here.order["version"]) == ("assessing_cancellation", 2)
    assert here.order["request"]["kind"] == "cancellation"
    here.tells("order.approve-change")
    assert here.order["state"] == "cancellation_in_progress"
    here.tells("order.approve-change").tells("order.cancel")
    here.reserved("reservation.released", version=2)
    assert (here.order["state"], here.order["request"]) == ("canceled", None)
    assert [line["state"] for line in here.order["lines"]] == ["canceled", "canceled"]
    assert here.said()[-3:] == [
        "order.cancellation-requested",
        "order.cancellation-approved",
        "order.canceled",
    ]


@pytest.mark.rule("D-02", "ORD-18", "D-19")
def test_a_declined_cancel_leaves_the_order_in_the_exact_state_before() -> None:
    here = shop()
    before = looks(here)
    here.tells("order.cancel")
    reason = {"rule": "D-19", "message": "line 1 is past its point of no return", "lineId": "1"}
    here.reserved("plan.change-refused", version=2, reasons=[reason])
    assert looks(here) == before
    assert here.order["declined"]["reasons"] == [reason]
    here.tells("order.cancel").tells("order.decline-change")
    assert looks(here) == before
    assert here.order["version"] == 3


@pytest.mark.rule("INF-04", "D-19")
def test_a_cancel_of_lines_is_a_revision_that_drops_them_and_what_is_below() -> None:
    below = {"lineId": "3", "action": "add", "specificationId": "part", "parentLineId": "2"}
    top = {"lineId": "2", "action": "add", "specificationId": "line"}
    here = Shop().sells("part").sells("line", relationships=[{"type": "bundles", "target": "part"}])
    here.owns("P-1").places(
        lines=[{"lineId": "1", "action": "disconnect", "instanceId": "P-1"}, top, below], approve=True
    )
    here.reserved("plan.created", lineIds=["1", "2", "3"], domainOrders=[], tasks=[])
    here.tells("order.cancel", lineIds=["2"])
    assert here.message("order.revision-requested")["changes"] == [
        {"lineId": "2", "operation": "drop"},
        {"lineId": "3", "operation": "drop"},
    ]
    assert {line["lineId"]: line["state"] for line in here.order["lines"]} == {
        "1": "in_progress",
        "2": "revision_in_progress",
        "3": "revision_in_progress",
    }
    here.tells("order.decline-change").tells("order.cancel", lineIds=["1", "2"])
    assert here.order["state"] == "assessing_cancellation"
    assert refused(here.tells("order.decline-change").tells("order.cancel", lineIds=["9"])) == ["REF-01"]


@pytest.mark.rule("LIN-05", "SUS-08")
def test_what_goes_along_with_a_line_is_not_canceled_without_it() -> None:
    here = Shop().sells("line").owns("TOP").owns("BELOW", parentId="TOP")
    here.places(action="disconnect", selection=["TOP"], approve=True)
    here.reserved("plan.created", lineIds=["1", "2"], domainOrders=[], tasks=[])
    assert refused(here.tells("order.cancel", lineIds=["2"])) == ["SUS-08"]
    assert here.tells("order.cancel", lineIds=["1"]).order["state"] == "assessing_cancellation"


# ------------------------------------------------------------------------------------------- races


@pytest.mark.rule("ORD-16", "ORD-17")
def test_a_cancel_may_overtake_its_own_reservation() -> None:
    here = Shop().sells("line").owns("P-1").places(action="change", selection=["P-1"], approve=True)
    here.tells("order.cancel").tells("order.approve-change")
    assert here.order["state"] == "cancellation_in_progress"
    here.reserved("plan.created", lineIds=["1"], domainOrders=[], tasks=[])
    assert here.order["state"] == "cancellation_in_progress"
    here.reserved("reservation.released", version=2)
    assert here.order["state"] == "canceled"


REASONS = [{"rule": "CHG-16", "message": "held by another order", "lineId": "1"}]


@pytest.mark.rule("ORD-16", "D-02")
def test_a_refused_reservation_beats_a_cancel_that_waits_but_not_an_approved_one() -> None:
    here = Shop().sells("line").owns("P-1").places(action="change", selection=["P-1"], approve=True)
    here.tells("order.cancel").reserved("reservation.refused", reasons=REASONS)
    assert (here.order["state"], here.order["reasons"], here.order["request"]) == ("rejected", REASONS, None)
    here = Shop().sells("line").owns("P-1").places(action="change", selection=["P-1"], approve=True)
    here.tells("order.cancel").tells("order.approve-change")
    here.reserved("reservation.refused", reasons=REASONS)
    assert here.order["state"] == "cancellation_in_progress"
    assert here.reserved("reservation.released", version=2).order["state"] == "canceled"


@pytest.mark.parametrize("asked", ["order.cancel", "order.revise"])
@pytest.mark.parametrize("approved", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_plan_that_completes_beats_what_is_asked(asked: str, approved: bool, late: bool) -> None:
    """Whichever is heard first: that it is completed, or that the request is refused for it."""
    here = shop()
    asks(here, asked, [NET])
    if approved:
        here.tells("order.approve-change")
    facts: list[tuple[str, dict[str, Any]]] = [
        ("reservation.fulfilled", {"lineIds": ["1", "2"], "last": True}),
        ("plan.change-refused", {"version": 2, "reasons": [{"rule": "INF-01", "message": "completed"}]}),
    ]
    for name, more in reversed(facts) if late else facts:
        here.reserved(name, **more)
    assert (here.order["state"], here.order["request"], here.order["declined"]) == ("completed", None, None)
    assert [line["state"] for line in here.order["lines"]] == ["completed", "completed"]
    assert here.message("order.change-declined")["reasons"][0]["rule"] == "INF-01"


def test_a_revision_that_the_plan_has_followed_is_what_was_completed() -> None:
    """Though that the plan has followed is heard last."""
    here = shop().tells("order.revise", lines=[NET]).tells("order.approve-change")
    here.reserved("reservation.fulfilled", version=2, lineIds=["1"], last=True)
    here.reserved("plan.changed", version=2, lineIds=["1"], domainOrders=[], tasks=[])
    assert here.order["state"] == "completed"
    assert [line["state"] for line in here.order["lines"]] == ["completed", "canceled"]


def test_a_late_answer_to_a_request_that_is_settled_changes_nothing() -> None:
    here = shop().tells("order.cancel").tells("order.decline-change")
    before = here.order
    here.reserved("plan.held", version=2, because="cancel")
    here.reserved("plan.change-refused", version=2, reasons=[])
    here.reserved("plan.changed", version=2, lineIds=[], domainOrders=[], tasks=[])
    assert here.order == before
    here.tells("order.cancel")
    here.reserved("plan.change-refused", version=2, reasons=[])
    assert here.order["state"] == "assessing_cancellation"


def test_what_begins_while_a_request_waits_shows_when_it_is_declined() -> None:
    here = Shop().sells("line").owns("P-1").places(action="change", selection=["P-1"], approve=True)
    here.tells("order.cancel").reserved("plan.created", lineIds=["1"], domainOrders=[], tasks=[])
    assert here.order["state"] == "assessing_cancellation"
    assert here.message("order.started")["state"] == "assessing_cancellation"
    assert here.tells("order.decline-change").order["state"] == "in_progress"


# -------------------------------------------------------------------------------------------- holding


@pytest.mark.rule("ORD-12", "INF-01")
def test_an_order_is_held_and_goes_on_where_it_was() -> None:
    here = shop()
    before = here.order
    assert refused(here.tells("order.release")) == ["ORD-12"], "it was never on hold"
    assert "nothing to release" in here.refusal()[0]["message"]
    here.tells("order.hold", reason="no credit").tells("order.hold")
    assert (here.order["state"], here.order["version"]) == ("on_hold", 1)
    here.tells("order.release").tells("order.release")
    assert {**here.order, "reasons": []} == before
    assert here.said()[-2:] == ["order.held", "order.released"]
    assert refused(here.tells("order.hold").tells("order.revise", lines=[NET])) == ["INF-01"]


@pytest.mark.rule("ORD-12", "D-02")
def test_an_order_on_hold_can_be_canceled_and_is_on_hold_again_when_that_is_declined() -> None:
    here = shop().tells("order.hold").tells("order.cancel")
    assert here.order["state"] == "assessing_cancellation"
    here.tells("order.decline-change")
    assert here.order["state"] == "on_hold"
    assert here.message("order.change-declined")["state"] == "on_hold"
    here.reserved("reservation.fulfilled", lineIds=["1", "2"], last=True)
    assert here.order["state"] == "completed"


def test_an_order_that_is_held_before_its_plan_shows_it_when_released() -> None:
    here = Shop().sells("line").owns("P-1").places(action="change", selection=["P-1"], approve=True)
    here.tells("order.hold").reserved("plan.created", lineIds=["1"], domainOrders=[], tasks=[])
    assert here.message("order.started")["state"] == "on_hold"
    assert here.tells("order.release").order["state"] == "in_progress"


# --------------------------------------------------------------------------------------- what waits


@pytest.mark.rule("D-10", "SUS-10", "SUS-12")
def test_what_waits_is_redated_also_before_it_was_heard_that_it_waits() -> None:
    here = waiting()
    later = {"lineId": "1", "action": "suspend", "instanceId": "P-1", "dueDate": "2026-03-15T00:00:00Z"}
    keep = {"lineId": "2", "action": "resume", "instanceId": "P-1"}
    here.tells("order.revise", lines=[later, keep])
    assert here.order["request"]["changes"] == [{"lineId": "1", "operation": "redate", "types": ["date"]}]
    here.tells("order.decline-change").tells(
        "order.revise", lines=[{**later, "dueDate": "2026-05-01T00:00:00Z"}, keep]
    )
    assert refused(here) == ["ACT-11"]
    here.tells("order.revise", lines=[{**later, "location": "SITE-2"}, keep])
    assert refused(here) == ["SUS-10"]


@pytest.mark.rule("D-10", "SUS-12")
def test_what_has_started_is_not_redated() -> None:
    here = waiting()
    here.world.clock.at += timedelta(days=70)
    later = {"lineId": "1", "action": "suspend", "instanceId": "P-1", "dueDate": "2026-03-20T00:00:00Z"}
    here.tells("order.revise", lines=[later, {"lineId": "2", "action": "resume", "instanceId": "P-1"}])
    assert "SUS-12" in refused(here)


@pytest.mark.rule("D-10", "SUS-11")
def test_a_window_goes_as_a_whole() -> None:
    here = waiting().tells("order.cancel", lineIds=["1"])
    assert here.order["state"] == "assessing_cancellation"
    here = waiting().tells("order.cancel", lineIds=["2"])
    assert here.order["request"]["changes"] == [{"lineId": "2", "operation": "drop"}]


def test_what_a_canceled_order_had_ended_is_there_again() -> None:
    here = Shop().sells("line").owns("P-1").owns("C", parentId="P-1")
    ended = {"instanceId": "C", "accountId": "ACC-1", "state": "inactive", "previousState": "active"}
    here.hears("instance.state-changed", ended)
    here.hears("instance.state-changed", {**ended, "state": "active", "previousState": "inactive"})
    here.places(action="disconnect", selection=["P-1"])
    assert [line["instanceId"] for line in here.order["lines"]] == ["P-1", "C"]
