"""Contracts, contract lines and entitlements on the real inbox and outbox (rule book, section 8)."""

from __future__ import annotations

from typing import Any

import pytest

from services.inventory.terms import STANDS_ON, UNDER
from tests.service.test_inventory import Inventory, line

LATER, LATEST = "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00"
BEFORE = "2025-01-01T00:00:00+00:00"
DAY = 24 * 3600
"""The world begins on 2026-01-05."""


class Terms(Inventory):
    """An inventory with product P of account A, and short ways to load terms onto it."""

    def __init__(self, **facts: Any) -> None:
        super().__init__()
        self.load("P", **{"location": "L1", **facts})

    def contract(self, *lines: dict[str, Any], state: str = "active", **facts: Any) -> None:
        data = {"contractId": "C", "accountId": "A", "state": state, "lines": lines}
        self.send("contract.load", {**data, **facts})
        self.run()

    def entitlement(self, instance: str = "P", **facts: Any) -> None:
        data = {"entitlementId": "E", "accountId": "A", "instanceId": instance, "state": "active"}
        self.send("entitlement.load", {**data, **facts})
        self.run()

    def ordered(self, order: str, action: str, **facts: Any) -> None:
        """An order of one line for P is approved, done, and has landed."""
        self.approve(order, line("1", action, "P", **facts))
        self.close(order, "1", "P", action, lineClosed=True)()
        self.completed(order)

    def completed(self, order: str) -> None:
        self.say("plan.completed", {"orderId": order, "lineIds": [], "last": True})()
        self.run()

    def states(self, instance: str = "P") -> dict[str, str]:
        """Id and state of all terms that the page of an instance shows."""
        page = self.page(instance)
        lines = {one["contractLineId"]: one["state"] for one in page["contractLines"]}
        return lines | {one["entitlementId"]: one["state"] for one in page["entitlements"]}

    def why(self) -> list[tuple[str, str | None, str | None]]:
        """Of every change: which, the rule, and the order."""
        changes = [data for name, data in self.said() if name.endswith(".state-changed") and "rule" in data]
        return [
            (one.get("entitlementId") or one["contractLineId"], one["rule"], one.get("orderId"))
            for one in changes
            if "contractId" in one or "entitlementId" in one
        ]

    def refused(self) -> list[tuple[str, str, str]]:
        """Rule, field and message of every reason of the last refusal."""
        reasons = [data["reasons"] for name, data in self.said() if name == "command.refused"]
        return [(one["rule"], one.get("field"), one["message"]) for one in reasons[-1]] if reasons else []


def of(id: str, instance: str = "P", state: str = "active", **facts: Any) -> dict[str, Any]:
    return {"contractLineId": id, "instanceId": instance, "state": state, **facts}


@pytest.fixture
def terms() -> Terms:
    return Terms()


# ------------------------------------------------------------------------------------------ loading


@pytest.mark.rule("CON-01")
def test_a_loaded_contract_is_said_and_stands_with_its_instance(terms: Terms) -> None:
    terms.contract(of("L", start=BEFORE, end=LATER), start=BEFORE)
    assert terms.said(1) == [
        (
            "contract.changed",
            {
                "contractId": "C",
                "accountId": "A",
                "state": "active",
                "start": BEFORE,
                "contractLineIds": ["L"],
            },
        ),
        (
            "contract-line.state-changed",
            {
                "contractLineId": "L",
                "contractId": "C",
                "accountId": "A",
                "instanceId": "P",
                "state": "active",
                "start": BEFORE,
                "end": LATER,
            },
        ),
    ]
    shown = {"contractLineId": "L", "contractId": "C", "state": "active", "start": BEFORE, "end": LATER}
    assert terms.page("P")["contractLines"] == [shown]
    assert terms.pages()["contract", "C"] == {
        "contractId": "C",
        "accountId": "A",
        "state": "active",
        "start": BEFORE,
        "end": None,
        "contractLineIds": ["L"],
    }


def test_a_loaded_entitlement_stands_with_its_instance_under_its_contract_line(terms: Terms) -> None:
    terms.contract(of("L"))
    terms.entitlement(contractLineId="L")
    shown = {"entitlementId": "E", "contractLineId": "L", "state": "active", "start": None, "end": None}
    assert terms.page("P")["entitlements"] == [shown]
    assert (terms.rows(STANDS_ON, "E"), terms.rows(UNDER, "L")) == (["P"], ["P"])


def test_the_same_record_again_changes_nothing_whatever_has_become_of_it(terms: Terms) -> None:
    terms.contract(of("L"))
    terms.entitlement()
    terms.ordered("O1", "suspend")
    before = terms.said()
    terms.contract(of("L"))
    terms.entitlement()
    assert terms.said() == before


