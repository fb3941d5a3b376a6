"""A batch costs one query a round, however many accounts are in it: what is read is wished for beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journey.worlds import forked
from tests.scenarios import Sent, line
from tests.service.test_compatibility import CATALOG
from tests.world import World

PARTS = {"WIRE": "wire", "PHONE": "phone", "LOCK": "lock"}


def owned(n: int, id: str, specification: str, **more: Any) -> Sent:
    said = {"instanceId": f"{id}-{n}", "accountId": f"A-{n}", "specificationId": specification}
    return "instance.load", {**said, "kind": "product", "state": "active", "externalId": f"X-{id}", **more}


def house(n: int) -> tuple[Sent, ...]:
    parts = (owned(n, id, of, parentId=f"HOUSE-{n}") for id, of in PARTS.items())
    return (owned(n, "HOUSE", "house"), *parts)


def asked(n: int, lines: list[dict[str, Any]]) -> Sent:
    return "order.place", {"orderId": f"C-{n}", "accountId": f"A-{n}", "lines": lines, "approve": True}


def added(n: int) -> Sent:
    return asked(n, [line("1", "add", specificationId="key", parentInstanceId=f"HOUSE-{n}")])


def ended(n: int) -> Sent:
    return asked(n, [line("1", "disconnect", instanceId=f"WIRE-{n}")])


def replaced(n: int) -> Sent:
    return asked(n, [line("1", "change", instanceId=f"LOCK-{n}", specificationId="key")])


def moved(n: int) -> Sent:
    moving = {"orderId": f"C-{n}", "accountId": f"A-{n}", "action": "move", "location": "SITE-2"}
    return "order.place", {**moving, "selection": [f"HOUSE-{n}"], "approve": True}


def founded(n: int) -> Sent:
    return asked(n, [line("1", "add", specificationId="house")])


def closed(n: int) -> Sent:
    return asked(n, [line("1", "disconnect", instanceId=f"HOUSE-{n}")])


def beside(n: int) -> Sent:
    """A root that requires what stands in another hierarchy."""
    return asked(n, [line("1", "add", specificationId="phone")])


class Counting:
    """How often the stores of a world are asked."""

    def __init__(self, world: World) -> None:
        self.queries = 0
        for reader in world.readers.values():
            for name in ("load", "rows"):
                setattr(reader.store, name, self._counted(getattr(reader.store, name)))

    def _counted(self, ask: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def asked(*wanted: Any) -> Any:
            self.queries += 1
            return ask(*wanted)

        return asked


def queries(accounts: int, ask: Callable[[int], Sent] | None) -> int:
    """Of a world that remembers nothing: to load the houses, or what it takes to act on them all."""
    world = forked(None)
    stages = [[*CATALOG], [sent for n in range(accounts) for sent in house(n)]]
    stages += [[ask(n) for n in range(accounts)]] if ask else []
    for stage in stages:
        for reader in world.readers.values():
            reader.inbox.forget()
        counting = Counting(world)
        for name, data in stage:
            world.send(name, data)
        world.run()
    assert not world.parked()
    return counting.queries


@pytest.mark.parametrize("ask", [None, added, ended, replaced, moved, founded, closed, beside])
def test_five_times_the_accounts_take_no_more_queries(ask: Callable[[int], Sent] | None) -> None:
    assert queries(60, ask) <= queries(12, ask) + 6
