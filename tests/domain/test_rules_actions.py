"""Section 2: what can be asked for, by the order or by its lines."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from schemas.order import OrderLine, PlaceOrder, ReviseOrder
from services.chassis.fields import reasons
from tests.domain.order_known import home, line, said


@pytest.mark.rule("ACT-01", "ACT-02", "ACT-03")
@pytest.mark.parametrize(
    ("asked", "line_action"),
    [
        ("change", "change"),
        ("move", "change"),
        ("disconnect", "disconnect"),
        ("suspend", "suspend"),
        ("resume", "resume"),
    ],
)
def test_each_request_about_what_is_owned_has_its_line_action(asked: str, line_action: str) -> None:
    body = {"orderId": "O", "accountId": "A", "action": asked, "selection": ["MOBILE"]}
    assert PlaceOrder.model_validate_json(json.dumps(body)).action == asked
    where = {"location": "SITE-2"} if asked == "move" else {}
    request = home().written(action=asked, selection=("MOBILE",), **where)
    [written] = request.lines
    assert (written.action, bool(written.move)) == (line_action, asked == "move")


@pytest.mark.rule("ACT-01")
def test_nothing_else_can_be_asked_for() -> None:
    body = {"orderId": "O", "accountId": "A", "action": "upgrade", "selection": ["MOBILE"]}
    with pytest.raises(ValidationError, match="action"):
        PlaceOrder.model_validate_json(json.dumps(body))


@pytest.mark.rule("ACT-02")
def test_no_line_of_ours_says_move() -> None:
    with pytest.raises(ValidationError, match="action"):
        OrderLine.model_validate({"lineId": "1", "action": "move", "state": "new"})


@pytest.mark.rule("ACT-03")
def test_the_action_of_the_order_is_for_its_selection_and_lines_keep_their_own() -> None:
    request = home().written(action="change", selection=("NET",), lines=(line("x", "disconnect", "TV"),))
    assert said(request) == [("change", "NET"), ("disconnect", "TV")]


@pytest.mark.rule("ACT-04")
def test_lines_need_no_action_on_the_order() -> None:
    lines = (line("1", "change", "TV"), line("2", "suspend", "MOBILE"))
    assert home().rules(*lines) == []
    assert home().written(lines=lines).action is None


@pytest.mark.rule("ACT-05")
@pytest.mark.parametrize("category", ["product", "service"])
@pytest.mark.parametrize("model", [PlaceOrder, ReviseOrder])
def test_a_line_without_an_action_is_refused_and_none_is_assumed(
    model: type[BaseModel], category: str
) -> None:
    body: dict[str, Any] = {"orderId": "O", "lines": [{"lineId": "1", "instanceId": "TV"}]}
    if model is PlaceOrder:
        body |= {"accountId": "A", "category": category}
    with pytest.raises(ValidationError) as refused:
        model.model_validate_json(json.dumps(body))
    [why] = reasons(refused.value, body, model)
    assert (why.field, why.message) == ("lines.0.action", "'lines.0.action' is missing: give it")
