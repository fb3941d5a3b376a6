"""What `aftersale show return` prints: what was expected beside what was decided, and what was found."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from services.cli.returned import returned
from services.cli.showing import contract

LINE: dict[str, Any] = {
    "lineId": "1",
    "instanceId": "PHONE",
    "reason": "the screen is broken",
    "quantity": 3,
    "expected": "refund",
    "proposed": "refund",
    "approvedQuantity": 2,
    "note": "within two weeks",
    "state": "assessed",
    "orderId": "RET-1-1",
    "replacementId": None,
    "outcome": "wrong_item",
    "reasons": [{"rule": "RMA-05", "message": "look again, or go on", "lineId": "1"}],
}
PAGE: dict[str, Any] = {"returnId": "RET-1", "accountId": "A", "state": "assessed", "lines": [LINE]}


def printed(page: dict[str, Any]) -> str:
    console = Console(width=200, color_system=None)
    with console.capture() as captured:
        console.print(returned(page))
    return captured.get()


def test_a_line_says_what_was_expected_decided_and_found() -> None:
    text = printed({**PAGE, "reasons": [], "refused": None})
    for said in ("Return RET-1", "2 of 3", "RET-1-1", "wrong item", "within two weeks", "RMA-05"):
        assert said in text
    assert "replaced by" not in text, "nothing was replaced"


def test_a_refused_command_is_told_with_its_reasons() -> None:
    reasons = [{"rule": "RMA-02", "message": "the return is not resolved yet", "field": "returnId"}]
    text = printed({**PAGE, "reasons": reasons, "refused": "aftersale.return.close.v1"})
    assert "aftersale.return.close.v1 was refused" in text
    assert "the return is not resolved yet" in text


def test_json_has_the_fields_of_a_return_and_no_others() -> None:
    shown = contract("return", {**PAGE, "reasons": [], "refused": None})
    assert list(shown) == ["returnId", "accountId", "state", "lines", "reasons"]
    assert shown["lines"] == [LINE]


def test_an_account_lists_its_returns() -> None:
    body = {
        "accountId": "A",
        "instances": [],
        "orders": [],
        "returns": [{**PAGE, "reasons": []}],
        "refused": [],
    }
    assert [one["returnId"] for one in contract("account", body)["returns"]] == ["RET-1"]
