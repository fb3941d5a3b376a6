"""What is handed to the relay in memory goes out as what it would read from the log, byte for byte.

The events handed over are the objects that were folded, and later folds work in place: an `evolve` that
changed a list or a map of an event would change a message that is still to be published, or what another
fold begins with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.topics import RESULTS
from services.chassis import answers
from services.chassis.cache import Cache
from services.chassis.inbox import Inbox
from services.chassis.outbox import Entry, Letter, Outbox
from services.chassis.ports import Fence, Record, StoredEvent, Timer
from services.chassis.stored import Codec
from services.chassis.taken import Handled
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.journey.worlds import play
from tests.reader import FakeClock, Reader
from tests.scenarios import CATALOG, SCENARIOS, SETUP, Scenario, Sent
from tests.world import World

ALL = 10_000_000


SERIAL = {
    "characteristics": [{"name": "serial", "type": "string"}],
    "mappings": [{"characteristic": "serial", "target": "rfs-access"}],
}
PORT: Sent = next(entry for entry in CATALOG if entry[1]["specificationId"] == "port")
FOUND: Sent = (PORT[0], {**PORT[1], "version": "2", **SERIAL})
"""What work on a port finds is told to the service above it."""
BEGINNING = Scenario(name="beginning", stages=(*SETUP, (FOUND,)), orders={})


class Finding(World):
    """Every task that is completed has found something."""

    def publish(self, topic: str, key: str, value: bytes, message: Envelope) -> None:
        if topic == RESULTS:
            value = json.dumps({**json.loads(value), "characteristics": {"serial": message.id}}).encode()
        super().publish(topic, key, value, message)


class Keeping(Inbox):
    """Keeps everything that it hands over, to the end."""

    def __init__(self, reader: Reader, clock: FakeClock) -> None:
        super().__init__(reader.service, reader.parts, Cache(), clock)
        self.handed: list[Entry] = []

    def handle(self, records: Sequence[Record], fences: Sequence[Fence]) -> Handled:
        return self._kept(super().handle(records, fences))

    def fire(self, due: Sequence[Timer], fences: Sequence[Fence]) -> Handled:
        return self._kept(super().fire(due, fences))

    def _kept(self, handled: Handled) -> Handled:
        if handled.committed is not None:
            self.handed += map(Entry, handled.committed.sequences, handled.appended)
        return handled


@cache
def prepared() -> World:
    return play(World([ORDER, INVENTORY, FULFILLMENT]), BEGINNING.stages)


def played(scenario: Scenario, seed: int | None) -> Finding:
    """What others begin with is played for itself, as `BEGINNING`."""
    world = Finding((), seed)
    world.goes_on_from(prepared() if scenario is not BEGINNING else World([ORDER, INVENTORY, FULFILLMENT]))
    for reader in world.readers.values():
        reader.began = reader.store.head()
        reader.inbox = Keeping(reader, world.clock)
    play(world, scenario.stages)
    return world


def rereading(reader: Reader) -> Outbox:
    """One that decodes stored events anew."""
    codec = Codec((*reader.service.stored, *answers.STORED))
    return Outbox(reader.service, reader.parts._replace(codec=codec))


def since_it_began(reader: Reader) -> list[StoredEvent]:
    return reader.store.log(reader.began, ALL)


def of_the_same_streams(reader: Reader) -> list[StoredEvent]:
    """Of the streams that have grown since it began, everything."""
    grown = {event.stream for event in since_it_began(reader)}
    return [event for event in reader.store.log(0, ALL) if event.stream in grown]


def differing(some: list[Letter], others: list[Letter]) -> list[Any]:
    """The first few letters that are not the same, side by side."""
    pairs = zip(some, others, strict=True)
    return [(one.outgoing, other.outgoing) for one, other in pairs if one != other][:3]


@pytest.mark.parametrize("seed", [None, 0], ids=["calm", "shuffled"])
@pytest.mark.parametrize("scenario", [BEGINNING, *SCENARIOS], ids=lambda scenario: scenario.name)
def test_what_is_handed_over_goes_out_as_what_is_stored(scenario: Scenario, seed: int | None) -> None:
    for reader in played(scenario, seed).readers.values():
        assert isinstance(reader.inbox, Keeping)
        outbox = rereading(reader)
        entries = outbox.entries(since_it_began(reader))
        assert [entry.sequence for entry in reader.inbox.handed] == [entry.sequence for entry in entries]
        assert differing(outbox.letters(reader.inbox.handed, {}), outbox.letters(entries, {})) == []


@pytest.mark.parametrize("scenario", [BEGINNING, *SCENARIOS], ids=lambda scenario: scenario.name)
def test_the_same_events_folded_twice_come_to_the_same(scenario: Scenario) -> None:
    for reader in played(scenario, None).readers.values():
        outbox = rereading(reader)
        entries = outbox.entries(of_the_same_streams(reader))
        before = outbox.letters(entries, {})
        once = folded(reader, entries)
        assert folded(reader, entries) == once
        assert differing(outbox.letters(entries, {}), before) == []


def folded(reader: Reader, entries: list[Entry]) -> dict[str, str]:
    """The state of every stream, written down."""
    states: dict[str, Any] = {}
    for entry in entries:
        name, id, _, event, _ = entry.appended
        stream, category = f"{name}-{id}", reader.parts.categories[name]
        state = states[stream] if stream in states else category.initial(id)
        states[stream] = category.evolve(state, event)
    return {stream: repr(state) for stream, state in states.items()}