def test_a_contract_is_loaded_again_with_other_dates_and_a_line_more(terms: Terms) -> None:
    terms.contract(of("L"))
    terms.contract(of("L", end=LATER), of("M"))
    assert terms.states() == {"L": "active", "M": "active"}
    assert terms.page("P")["contractLines"][0]["end"] == LATER


REFUSED: dict[str, tuple[list[dict[str, Any]], str, str, str]] = {
    "an unknown instance": ([of("L", "Q")], "REF-01", "lines.0", "load the instance first"),
    "a line twice": ([of("L"), of("L")], "REF-04", "lines.1.contractLineId", "an id of its own"),
    "an end before its start": (
        [of("L", start=LATER, end=BEFORE)],
        "FIELD",
        "lines.0.end",
        "give a later end",
    ),
    "suspended on an active instance": (
        [of("L", state="suspended")],
        "CON-07",
        "lines.0",
        "instance 'P' is active: with that it can be draft or active or expired or canceled",
    ),
}


@pytest.mark.rule("CON-07")
@pytest.mark.parametrize("case", REFUSED)
def test_a_contract_is_refused_as_a_whole_and_told_what_would_be_right(terms: Terms, case: str) -> None:
    lines, rule, field, says = REFUSED[case]
    terms.contract(*lines)
    [(found, where, message)] = terms.refused()
    assert (found, where) == (rule, field)
    assert says in message
    assert ("contract", "C") not in terms.pages()
    assert terms.states() == {}


@pytest.mark.rule("CON-07")
@pytest.mark.parametrize(("instance", "state"), [("suspended", "active"), ("inactive", "suspended")])
def test_a_term_is_loaded_in_the_state_of_its_instance(instance: str, state: str) -> None:
    terms = Terms(state=instance)
    terms.entitlement(state=state)
    assert [rule for rule, *_ in terms.refused()] == ["CON-07"]


def test_nothing_is_loaded_onto_an_instance_that_an_order_is_changing(terms: Terms) -> None:
    terms.approve("O1", line("1", "suspend", "P"))
    terms.entitlement()
    [(rule, _, message)] = terms.refused()
    assert rule == "CON-07"
    assert "order 'O1' is changing instance 'P': load 'E' when it is completed" in message


@pytest.mark.rule("CON-01")
def test_a_header_is_never_suspended(terms: Terms) -> None:
    terms.contract(state="suspended")
    [(rule, field, message)] = terms.refused()
    assert (rule, field) == ("FIELD", "state")
    assert "give one of 'draft', 'active', 'expired' or 'canceled'" in message


@pytest.mark.rule("CON-02")
def test_below_what_is_over_nothing_else_is_loaded(terms: Terms) -> None:
    terms.contract(of("L"), state="expired")
    assert [rule for rule, *_ in terms.refused()] == ["CON-02"]
    terms.contract(of("L", state="canceled"))
    terms.entitlement(contractLineId="L")
    [(rule, field, message)] = terms.refused()
    assert (rule, field) == ("CON-02", "contractLineId")
    assert "contract line 'L' is canceled and 'E' is active" in message


def test_what_is_left_out_or_stands_elsewhere_is_refused(terms: Terms) -> None:
    terms.load("Q")
    terms.contract(of("L"))
    terms.contract(of("L", "Q"))
    assert [rule for rule, *_ in terms.refused()] == ["REF-04"]
    terms.contract(of("M"))
    assert [(rule, field) for rule, field, _ in terms.refused()] == [("REF-04", "lines")]
    terms.entitlement(entitlementId="L")
    assert [rule for rule, *_ in terms.refused()] == ["REF-04"]
    terms.entitlement(contractLineId="NONE")
    assert [(rule, field) for rule, field, _ in terms.refused()] == [("REF-01", "contractLineId")]
    assert terms.states() == {"L": "active"}


@pytest.mark.rule("CON-06")
def test_of_what_is_suspended_only_the_dates_can_be_edited() -> None:
    terms = Terms(state="suspended")
    terms.contract(of("L", state="suspended"))
    terms.contract(of("L", state="suspended", end=LATEST), of("M", state="suspended"))
    assert terms.states() == {"L": "suspended", "M": "suspended"}
    terms.contract(of("L", state="canceled"), of("M", state="suspended"))
    [(rule, _, message)] = terms.refused()
    assert rule == "CON-06"
    assert "only its dates can be edited" in message


