"""What comes back moves house meanwhile: it is the same thing, by another id (MOV-09)."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.registry import full
from schemas.topics import ORDER_EVENTS
from services.audit.replay import replay
from tests.service.test_audit_replay import read
from tests.service.test_return_journeys import SEEDS, A, Shop


def opened(instance: str = "PHONE", seed: int | None = None, **more: Any) -> Shop:
    shop = Shop(seed)
    opens(shop, instance, "RET", **more)
    return shop


def opens(shop: Shop, instance: str, id: str, **more: Any) -> None:
    line = {"lineId": "1", "instanceId": instance, "reason": "broken", "expected": "refund", **more}
    shop.does("return.open", {"returnId": id, "accountId": A, "lines": [line]})


def moves(shop: Shop, root: str, order: str = "O1", to: str = "SITE-2") -> None:
    asked = {"orderId": order, "accountId": A, "action": "move", "selection": [root], "location": to}
    shop.does("order.place", {**asked, "approve": True})


def assesses(shop: Shop, proposed: str, **more: Any) -> None:
    shop.does("return.assess", {"returnId": "RET", "lines": [{"lineId": "1", "proposed": proposed, **more}]})


def refusals(shop: Shop) -> list[str]:
    found = [data for one, data in shop.messages(ORDER_EVENTS) if one.type == full("command.refused")]
    return [reason["message"] for data in found for reason in data["reasons"]]


def phone(shop: Shop) -> str:
    """The id that the phone has."""
    [id] = [
        id
        for (kind, id), one in shop.pages().items()
        if kind == "instance" and one["state"] == "active" and one.get("externalId") == "EXT-7"
    ]
    return id


@pytest.mark.rule("RMA-01", "MOV-09")
@pytest.mark.parametrize("seed", [None, *SEEDS[:6]])
@pytest.mark.parametrize("way", ["replacement", "repair"])
def test_what_has_moved_since_is_assessed_where_it_is(way: str, seed: int | None) -> None:
    shop = opened(seed=seed)
    moves(shop, "MOB")
    moved = phone(shop)
    assert moved != "PHONE"
    assesses(shop, way)
    assert (shop.line["instanceId"], shop.line["state"]) == (moved, "resolved")
    assert {one["instanceId"] for one in shop.page("order", "RET-1")["lines"]} >= {moved}
    assert phone(shop) == (shop.line["replacementId"] or moved)
    assert (refusals(shop), shop.parked()) == ([], [])


@pytest.mark.rule("RMA-01", "MOV-09")
def test_so_is_what_has_moved_twice_and_some_of_many() -> None:
    shop = opened("MANY", quantity=3)
    moves(shop, "MANY")
    moves(shop, "O1~1", "O2", "SITE-3")
    assesses(shop, "refund", approvedQuantity=2)
    assert (shop.line["instanceId"], shop.line["state"]) == ("O2~1", "resolved")
    assert shop.page("instance", "O2~1")["quantity"] == 3


@pytest.mark.rule("RMA-01", "D-22")
def test_after_a_canceled_move_it_is_what_it_was() -> None:
    shop = opened()
    shop.answer = lambda task: None if task["name"] == "switch-off" else "completed"
    moves(shop, "MOB")
    shop.does("order.cancel", {"orderId": "O1"})
    shop.answer = lambda _: "completed"
    shop.does("order.approve-change", {"orderId": "O1"})
    assert shop.page("order", "O1")["state"] == "canceled"
    assesses(shop, "repair")
    assert (shop.line["instanceId"], shop.line["state"]) == ("PHONE", "resolved")


@pytest.mark.rule("RMA-01")
def test_what_has_moved_and_then_ended_has_ended() -> None:
    shop = opened("LOOSE")
    moves(shop, "LOOSE")
    ends = {"orderId": "O2", "accountId": A, "action": "disconnect", "selection": ["O1~1"], "approve": True}
    shop.does("order.place", ends)
    assesses(shop, "refund")
    assert refusals(shop) == ["LOOSE has ended since: nothing of it is left to resolve; propose 'reject'"]


@pytest.mark.rule("RMA-01", "MOV-09")
def test_what_comes_back_already_does_not_come_back_again_by_its_new_id() -> None:
    shop = opened()
    moves(shop, "MOB")
    opens(shop, phone(shop), "AGAIN")
    [said] = refusals(shop)
    assert "comes back in line 1 of return RET already" in said
    assesses(shop, "reject")
    opens(shop, phone(shop), "AGAIN-2")
    assert shop.page("return", "AGAIN-2")["state"] == "open"


def test_the_rows_of_what_has_moved_follow_from_the_log() -> None:
    shop = opened()
    moves(shop, "MOB")
    replayed = replay(read(shop))
    assert (replayed.rows > 0, replayed.differences) == (True, [])
