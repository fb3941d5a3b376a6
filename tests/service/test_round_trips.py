"""A batch costs one query a round, however many accounts are in it: what is read is wished for beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journey.worlds import forked
from tests.scenarios import Sent, line
from tests.service.test_compatibility import CATALOG
from tests.service.test_schedules import until
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


MARCH = "2026-03-01T00:00:00+00:00"
SECOND = line("1", "add", specificationId="key")
PHONE = line("2", "add", specificationId="phone")


def of_an_account(houses: int, *stages: Sent, day: str | None = None) -> int:
    """Of a world that remembers nothing: what the last of these takes, in an account with so many houses."""
    world = forked(None)
    world.time_passes = False
    base = [sent for n in range(houses) for sent in house(n)]
    mine = [(name, {**data, "accountId": "A-0"}) for name, data in base]
    counting = Counting(world)
    for stage in ([*CATALOG], mine, *([one] for one in stages)):
        counting = forgetting(world)
        for name, data in stage:
            world.send(name, data, account="A-0" if name.startswith("order") else None)
        world.run()
    if day is not None:
        counting = forgetting(world)
        until(world, day)
    assert not world.parked()
    return counting.queries


def forgetting(world: World) -> Counting:
    for reader in world.readers.values():
        reader.inbox.forget()
    return Counting(world)


def queries(accounts: int, ask: Callable[[int], Sent] | None) -> int:
    """Of a world that remembers nothing: to load the houses, or what it takes to act on them all."""
    world = forked(None)
    stages = [[*CATALOG], [sent for n in range(accounts) for sent in house(n)]]
    stages += [[ask(n) for n in range(accounts)]] if ask else []
    for stage in stages:
        counting = forgetting(world)
        for name, data in stage:
            world.send(name, data)
        world.run()
    assert not world.parked()
    return counting.queries


@pytest.mark.parametrize("ask", [None, added, ended, replaced, moved, founded, closed, beside])
def test_five_times_the_accounts_take_no_more_queries(ask: Callable[[int], Sent] | None) -> None:
    assert queries(60, ask) <= queries(12, ask) + 6


def on_its_day(accounts: int, *asks: Callable[[int], Sent]) -> int:
    """Of a world that remembers nothing: what the day takes on which all of these run."""
    world = forked(None)
    world.time_passes = False
    for stage in (CATALOG, [sent for n in range(accounts) for sent in house(n)]):
        for name, data in stage:
            world.send(name, data)
        world.run()
    for name, data in (ask(n) for n in range(accounts) for ask in asks):
        world.send(name, {**data, "lines": [{**one, "dueDate": MARCH} for one in data["lines"]]})
    world.run()
    counting = forgetting(world)
    until(world, MARCH)
    assert not world.parked()
    return counting.queries


@pytest.mark.parametrize("ask", [added, ended, replaced, founded])
def test_five_times_the_orders_of_one_day_take_no_more_queries(ask: Callable[[int], Sent]) -> None:
    """The timers of a day are one batch, as messages are."""
    assert on_its_day(60, ask) <= on_its_day(12, ask) + 6


def rested(n: int) -> Sent:
    lines = [line("1", "suspend", instanceId=f"HOUSE-{n}")]
    return "order.place", {"orderId": f"D-{n}", "accountId": f"A-{n}", "lines": lines, "approve": True}


def test_what_waits_for_another_order_on_its_day_takes_no_more_queries() -> None:
    """Four times as many are one batch still."""
    assert on_its_day(48, replaced, rested) <= on_its_day(12, replaced, rested) + 6


DATED = asked(0, [{**PHONE, "dueDate": MARCH}])
BEGUN = ("order.place", {**asked(0, [SECOND])[1], "approve": True})
REVISED = ("order.revise", {"orderId": "C-0", "lines": [SECOND, PHONE]})
APPROVED = ("order.approve-change", {"orderId": "C-0"})


@pytest.mark.parametrize(
    ("stages", "day"),
    [((beside(0),), None), ((DATED,), None), ((DATED,), MARCH), ((BEGUN, REVISED, APPROVED), None)],
    ids=["at once", "asked for a day", "on its day", "in a revision"],
)
def test_an_account_five_times_as_large_takes_no_more_queries(
    stages: tuple[Sent, ...], day: str | None
) -> None:
    """A new root requires what may stand anywhere in it."""
    assert of_an_account(60, *stages, day=day) <= of_an_account(12, *stages, day=day) + 6


@pytest.mark.parametrize(
    "ask",
    [
        asked(0, [line("1", "add", specificationId="house")]),
        asked(0, [line("1", "disconnect", instanceId="HOUSE-1")]),
        moved(1),
        owned(0, "ALONE", "house"),
    ],
    ids=["added", "ended", "moved", "loaded"],
)
def test_which_roots_an_account_has_is_read_only_where_something_requires_it(ask: Sent) -> None:
    """An account may have very many: what makes or ends one of them does not look at the others."""
    world = forked(None)
    mine = [(name, {**data, "accountId": "A-0"}) for n in range(3) for name, data in house(n)]
    for name, data in [*CATALOG, *mine]:
        world.send(name, data)
    world.run()
    forgetting(world)
    read = [keys_read(reader.store) for reader in world.readers.values()]
    world.send(ask[0], {**ask[1], "accountId": "A-0"})
    world.run()
    assert not world.parked()
    assert {kind for keys in read for kind, _ in keys if kind == "roots"} == set()


def keys_read(store: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    ask = store.rows

    def rows(keys: Any) -> Any:
        found.extend(keys)
        return ask(keys)

    store.rows = rows
    return found
