"""What `aftersale show` prints of dates: to the minute, in UTC, and readable in a terminal of 100 columns."""

from __future__ import annotations

import re
from typing import Any

import pytest
from rich.console import Console

from services.cli.sections import moment
from services.cli.tables import shown

MARCH, APRIL = "2026-03-01T00:30:00+02:00", "2026-04-01T09:30:00+00:00"
ORDER: dict[str, Any] = {
    "orderId": "RAMIREZ-2026-00017",
    "accountId": "ACME",
    "state": "in_progress",
    "action": None,
    "version": 2,
    "lines": [
        {
            "lineId": "1",
            "action": "suspend",
            "state": "scheduled",
            "instanceId": "RAMIREZ-MOBILE-1",
            "specificationId": "mobile-4g",
            "location": "SITE-1",
            "dueDate": MARCH,
            "characteristics": {"speed": 200, "contact": "Ola Nordmann"},
            "contractLine": {"type": "new", "start": MARCH, "term": 12},
        }
    ],
    "operations": [
        {
            "operationId": "RAMIREZ-2026-00017~op.1",
            "action": "suspend",
            "state": "scheduled",
            "at": MARCH,
            "orderId": "RAMIREZ-2026-00017",
            "lineIds": ["1", "2"],
        }
    ],
    "request": {
        "kind": "revision",
        "state": "requested",
        "version": 2,
        "changes": [{"lineId": "1", "operation": "redate", "types": ["date"]}],
        "lines": [{"lineId": "1", "action": "suspend", "dueDate": APRIL}],
    },
}
INSTANCE: dict[str, Any] = {
    "instanceId": "MOB",
    "accountId": "ACME",
    "kind": "product",
    "state": "active",
    "specificationId": "mobile-4g",
    "start": MARCH,
    "contractLines": [
        {
            "contractLineId": "C.1",
            "contractId": "C",
            "state": "active",
            "start": MARCH,
            "end": APRIL,
            "term": 1,
        }
    ],
    "operations": ORDER["operations"],
}


def printed(kind: str, page: dict[str, Any]) -> str:
    console = Console(width=100, color_system=None)
    with console.capture() as captured:
        console.print(shown(kind, page))
    return captured.get()


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (MARCH, "2026-02-28 22:30 UTC"),
        (APRIL, "2026-04-01 09:30 UTC"),
        ("2026-04-01T09:30:59.5Z", "2026-04-01 09:30 UTC"),
        (None, ""),
        ("", ""),
    ],
)
def test_a_time_is_told_to_the_minute_in_utc(at: str | None, told: str) -> None:
    assert moment(at) == told


@pytest.mark.parametrize(("kind", "page"), [("order", ORDER), ("instance", INSTANCE)])
def test_no_page_shows_a_date_as_messages_write_it(kind: str, page: dict[str, Any]) -> None:
    text = printed(kind, page)
    assert not re.search(r"\dT\d", text)
    assert "2026-02-28 22:30 UTC" in text
    assert "2026-04-01 09:30 UTC" in text


def test_an_operation_of_an_order_says_its_lines_and_that_of_an_instance_its_order() -> None:
    lines = printed("order", ORDER).splitlines()
    assert lines[lines.index("Operations") + 1].split() == ["operation", "action", "state", "at", "lines"]
    assert "1, 2" in printed("order", ORDER)
    assert "order" in printed("instance", INSTANCE).split("Operations")[1].splitlines()[1]


@pytest.mark.rule("D-09")
def test_an_account_says_what_is_to_happen_to_what_it_owns_on_which_day() -> None:
    operation = {**ORDER["operations"][0], "state": "scheduled"}
    over = {**operation, "state": "completed", "at": APRIL}
    reasons = [{"rule": "CHG-17", "message": "ended"}] * 2
    order = {**ORDER, "operations": [operation, over], "reasons": reasons}
    instance = {**INSTANCE, "operations": [operation, over], "parentId": None}
    text = printed("account", {"accountId": "ACME", "instances": [instance], "orders": [order]})
    owned = next(found for found in text.splitlines() if "MOB" in found)
    assert "suspend on 2026-02-28 22:30 UTC" in owned
    listed = " ".join(text.split("Orders")[1].split())
    assert "suspend on 2026-02-28 22:30" in listed
    assert "2026-04-01" not in text
    assert text.count("CHG-17") == 1


def test_the_head_of_a_column_is_not_broken_over_two_lines() -> None:
    lines = printed("order", ORDER).splitlines()
    head = lines.index("Lines") + 1
    assert lines[head].startswith("line")
    assert lines[head + 1].startswith("1 ")
    assert max(map(len, lines)) <= 100


def test_a_day_stays_whole_beside_much_else() -> None:
    assert "2026-02-28" in printed("order", ORDER).split("Operations")[0]
