"""The three services as they are seen: their pages, and what each instance was before it was reserved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from services.chassis.stored import split
from tests.machine.course import Difference
from tests.machine.laws.sold import ACCOUNT, prepared
from tests.reader import Reader
from tests.world import World

Page = dict[str, Any]
OVER = ("completed", "canceled", "rejected")
UNAPPROVED = ("draft", "new")
SHOWN = {"inventory": ("instance",), "order": ("order", "return"), "fulfillment": ("plan",)}


class View:
    """A world that is driven, and what it shows whenever it is quiet."""

    def __init__(self, seed: int) -> None:
        self.world: World = prepared().forked(seed)
        self.world.answer = lambda _: None
        self.sent: list[tuple[str, Page, str]] = []
        self.minutes = 0
        self.pages: dict[str, dict[str, Page]] = {"instance": {}, "order": {}, "return": {}, "plan": {}}
        self.was: dict[str, dict[str, Page]] = {"order": {}, "return": {}}
        """What had changed showed before the last step."""
        self.before: dict[tuple[str, str], Page | None] = {}
        """Each instance that an order holds, as it was when that reserved it; None of what it makes."""
        self.freed: list[tuple[str, str, Page | None, Page]] = []
        """In the last step: order, instance, before and after."""
        self.disturbed: set[str] = set()
        """Orders that have had something in hand beside another one in the same hierarchy."""
        self.accepted: set[str] = set()
        """Roots below which a person has accepted what does not go together."""
        self._states: dict[str, Any] = {}
        self._looked: dict[str, int] = dict.fromkeys(self.world.readers, 0)
        self.look()

    # -------------------------------------------------------------------------------------- doing

    def send(self, name: str, **data: Any) -> None:
        id = f"m-{len(self.sent)}"
        self.sent.append((name, data, id))
        self.world.send(name, data, account=ACCOUNT, id=id, source="/machine")

    def again(self, at: int, **other: Any) -> None:
        name, data, id = self.sent[at]
        self.world.send(name, {**data, **other}, account=ACCOUNT, id=id, source="/machine")

    def quiet(self) -> None:
        """Also what was due before, and has only now become so, has happened."""
        self.advance(0)
        self.look()
        if parked := self.world.parked():
            raise Difference(f"parked: {parked}")

    def advance(self, hours: int) -> None:
        """What is due by then happens, the earliest first."""
        world, end = self.world, self.world.clock.at + timedelta(hours=hours)
        world.time_passes, world.time_ends = True, end
        world.run()
        world.time_passes, world.clock.at = False, end

    # -------------------------------------------------------------------------------------- seeing

    def look(self) -> None:
        """What has changed since the last time."""
        self.freed, self.was = [], {"order": {}, "return": {}}
        for name, reader in self.world.readers.items():
            events = reader.store.log(self._looked[name], 1_000_000)
            self._looked[name] = reader.store.head()
            for stream in dict.fromkeys(event.stream for event in events):
                category, id = split(stream)
                if category in SHOWN[name]:
                    self._seen(reader, category, id, [one for one in events if one.stream == stream])
        roots: dict[str, set[str]] = {}
        for page in self.instances.values():
            if (held := holder(page)) is not None:
                roots.setdefault(page["rootId"], set()).add(held)
        self.disturbed.update(*(found for found in roots.values() if len(found) > 1))

    def _seen(self, reader: Reader, category: str, id: str, events: list[Any]) -> None:
        """Goes through what has happened to one stream."""
        kind = reader.parts.categories[category]
        key = f"{category}-{id}"
        state = self._states.get(key, kind.initial(id))
        before = self.pages[category].get(id)
        for event in events:
            state = kind.evolve(state, reader.codec.decode(event))
            if category == "instance":
                self._followed(id, dict(next(iter(reader.service.pages(category, id, state))).body))
        self._states[key] = state
        pages = list(reader.service.pages(category, id, state))
        if pages:
            self.pages[category][id] = dict(pages[0].body)
        if category in self.was and before is not None:
            self.was[category][id] = before

    def _followed(self, id: str, now: Page) -> None:
        """Who holds it, after each event."""
        last = self.pages["instance"].get(id)
        held, holds = holder(last), holder(now)
        if held is not None and held != holds:
            self.freed.append((held, id, self.before.pop((held, id), None), now))
        elif held is None and self.freed and self.freed[-1][1] == id and holds is None:
            self.freed[-1] = (*self.freed[-1][:3], now)
        if holds is not None and held != holds:
            self.before[holds, id] = last
        self.pages["instance"][id] = now

    # ------------------------------------------------------------------------------------- asking

    @property
    def instances(self) -> dict[str, Page]:
        return self.pages["instance"]

    @property
    def orders(self) -> dict[str, Page]:
        return self.pages["order"]

    def alive(self) -> list[str]:
        return [id for id, page in self.instances.items() if page["state"] != "inactive"]

    def below(self, id: str) -> list[Page]:
        """What has not ended directly below it."""
        return [
            one for one in self.instances.values() if one["parentId"] == id and one["state"] != "inactive"
        ]

    def tree(self, id: str) -> Iterator[Page]:
        """It and all below it that has not ended."""
        yield self.instances[id]
        for one in self.below(id):
            yield from self.tree(one["instanceId"])

    def plan(self, order: str) -> Page:
        return self.pages["plan"].get(order, {"state": None, "tasks": [], "domainOrders": [], "fallouts": []})

    def tasks(self, *states: str) -> list[Page]:
        return [
            {**task, "orderId": order}
            for order, plan in self.pages["plan"].items()
            for task in plan["tasks"]
            if task["state"] in states
        ]

    def fallouts(self) -> list[Page]:
        return [
            {**one, "orderId": id}
            for id, plan in self.pages["plan"].items()
            for one in plan.get("fallouts", ())
        ]

    def waiting(self) -> list[tuple[Page, Page]]:
        """Orders with a line each that waits to be told which instances end."""
        return [
            (order, line)
            for order in self.orders.values()
            for line in order["lines"]
            if line["state"] == "needs_attention"
        ]

    def names(self, order: str, specification: str) -> bool:
        """Whether somebody has written a line of it into the order."""
        sent = (data for _, data, _ in self.sent if data.get("orderId") == order)
        return any(
            line.get("specificationId") == specification for data in sent for line in data.get("lines", ())
        )

    def lives(self, id: str) -> Iterator[str]:
        """It, and what it was before it moved."""
        yield id
        orders = self.plan(id.partition("~")[0])["domainOrders"] if "~" in id else []
        pair = next((one["pairId"] for one in orders if one["instanceId"] == id), None)
        for one in orders:
            if pair is not None and one["domainOrderId"] == pair:
                yield from self.lives(one["instanceId"])

    def accept(self, fallout: str) -> None:
        """A person has looked at it, and finds it right as it is."""
        self.send("fallout.resolve", falloutId=fallout, resolution="mended", accept=True)
        self.accepted |= set(self.trees(fallout.partition(".")[0]))

    def trees(self, order: str) -> Iterator[str]:
        """The roots that an order has in hand."""
        for page in self.instances.values():
            if holder(page) == order:
                yield page["rootId"] or page["instanceId"]

    def instance_before(self, order: str, id: str) -> Page | None:
        """As it was when the order reserved it, where the order has just let it go."""
        return next((was for one, about, was, _ in self.freed if (one, about) == (order, id)), None)


def holder(page: Page | None) -> str | None:
    """The order that holds it."""
    return page["reservedBy"]["orderId"] if page is not None and page["reservedBy"] is not None else None
