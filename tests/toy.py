"""Two small services to try the chassis with: counters per account, and totals that follow them.

`counters` takes commands from `crm.orders` and speaks on `order.events`; `totals` follows it and speaks on
`inventory.events`. What goes wrong in a handler is asked of `Trouble`, so that a test can mend it.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from schemas import envelope
from schemas.envelope import Envelope
from schemas.headers import Headers
from schemas.registry import full
from schemas.topics import CRM_ORDERS, FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis.partitions import partition_of
from services.chassis.ports import Outgoing, Record
from services.chassis.service import (
    Category,
    Happened,
    Page,
    Public,
    Refused,
    Route,
    RowsOf,
    Service,
    StreamOf,
    Version,
    Why,
    Wish,
    Work,
)

PARTITIONS = 3
SOURCE = "/toy"


@dataclass(slots=True)
class Trouble:
    """Amounts whose handling fails, and timers that do."""

    amounts: set[int] = field(default_factory=set)
    timers: set[str] = field(default_factory=set)

    def check(self, amount: int) -> None:
        if amount in self.amounts:
            raise ZeroDivisionError(f"the toy cannot take {amount}")


class Add(BaseModel):
    """Adds to a counter. Below zero is refused, a note is personal."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    account_id: str
    counter: str
    amount: int
    note: str | None = None
    pad: int = 0
    """So many bytes go out with what happened."""


class Later(BaseModel):
    """Adds when `seconds` have gone by."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    account_id: str
    counter: str
    amount: int
    seconds: int


class Happening(BaseModel):
    """What `totals` hears."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)

    counter: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    counter: str
    amount: int
    note: str | None = None
    pad: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totalled:
    counter: str
    amount: int
    by: str


@dataclass(slots=True)
class Counter:
    """The amounts in the order in which they took effect."""

    id: str
    amounts: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Total:
    """What was heard: (message id, counter, amount) in order."""

    id: str
    heard: list[tuple[str, str, int]] = field(default_factory=list)


def _count(state: Counter, event: Added) -> Counter:
    state.amounts.append(event.amount)
    return state


def _total(state: Total, event: Totalled) -> Total:
    state.heard.append((event.by, event.counter, event.amount))
    return state


def counters(trouble: Trouble | None = None) -> Service:
    """Commands from outside in, events out."""
    trouble = trouble or Trouble()

    def add(data: Add, work: Work) -> None:
        pad = "." * data.pad
        work.append(
            "counter",
            data.counter,
            Added(counter=data.counter, amount=data.amount, note=work.seal(data.note), pad=pad),
        )
        work.put("of", data.account_id, data.counter)
        if data.amount < 0:
            raise Refused(Why("TOY-01", f"{data.amount} is below zero: give zero or more", field="amount"))
        trouble.check(data.amount)

    def later(data: Later, work: Work) -> None:
        due = work.now + timedelta(seconds=data.seconds)
        work.timer(f"{data.counter}/{data.amount}", due, "due", data.model_dump(by_alias=True))

    def due(data: Later, work: Work) -> None:
        if data.counter in trouble.timers:
            raise ZeroDivisionError(f"the timer of {data.counter} fails")
        work.append("counter", data.counter, Added(counter=data.counter, amount=data.amount))

    return Service(
        name="order",
        events_topic=ORDER_EVENTS,
        topics=(CRM_ORDERS,),
        routes={
            full("toy.add"): Route(model=Add, handle=add, needs=_needs, order=_counter_of),
            full("toy.later"): Route(model=Later, handle=later, order=_counter_of),
        },
        timers={"due": Route(model=Later, handle=due, order=_counter_of)},
        categories=(Category(name="counter", initial=Counter, evolve=_count),),
        stored=(Version(name="toy.added.v1", type=Added),),
        publish=_publish_added,
        shown=frozenset({"counter"}),
        pages=lambda _, id, state: [Page("counter", id, id, {"amounts": list(state.amounts)})],
    )