def test_what_an_order_has_changed_is_not_loaded_over(terms: Terms) -> None:
    terms.contract(of("L"))
    terms.ordered("O1", "suspend")
    terms.ordered("O2", "resume")
    terms.contract(of("L", end=LATEST))
    [(rule, _, message)] = terms.refused()
    assert rule == "REF-03"
    assert "order 'O2' has changed 'L'" in message


@pytest.mark.rule("CON-06", "CON-08")
def test_the_dates_of_an_entitlement_that_an_order_has_changed_are_edited_while_it_rests(
    terms: Terms,
) -> None:
    terms.entitlement()
    terms.ordered("O1", "suspend")
    terms.ordered("O2", "resume")
    terms.entitlement(end=LATEST)
    [(rule, _, message)] = terms.refused()
    assert (rule, message.partition(": ")[2]) == (
        "REF-03",
        "suspend it by an order, load it suspended with the dates it is to have, and resume it",
    )
    terms.ordered("O3", "suspend")
    terms.entitlement(state="suspended", end=LATEST)
    terms.ordered("O4", "resume")
    assert (len(terms.refused()), terms.states()) == (1, {"E": "active"})
    [shown] = terms.page("P")["entitlements"]
    assert shown["end"] == LATEST


# ---------------------------------------------------------------------------------------- following


@pytest.mark.rule("CON-03", "CON-08", "D-16")
def test_lines_and_entitlements_rest_when_their_instance_does_and_the_header_does_not(terms: Terms) -> None:
    terms.contract(of("L"), of("F", state="draft", start=LATER), of("X", state="expired"))
    terms.entitlement()
    terms.ordered("O1", "suspend")
    assert terms.states() == {"L": "suspended", "F": "suspended", "X": "expired", "E": "suspended"}
    assert terms.pages()["contract", "C"]["state"] == "active"
    assert sorted(terms.why()) == [(id, "CON-03", "O1") for id in ("E", "F", "L")]


def test_they_rest_when_the_order_lands_and_not_before(terms: Terms) -> None:
    terms.entitlement()
    terms.approve("O1", line("1", "suspend", "P"))
    terms.close("O1", "1", "P", "suspend", lineClosed=True)()
    terms.run()
    assert (terms.page("P")["state"], terms.states()) == ("suspended", {"E": "active"})
    terms.completed("O1")
    assert terms.states() == {"E": "suspended"}


@pytest.mark.rule("CON-04")
def test_on_resume_the_state_follows_anew_from_start_and_end(terms: Terms) -> None:
    terms.contract(of("L", start=BEFORE, end=LATEST), of("F", state="draft", start=LATER), of("G", end=LATER))
    terms.ordered("O1", "suspend")
    terms.ordered("O2", "resume")
    assert terms.states() == {"L": "active", "F": "draft", "G": "active"}
    assert {why[1:] for why in terms.why()} == {("CON-03", "O1"), ("CON-04", "O2")}


@pytest.mark.rule("CON-04")
def test_what_has_begun_while_it_was_suspended_is_active_on_resume(terms: Terms) -> None:
    terms.contract(of("F", state="draft", start=LATER))
    terms.ordered("O1", "suspend")
    terms.later(30 * DAY)
    assert terms.states() == {"F": "suspended"}
    terms.ordered("O2", "resume")
    assert terms.states() == {"F": "active"}


@pytest.mark.rule("CON-08")
def test_a_disconnect_cancels_the_terms_of_the_instance_for_ever(terms: Terms) -> None:
    terms.contract(of("L"), of("X", state="expired"))
    terms.entitlement()
    terms.entitlement(entitlementId="U", contractLineId="L")
    terms.ordered("O1", "disconnect")
    assert terms.states() == {"L": "canceled", "X": "expired", "E": "canceled", "U": "canceled"}
    assert terms.pages()["contract", "C"]["state"] == "active"
    assert terms.why() == [("L", "CON-08", "O1"), ("U", "CON-02", "O1"), ("E", "CON-08", "O1")]


@pytest.mark.rule("CON-02")
def test_a_canceled_line_ends_the_entitlements_under_it_and_nothing_above(terms: Terms) -> None:
    terms.load("Q")
    terms.contract(of("L"))
    terms.entitlement("Q", contractLineId="L")
    terms.ordered("O1", "disconnect")
    assert (terms.states(), terms.states("Q")) == ({"L": "canceled"}, {"E": "canceled"})
    assert terms.why() == [("L", "CON-08", "O1"), ("E", "CON-02", "O1")]
    assert terms.pages()["contract", "C"]["state"] == "active"


