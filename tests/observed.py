"""An installation in one process with all that a user would look at: pages, refusals, what was parked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from schemas.registry import full
from schemas.topics import FULFILLMENT_EVENTS, INVENTORY_EVENTS, ORDER_EVENTS, TASKS, TOPICS, parked
from services.chassis.batch import Batch
from services.chassis.cache import Cache
from services.chassis.inbox import Inbox
from services.chassis.parking import owner
from services.chassis.partitions import partition_of
from services.chassis.personal import unseal_value
from services.chassis.ports import Fence, Record
from services.chassis.taken import Handled
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.reader import PARTITIONS, FakeClock, Reader
from tests.scenarios import SETUP, place
from tests.world import World

ACCOUNT = "ACME"
OPEN = "OPEN"
"""An order that changes MOB, and whose only task nobody has answered."""


class Parked(NamedTuple):
    """A message on somebody's list: who parked it, why, the record as it was read."""

    service: str
    reason: str
    record: Record


class Counting(Inbox):
    """Counts what became of the messages."""

    def __init__(self, reader: Reader, clock: FakeClock) -> None:
        super().__init__(reader.service, reader.parts, Cache(), clock)
        self.counts: Counter[str] = Counter()

    def handle(self, records: Sequence[Record], fences: Sequence[Fence]) -> Handled:
        handled = super().handle(records, fences)
        self.counts.update(handled.counts)
        return handled


@cache
def _ready() -> World:
    world = World([ORDER, INVENTORY, FULFILLMENT])
    world.answer = lambda _: None
    pending = place(OPEN, "change", "MOB", characteristics={"number": "4791111111"})
    for stage in (*SETUP, (pending,)):
        for name, data in stage:
            world.send(name, data, account=data.get("accountId", ACCOUNT))
        world.run()
    return world


class Observed:
    """Catalog and installed base of `tests.scenarios`, the order `OPEN`, and everything since."""

    def __init__(self) -> None:
        self.world = _ready().forked(None)
        for reader in self.world.readers.values():
            reader.inbox = Counting(reader, self.world.clock)

    # ------------------------------------------------------------------------------------- what is sent

    def asks(self, name: str, data: Mapping[str, Any], account: str = ACCOUNT, **more: Any) -> Observed:
        self.world.send(name, data, account=account, **more)
        self.world.run()
        return self

    def puts(self, topic: str, value: bytes, headers: Mapping[str, str], key: str = ACCOUNT) -> Record:
        """A record as it is, be it a message or not; nobody reads it yet."""
        partition = partition_of(key.encode(), TOPICS[topic].partitions or PARTITIONS)
        lane = self.world.log[topic, partition]
        said = tuple((name, text.encode()) for name, text in headers.items())
        lane.append(Record(topic, partition, len(lane), 0, key.encode(), value, said))
        return lane[-1]

    # ------------------------------------------------------------------------------------- what is seen

    def pages(self) -> dict[tuple[str, str], Any]:
        """Those that anything has happened to."""
        return self.world.pages()

    def order(self, id: str) -> Any:
        return self.pages()["order", id]

    def reasons(self, id: str) -> list[dict[str, Any]]:
        reasons: list[dict[str, Any]] = self.order(id)["reasons"]
        return reasons

    def refusals(self) -> list[Any]:
        """Every `command.refused`, whoever says it."""
        topics = (ORDER_EVENTS, INVENTORY_EVENTS, FULFILLMENT_EVENTS)
        said = [pair for topic in topics for pair in self.world.messages(topic)]
        return [data for message, data in said if message.type == full("command.refused")]

    def refused(self) -> list[dict[str, Any]]:
        """The reasons of the one command that was refused."""
        (refusal,) = self.refusals()
        reasons: list[dict[str, Any]] = refusal["reasons"]
        return reasons

    def parked(self) -> list[Parked]:
        return [one for reader in self.world.readers.values() for one in self._parked_by(reader)]

    def _parked_by(self, reader: Reader) -> Iterator[Parked]:
        batch = Batch(reader.parts, Cache(), self.world.clock.now(), self.world.clock.ahead)
        for row in reader.store.rows_of("parked"):
            state = self.world.state(reader.service.name, "parked", row.member)
            yield Parked(reader.service.name, state.reason, reader.inbox.parking.record(batch, state))

    def shown_as_parked(self, topic: str) -> list[dict[str, bytes]]:
        """The headers of what stands on `<topic>.parked`, readable."""
        lanes = [lane for (name, _), lane in self.world.log.items() if name == parked(topic)]
        return [self._readable(record) for lane in lanes for record in lane]

    def _readable(self, record: Record) -> dict[str, bytes]:
        headers = {name: raw.decode("latin-1") for name, raw in record.headers}
        account = owner(
            headers["parked-id"], headers.get("ce_accountid") or (record.key or b"").decode() or None
        )
        key = self.world.keys.get((account,), make=False).get(account)
        return {name: (unseal_value(key, raw) or raw).encode("latin-1") for name, raw in headers.items()}

    def counts(self, service: str) -> Counter[str]:
        inbox = self.world.readers[service].inbox
        assert isinstance(inbox, Counting)
        return inbox.counts

    def tasks(self, order: str) -> list[dict[str, Any]]:
        """What was asked of provisioning systems for an order."""
        asked = [data for _, data in self.world.messages(TASKS)]
        return [task for task in asked if task["orderId"] == order]

    def stored(self, service: str, name: str) -> list[Any]:
        """The events of this stored name since the beginning, as JSON."""
        log = self.world.readers[service].store.log(0, 1_000_000)
        return [json.loads(event.state.partition(b"\n")[2]) for event in log if event.name == name]
