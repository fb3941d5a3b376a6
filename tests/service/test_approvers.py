"""Nobody approves their own order, where it is known who asks: what comes through the gateway (D-21)."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.topics import GATEWAY
from services.audit.whatif import Different, what_if
from services.chassis.ports import StoredEvent
from services.order.domain.events import OrderPlaced
from tests.history import sources
from tests.service.test_order import A, Shop

ANNA, BEN, CRM = "anna", "ben", "/crm/emea"
CHANGE = {"lineId": "1", "action": "change", "instanceId": "P-1", "location": "SITE-2"}
OTHER = {**CHANGE, "instanceId": "P-2"}


def shop() -> Shop:
    return Shop().sells("line").owns("P-1").owns("P-2")


def by(here: Shop, actor: str | None, name: str, source: str = GATEWAY, **more: Any) -> Shop:
    """This person asks for something about the order, through the gateway unless another source is said."""
    return here.asks(name, {"orderId": "O-1", **more}, A, source=source, actor=actor)


def placed(here: Shop, actor: str | None = ANNA, source: str = GATEWAY, **more: Any) -> Shop:
    asked = {"accountId": A, "action": "disconnect", "selection": ["P-1"], **more}
    return by(here, actor, "order.place", source, **asked)


def under_way() -> Shop:
    """Two lines, placed by Anna, approved by Ben, in progress."""
    here = placed(shop(), selection=["P-1", "P-2"])
    by(here, BEN, "order.approve")
    return here.reserved("plan.created", lineIds=["1", "2"], domainOrders=[], tasks=[])


def rules(here: Shop) -> list[str]:
    return [one["rule"] for one in here.refusal()] if "command.refused" in here.said() else []


# ------------------------------------------------------------------------------------------ orders


@pytest.mark.rule("D-21")
def test_who_placed_an_order_does_not_approve_it_and_somebody_else_does() -> None:
    here = by(placed(shop()), ANNA, "order.approve")
    assert (here.order["state"], rules(here)) == ("new", ["D-21"])
    assert "ask somebody else to approve it" in here.refusal()[0]["message"]
    assert by(here, BEN, "order.approve").order["state"] == "acknowledged"


@pytest.mark.rule("D-21")
@pytest.mark.parametrize("who", [ANNA, BEN, "cleo"])
def test_whoever_had_a_hand_in_an_order_does_not_approve_it(who: str) -> None:
    here = placed(shop(), ANNA, draft=True, action=None, selection=[], lines=[CHANGE])
    by(here, BEN, "order.revise", lines=[OTHER])
    by(here, "cleo", "order.submit")
    assert rules(by(here, who, "order.approve")) == ["D-21"]
    assert by(here, "dora", "order.approve").order["state"] == "acknowledged"


@pytest.mark.rule("D-21")
def test_nobody_places_and_approves_in_the_same_breath() -> None:
    here = placed(shop(), approve=True)
    assert (here.order, rules(here)) == (None, ["D-21"])
    assert here.refusal()[0]["field"] == "approve"
    assert placed(here).order["state"] == "new"


@pytest.mark.rule("D-21")
def test_what_another_source_says_of_a_person_is_not_judged() -> None:
    assert placed(shop(), source=CRM, approve=True).order["state"] == "acknowledged"
    by_crm = by(placed(shop()), ANNA, "order.approve", source=CRM)
    assert by_crm.order["state"] == "acknowledged"
    placed_by_crm = by(placed(shop(), source=CRM), ANNA, "order.approve")
    assert placed_by_crm.order["state"] == "acknowledged"


@pytest.mark.rule("D-21")
def test_without_a_name_there_is_nobody_to_compare() -> None:
    here = by(placed(shop(), actor=None), None, "order.approve")
    assert here.order["state"] == "acknowledged"


def test_an_approval_that_comes_again_is_nothing_whoever_sends_it() -> None:
    here = by(by(placed(shop()), BEN, "order.approve"), ANNA, "order.approve")
    assert (here.order["state"], rules(here)) == ("acknowledged", [])


# ----------------------------------------------------------------------------------------- changes


@pytest.mark.rule("D-21", "INF-02")
@pytest.mark.parametrize(
    ("name", "more", "after"),
    [
        ("order.cancel", {}, "cancellation_in_progress"),
        ("order.cancel", {"lineIds": ["2"]}, "acknowledged"),
        (
            "order.revise",
            {"lines": [{"lineId": "1", "action": "disconnect", "instanceId": "P-1"}]},
            "acknowledged",
        ),
    ],
)
def test_who_asks_for_a_change_does_not_approve_it(name: str, more: dict[str, Any], after: str) -> None:
    here = by(under_way(), BEN, name, **more)
    asked = here.order["state"]
    assert rules(by(here, BEN, "order.approve-change")) == ["D-21"]
    assert here.order["state"] == asked
    assert "order.decline-change" in here.refusal()[0]["message"]
    assert by(here, ANNA, "order.approve-change").order["state"] == after


@pytest.mark.rule("D-21")
def test_who_asked_takes_it_back_and_is_no_longer_known_for_the_next_request() -> None:
    here = by(by(under_way(), ANNA, "order.cancel"), ANNA, "order.decline-change")
    assert here.order["state"] == "in_progress"
    by(by(here, BEN, "order.cancel"), ANNA, "order.approve-change")
    assert here.order["state"] == "cancellation_in_progress"


@pytest.mark.rule("D-21")
def test_of_a_request_from_another_source_nobody_knows_who_asked() -> None:
    here = by(by(under_way(), ANNA, "order.cancel", CRM), ANNA, "order.approve-change")
    assert here.order["state"] == "cancellation_in_progress"


# ----------------------------------------------------------------------------------------- returns

BACK = {"lineId": "1", "instanceId": "P-1", "reason": "broken", "expected": "refund"}


def comes_back(actor: str | None = ANNA, source: str = GATEWAY) -> Shop:
    asked = {"returnId": "RET-1", "accountId": A, "lines": [BACK]}
    return shop().asks("return.open", asked, source=source, actor=actor)


def assessed(here: Shop, actor: str | None, proposed: str = "refund", source: str = GATEWAY) -> Shop:
    asked = {"returnId": "RET-1", "lines": [{"lineId": "1", "proposed": proposed}]}
    return here.asks("return.assess", asked, A, source=source, actor=actor)


def writes(here: Shop) -> Any:
    """The state of the order that the return has written."""
    found = here.world.pages().get(("order", "RET-1-1"))
    return found and found["state"]


@pytest.mark.rule("D-21", "D-12")
def test_who_opened_a_return_does_not_approve_the_order_that_it_writes() -> None:
    here = assessed(comes_back(), ANNA)
    assert (writes(here), rules(here)) == (None, ["D-21"])
    assert "ask somebody else to assess it" in here.refusal()[0]["message"]
    assert writes(assessed(here, BEN)) == "acknowledged"


@pytest.mark.rule("D-21", "D-12")
def test_of_a_return_that_another_source_opens_or_assesses_nobody_is_judged() -> None:
    assert writes(assessed(comes_back(source=CRM), ANNA)) == "acknowledged"
    assert writes(assessed(comes_back(), ANNA, source=CRM)) == "acknowledged"
    assert writes(assessed(comes_back(None), None)) == "acknowledged"


@pytest.mark.rule("D-21", "D-12")
def test_whoever_opened_a_return_may_turn_it_down() -> None:
    assert rules(assessed(comes_back(), ANNA, "reject")) == []


@pytest.mark.rule("D-21", "D-12")
def test_whoever_opened_a_return_is_an_author_of_its_order() -> None:
    here = assessed(comes_back(), BEN)
    refused = [{"rule": "CHG-16", "message": "held"}]
    here.hears(
        "reservation.refused", {"orderId": "RET-1-1", "accountId": A, "version": 1, "reasons": refused}
    )
    for name, actor in (("order.rework", BEN), ("order.submit", BEN), ("order.approve", ANNA)):
        here.asks(name, {"orderId": "RET-1-1"}, A, source=GATEWAY, actor=actor)
    assert rules(here) == ["D-21"]


# --------------------------------------------------------------------------------------- afterwards


def again(here: Shop) -> list[Different]:
    found = what_if(sources(here.world), here.world.keys)
    assert not found.not_decided.keys() - {"unknown"}, "what the shop says for the others has no sender"
    return found.different


@pytest.mark.rule("D-21")
def test_what_was_decided_is_decided_again_from_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    here = by(under_way(), ANNA, "order.cancel")
    by(by(here, ANNA, "order.approve-change"), BEN, "order.approve-change")
    assert again(here) == []
    monkeypatch.setattr("services.order.domain.underway.own_change", lambda *_: None)
    assert [one.then.rules for one in again(here)] == [("D-21",)]


def test_an_order_stored_before_anybody_was_known_is_still_read() -> None:
    codec = shop().world.readers["order"].parts.codec
    event = OrderPlaced(account_id=A, status="new", category="product", lines=(), asked_by=ANNA)
    name, data = codec.encode(event)
    without = data.replace(b',"asked_by":"anna"', b"")
    assert without != data
    read = codec.decode(StoredEvent(1, "order-O-1", 1, name, b'{"k":"ACC-1"}\n' + without))
    assert (read.asked_by, read.account_id) == (None, A)