@pytest.mark.rule("D-22")
def test_after_a_canceled_order_all_terms_are_as_they_were(terms: Terms) -> None:
    terms.contract(of("L"))
    terms.approve("O1", line("1", "disconnect", "P"))
    terms.close("O1", "1", "P", "disconnect")()
    terms.say("plan.canceled", {"orderId": "O1", "reasons": []})()
    terms.run()
    assert (terms.page("P")["state"], terms.states()) == ("active", {"L": "active"})
    assert terms.why() == []


@pytest.mark.rule("D-05")
def test_a_move_takes_them_to_the_new_side_as_they_are(terms: Terms) -> None:
    terms.contract(of("L", end=LATER))
    terms.entitlement(contractLineId="L")
    terms.approve("O1", line("1", "change", "P", move=True, location="L2"))
    accepted = next(data for name, data in terms.said() if name == "reservation.accepted")
    new = accepted["lines"][0]["newInstanceId"]
    assert terms.states() == {"L": "active", "E": "active"}
    terms.close("O1", "1", new, "add", side="provide")()
    terms.close("O1", "1", "P", "disconnect", side="cease")()
    terms.completed("O1")
    assert (terms.states(), terms.states(new)) == ({}, {"L": "active", "E": "active"})
    assert terms.page(new)["contractLines"][0]["end"] == LATER
    assert set(terms.why()) == {("L", "D-05", "O1"), ("E", "D-05", "O1")}
    assert (terms.rows(STANDS_ON, "L"), terms.rows(UNDER, "L")) == ([new], [new])
    terms.later(40 * DAY)
    assert terms.states(new) == {"L": "expired", "E": "expired"}


def test_a_state_that_is_loaded_takes_the_terms_along(terms: Terms) -> None:
    terms.entitlement()
    terms.load("P", location="L1", state="suspended")
    assert terms.states() == {"E": "suspended"}
    terms.load("P", location="L1")
    assert terms.states() == {"E": "active"}
    assert terms.why() == [("E", "CON-03", None), ("E", "CON-04", None)]


# -------------------------------------------------------------------------------------------- dates


@pytest.mark.rule("CON-05")
def test_what_reaches_its_end_while_suspended_is_expired(terms: Terms) -> None:
    terms.contract(of("L", end=LATER))
    terms.ordered("O1", "suspend")
    terms.later(40 * DAY)
    assert terms.states() == {"L": "expired"}
    assert terms.why()[-1] == ("L", "CON-05", None)
    terms.ordered("O2", "resume")
    assert terms.states() == {"L": "expired"}


@pytest.mark.rule("CON-01")
def test_a_start_and_an_end_come_each_on_its_day_and_once(terms: Terms) -> None:
    terms.contract(of("F", state="draft", start=LATER, end=LATEST))
    terms.later(30 * DAY)
    assert terms.states() == {"F": "active"}
    terms.later(30 * DAY)
    assert terms.states() == {"F": "expired"}
    before = terms.said()
    terms.later(400 * DAY)
    assert terms.said() == before


def test_what_was_over_when_it_was_loaded_is_brought_on_at_once(terms: Terms) -> None:
    terms.entitlement(end=BEFORE)
    terms.later(1)
    assert terms.states() == {"E": "expired"}


def test_a_date_that_was_put_off_does_not_come_early(terms: Terms) -> None:
    terms.contract(of("L", end=LATER))
    terms.contract(of("L", end=LATEST))
    terms.later(30 * DAY)
    assert terms.states() == {"L": "active"}
    terms.later(30 * DAY)
    assert terms.states() == {"L": "expired"}


@pytest.mark.rule("CON-02")
def test_when_a_contract_expires_its_lines_and_what_is_under_them_do(terms: Terms) -> None:
    terms.load("Q")
    terms.contract(of("L"), of("K", state="canceled"), end=LATER)
    terms.entitlement("Q", contractLineId="L")
    terms.later(40 * DAY)
    assert terms.pages()["contract", "C"]["state"] == "expired"
    assert (terms.states(), terms.states("Q")) == ({"L": "expired", "K": "canceled"}, {"E": "expired"})
    assert terms.why() == [("L", "CON-02", None), ("E", "CON-02", None)]


@pytest.mark.rule("CON-02")
def test_an_expired_line_leaves_its_header_as_it_is(terms: Terms) -> None:
    terms.contract(of("L", end=LATER))
    terms.later(40 * DAY)
    assert (terms.states(), terms.pages()["contract", "C"]["state"]) == ({"L": "expired"}, "active")


def test_a_contract_to_come_begins_on_its_day(terms: Terms) -> None:
    terms.contract(state="draft", start=LATER)
    terms.later(40 * DAY)
    assert terms.pages()["contract", "C"]["state"] == "active"
