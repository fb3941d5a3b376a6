"""What a person reads of an order under way that somebody wants otherwise."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from services.cli.showing import contract
from services.cli.tables import shown
from tests.service.test_order_in_flight import APRIL, NET, shop

FASTER = {**NET, "characteristics": {"speed": 300}}
NEW = {"lineId": "3", "action": "add", "specificationId": "line", "location": "SITE-2", "dueDate": APRIL}


def read(order: dict[str, Any]) -> str:
    out = StringIO()
    Console(file=out, width=200).print(shown("order", order))
    return " ".join(out.getvalue().split())


def test_a_request_says_what_it_changes_and_how_it_is_answered() -> None:
    here = shop().tells("order.revise", lines=[FASTER, NEW])
    text = read(here.order)
    assert "Asked for: other lines (version 2); answer with order.approve-change" in text
    assert "2 drop" in text
    assert "1 change characteristic speed=300" in text
    assert "3 add add, specificationId line, location SITE-2, dueDate 2026-04-01" in text
    assert contract("order", here.order)["request"]["state"] == "requested"
    assert "approved, and under way" in read(here.tells("order.approve-change").order)


def test_a_declined_change_says_why() -> None:
    here = shop().tells("order.cancel")
    assert "Asked for: the end of the whole order (version 2)" in read(here.order)
    reason = {"rule": "D-19", "message": "line 1 is past its point of no return", "lineId": "1"}
    here.reserved("plan.change-refused", version=2, reasons=[reason])
    text = read(here.order)
    assert "The change asked for in version 2 was declined" in text
    assert "D-19 1 line 1 is past its point of no return" in text
    here.tells("order.cancel").tells("order.decline-change")
    assert read(here.order).endswith("The change asked for in version 3 was declined")


def test_of_an_order_of_which_nothing_is_asked_nothing_is_said() -> None:
    assert "Asked for" not in read(shop().order)
