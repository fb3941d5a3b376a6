"""A plan of 500 lines: 2,500 domain orders and 5,000 tasks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.chassis.service import Happened
from services.fulfillment.domain.blueprint import Blueprint
from services.fulfillment.domain.cascade import Cascade
from services.fulfillment.domain.catalog import Relationship
from services.fulfillment.domain.limits import MAX_MESSAGE, announced, too_large
from services.fulfillment.domain.plan import TaskClosed, evolve
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.publish import publish
from tests.fulfillment import NOW, Given, entry, instance, line, made, plan, published

TWO = plan("add", "reserve", "activate<reserve")
CATALOG = published(
    entry("mobile", to=("mobile-line",), plans=[TWO]),
    entry("mobile-line", "service", to=("voice", "data"), plans=[TWO]),
    entry("voice", "service", plans=[TWO]),
    entry("data", "service", to=(Relationship(type="requires", target="sim"),), plans=[TWO]),
    entry("sim", "resource", plans=[TWO]),
)


def of(lines: int) -> Reservation:
    return Reservation(
        order_id="ORDER-2026-0000042",
        account_id="A",
        version=1,
        lines=tuple(
            line("add", "mobile", None, id=f"line-{n}", new_instance_id=f"ORDER-2026-0000042:line-{n}")
            for n in range(lines)
        ),
        tree=tuple(
            instance(f"ORDER-2026-0000042:line-{n}", "mobile", action="add", line=f"line-{n}", new=True)
            for n in range(lines)
        ),
    )


@pytest.fixture(scope="module")
def large() -> Blueprint:
    return made(of(500), CATALOG)


def message(blueprint: Blueprint) -> Any:
    happened = Happened("plan", blueprint.order_id, 1, Given(blueprint).began[0], "A", NOW, NOW)
    (public,) = publish(happened)
    return public.data


@pytest.mark.rule("LIM-01")
def test_five_hundred_lines_are_told_of_in_one_message(large: Blueprint) -> None:
    size = len(json.dumps(message(large), separators=(",", ":")))
    print(size, announced(large))
    assert (len(large.domain_orders), len(large.tasks)) == (2500, 5000)
    assert size <= announced(large) <= size + 8192
    assert too_large(large) is None