def capped() -> Service:
    """Counters that take nothing more once the counter CAP has anything: a decision by what is only read."""
    service = counters()
    route = service.routes[full("toy.add")]

    def add(data: Add, work: Work) -> None:
        if data.counter != "CAP" and work.state("counter", "CAP").amounts:
            raise Refused(Why("TOY-02", "the cap is reached: add nothing more", field="counter"))
        route.handle(data, work)

    return replace(service, routes={**service.routes, full("toy.add"): replace(route, handle=add)})


def totals(trouble: Trouble | None = None) -> Service:
    """Hears what `counters` says, and says what it made of it."""
    trouble = trouble or Trouble()

    def hear(data: Happening, work: Work) -> None:
        account = str(work.message.account)
        event = Totalled(counter=data.counter, amount=data.amount, by=work.message.id)
        work.append("total", account, event)
        trouble.check(data.amount)

    return Service(
        name="inventory",
        events_topic=INVENTORY_EVENTS,
        topics=(ORDER_EVENTS, FULFILLMENT_EVENTS),
        routes={full("toy.added"): Route(model=Happening, handle=hear, order=_counter_of)},
        categories=(Category(name="total", initial=Total, evolve=_total),),
        stored=(Version(name="toy.totalled.v1", type=Totalled),),
        publish=_publish_totalled,
        shown=frozenset({"total"}),
        pages=lambda _, id, state: [Page("total", id, id, {"heard": list(state.heard)})],
    )


def _needs(data: Add, work: Work) -> Iterator[Collection[Wish]]:  # noqa: ARG001
    yield [StreamOf("counter", data.counter), RowsOf("of", data.account_id)]


def _counter_of(data: Any) -> str | None:
    return str(data.counter)


def _publish_added(happened: Happened) -> Iterable[Public]:
    event = happened.event
    data = {"counter": event.counter, "amount": event.amount, "note": event.note, "pad": event.pad}
    return (Public(ORDER_EVENTS, "toy.added", happened.id, data),)


def _publish_totalled(happened: Happened) -> Iterable[Public]:
    event = happened.event
    data = {"counter": event.counter, "amount": event.amount, "by": event.by}
    return (Public(INVENTORY_EVENTS, "toy.totalled", happened.id, data),)


# --------------------------------------------------------------------------------------- messages


def command(name: str, id: str, data: Mapping[str, Any], **attributes: Any) -> Outgoing:
    """A command as a CRM would publish it, of the account that its data names."""
    account = str(data["accountId"])
    given = {"id": id, "source": SOURCE, "type": full(name), "account": account, "actor": "tester"}
    return raw(account, json.dumps(data).encode(), envelope.write(Envelope(**{**given, **attributes})))


def raw(key: str, value: bytes, headers: Headers = ()) -> Outgoing:
    """A record on `crm.orders`, whatever stands in it."""
    return Outgoing(CRM_ORDERS, partition_of(key.encode(), PARTITIONS), key.encode(), value, headers)


def add(id: str, amount: int, counter: str = "C-1", account: str = "A-1", **more: Any) -> Outgoing:
    data = {"accountId": account, "counter": counter, "amount": amount, **more}
    return command("toy.add", id, data)


def later(id: str, amount: int, seconds: int, counter: str = "C-1", account: str = "A-1") -> Outgoing:
    data = {"accountId": account, "counter": counter, "amount": amount, "seconds": seconds}
    return command("toy.later", id, data)


def recorded(outgoing: Iterable[Outgoing], first: int = 0) -> list[Record]:
    """The records that a bus would hand out, of one partition or with offsets across them."""
    return [
        Record(one.topic, one.partition, offset, 0, one.key, one.value, one.headers)
        for offset, one in enumerate(outgoing, first)
    ]


async def seen(look: Callable[[], Any], enough: Callable[[Any], bool] = bool, patience: float = 15.0) -> Any:
    """Looks again and again until it is enough; fails with what it saw last."""
    deadline = time.monotonic() + patience
    while not enough(found := await _looked(look)):
        assert time.monotonic() < deadline, f"not seen in {patience} s; last: {found!r:.500}"
        await asyncio.sleep(0.01)
    return found


async def _looked(look: Callable[[], Any]) -> Any:
    found = look()
    return await found if inspect.isawaitable(found) else found
