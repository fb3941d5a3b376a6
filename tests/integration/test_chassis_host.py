"""The promises of the chassis with everything running: two toy services on one machine's files."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import CRM_ORDERS, INVENTORY_EVENTS, ORDER_EVENTS
from services.chassis import follower, handling, host, inbox, relay, sqlite_store
from services.chassis.answers import PARKED
from services.chassis.clock import Clock, advance
from services.chassis.embedded import EmbeddedBus
from services.chassis.host import Host, setup, topics
from services.chassis.keys import open_sqlite_keys
from services.chassis.parking import DISCARD, RETRY
from services.chassis.ports import Bus, Commit, Fenced, Outgoing, Record, Row, Store, TopicPartition
from services.chassis.service import Service
from services.chassis.store import open_sqlite
from services.cli import parked
from tests.service.test_chassis_inbox import Side
from tests.toy import PARTITIONS, Trouble, add, capped, counters, later, raw, seen, totals
from tests.toy_process import HOLD


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "CHECK_SECONDS", 0.2)
    monkeypatch.setattr(host, "WIPE_SECONDS", 0.2)
    monkeypatch.setattr(handling, "ATTEMPT_SECONDS", 0.01)
    monkeypatch.setattr(follower, "LEAD_SECONDS", 0.1)


class Replica:
    """A host with a store of its own, running until it is stopped."""

    def __init__(self, where: Path, service: Service, bus: Bus | None = None) -> None:
        self.service = service
        self.store: Store = open_sqlite(where / f"{service.name}.db")
        self.keys = open_sqlite_keys(where / "keys.db")
        self.parts = setup(service, self.store, self.keys, PARTITIONS)
        self.bus = bus or EmbeddedBus(where / "bus.db", session=1.0)
        self.clock = Clock()
        self.host = Host(service, self.parts, self.bus, self.clock)
        self.stop = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def start(self) -> Replica:
        self.task = asyncio.create_task(self.host.run(self.stop))
        return self

    async def end(self) -> float:
        """The seconds that stopping takes."""
        began = time.monotonic()
        self.stop.set()
        if self.task is not None:
            await self.task
        self.store.close()
        self.keys.close()
        await self.bus.close()
        return time.monotonic() - began

    def state(self, category: str, id: str) -> Any:
        kind = self.parts.categories[category]
        state = kind.initial(id)
        for stored in self.store.load({f"{category}-{id}": 0})[f"{category}-{id}"]:
            state = kind.evolve(state, self.parts.codec.decode(stored))
        return state

    def amounts(self, counter: str = "C-1") -> list[int]:
        found: list[int] = self.state("counter", counter).amounts
        return found

    def heard(self, account: str = "A-1") -> list[int]:
        return [amount for _, _, amount in self.state("total", account).heard]

    def parked(self) -> list[Any]:
        states = (self.state(PARKED, row.member) for row in self.store.rows_of("parked"))
        return sorted(states, key=lambda state: state.message.offset)

    def ask(self, id: str, verb: str = "") -> None:
        partition = str(self.state(PARKED, id).message.partition)
        member = f"{id}:{verb}" if verb else id
        self.store.commit(Commit(put_rows=[Row(RETRY, partition, member)]))


class Machine:
    """The directory of an installation, its bus seen from outside, and the replicas that run."""

    def __init__(self, where: Path, stack: AsyncExitStack) -> None:
        self.where = where
        self.bus = EmbeddedBus(where / "bus.db")
        self._stack = stack

    def run(self, service: Service, bus: Bus | None = None) -> Replica:
        replica = Replica(self.where, service, bus).start()
        self._stack.push_async_callback(replica.end)
        return replica

    def look(self, service: Service) -> Replica:
        """Its store, and nothing that runs."""
        replica = Replica(self.where, service)
        self._stack.push_async_callback(replica.end)
        return replica

    async def send(self, *commands: Outgoing) -> None:
        await self.bus.apply(topics(PARTITIONS))
        publisher = self.bus.publisher()
        await publisher.publish(commands)
        await publisher.close()

    async def on(self, topic: str) -> list[Record]:
        found = []
        for number in range(PARTITIONS):
            found += await self.bus.read(TopicPartition(topic, number), 0, 100_000)
        return found

    async def wipe(self, *, topics_too: bool) -> None:
        """What a wiped broker is: its records are gone, or its topics with them."""
        statements = ["DELETE FROM batches", "UPDATE lanes SET first = 0, next = 0"]
        if topics_too:
            statements = ["DELETE FROM batches", "DELETE FROM lanes", "DELETE FROM topics"]
        with closing(sqlite3.connect(self.where / "bus.db", timeout=10)) as database, database:
            for statement in statements:
                database.execute(statement)


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    async with AsyncExitStack() as stack:
        machine = Machine(tmp_path, stack)
        stack.push_async_callback(machine.bus.close)
        yield machine


def some(count: int, first: int = 0, accounts: int = 5) -> list[Outgoing]:
    return [
        add(f"c-{n}", n, counter=f"C-{n % accounts}", account=f"A-{n % accounts}")
        for n in range(first, first + count)
    ]


def all_heard(replica: Replica, accounts: int = 5) -> list[int]:
    return sorted(amount for n in range(accounts) for amount in replica.heard(f"A-{n}"))


# ---------------------------------------------------------------------------------------- the whole


async def test_commands_become_events_become_totals_and_what_is_stopped_goes_on_where_it_was(
    machine: Machine,
) -> None:
    first, second = machine.run(counters()), machine.run(totals())
    await machine.send(*some(50))
    await seen(lambda: all_heard(second), lambda heard: len(heard) == 50)
    assert await first.end() < 2
    await machine.send(*some(50, first=50))
    again = machine.run(counters())
    await seen(lambda: all_heard(second), lambda heard: heard == list(range(100)))
    assert len(await machine.on(ORDER_EVENTS)) == 100
    await seen(lambda: again.store.documents_position(follower.VIEW), lambda position: position == 100)


async def test_stopping_takes_less_than_two_seconds_in_full_work_and_nothing_is_lost(
    machine: Machine,
) -> None:
    first, second = machine.run(counters()), machine.run(totals())
    await machine.send(*some(3000))
    await seen(lambda: all_heard(second), lambda heard: len(heard) > 100)
    assert await first.end() < 2
    assert await second.end() < 2
    machine.run(counters())
    last = machine.run(totals())
    await seen(lambda: all_heard(last), lambda heard: heard == list(range(3000)), patience=60)


# ------------------------------------------------------------------------------- a disposable broker


@pytest.mark.parametrize("topics_too", [False, True], ids=["records", "topics"])
async def test_a_broker_wiped_under_running_services_is_filled_again_and_nothing_takes_effect_twice(
    machine: Machine, topics_too: bool
) -> None:
    first, second = machine.run(counters()), machine.run(totals())
    await machine.send(*some(200))
    await seen(lambda: all_heard(second), lambda heard: len(heard) == 200)
    before = await machine.on(ORDER_EVENTS)
    await machine.wipe(topics_too=topics_too)
    await seen(lambda: machine.on(ORDER_EVENTS), lambda found: len(found) == 200)
    assert [record.value for record in await machine.on(ORDER_EVENTS)] == [r.value for r in before]
    # Outside topics are sent again by their writers: what was handled is known, the rest takes effect.
    await machine.send(*some(220))
    await seen(lambda: all_heard(second), lambda heard: len(heard) >= 220)
    assert all_heard(second) == list(range(220))
    assert not first.parked()


async def test_a_wipe_while_the_reader_is_away_costs_nothing_that_it_had_not_handled(
    machine: Machine,
) -> None:
    first, second = machine.run(counters()), machine.run(totals())
    await machine.send(*some(100))
    await seen(lambda: all_heard(second), lambda heard: len(heard) == 100)
    await second.end()
    await machine.send(*some(20, first=100))
    await seen(first.store.relay_position, lambda position: position == 120)
    await machine.wipe(topics_too=True)
    third = machine.run(totals())
    await seen(lambda: all_heard(third), lambda heard: heard == list(range(120)))


# ------------------------------------------------------------------------------------------ failures


class Stray(EmbeddedBus):
    """Its first consumers let a cancellation out that nobody asked for, as client libraries do."""

    strays = 3

    async def consumer(self, group: str, topics: Collection[str], listener: Any) -> Any:
        consumer = await super().consumer(group, topics, listener)
        if self.strays:
            self.strays -= 1
            consumer.poll = consumer.commit = _cancelled  # type: ignore[method-assign, assignment]
        return consumer


async def _cancelled(*_: object) -> Any:
    raise asyncio.CancelledError


@pytest.mark.parametrize("guarded", [True, False], ids=["told apart", "taken for a wish to stop"])
async def test_a_cancellation_that_nobody_asked_for_is_a_failure_and_no_end(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(host, "asked_to_end", lambda: True)
    bus = Stray(machine.where / "bus.db")
    one = Replica(machine.where, counters(), bus).start()
    await machine.send(*some(10))
    if guarded:
        await seen(lambda: sum(len(one.amounts(f"C-{n}")) for n in range(5)), lambda count: count == 10)
        await one.end()
        return
    assert one.task is not None
    with pytest.raises(ExceptionGroup, match="unhandled"):
        await asyncio.wait_for(one.task, 10)
    one.task = None
    await one.end()


@pytest.mark.parametrize("part", ["decide_all", "commit"])
async def test_a_bug_that_no_one_thought_of_is_said_and_lived_through(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    one = machine.look(counters())
    bugs = iter([KeyError("a bug")] * 2)
    where = inbox if part == "decide_all" else one.store
    works = getattr(where, part)

    def broken(*args: Any) -> Any:
        if bug := next(bugs, None):
            raise bug
        return works(*args)

    monkeypatch.setattr(where, part, broken)
    one.start()
    await machine.send(*some(10))
    await seen(lambda: sum(len(one.amounts(f"C-{n}")) for n in range(5)), lambda count: count == 10)
    assert not one.parked()


async def test_a_gap_waits_and_goes_on_when_it_is_filled(machine: Machine) -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(1, 6)))
    one, two, three, four, five = side.published()
    heard = machine.run(totals())
    await machine.send(one, three, four)
    await seen(heard.heard, lambda found: found == [1])
    await seen(lambda: heard.host._reading.gaps)
    await seen(lambda: machine.bus.lag("aftersale-inventory", [ORDER_EVENTS]))
    await machine.send(five, two)
    await seen(heard.heard, lambda found: found == [1, 2, 3, 4, 5])
    await seen(lambda: not heard.host._reading.gaps)
    await seen(lambda: machine.bus.lag("aftersale-inventory", [ORDER_EVENTS]), lambda lag: not lag)


async def test_topics_with_another_partition_count_refuse_to_start(machine: Machine) -> None:
    await machine.bus.apply(topics(PARTITIONS + 1))
    one = Replica(machine.where, counters()).start()
    assert one.task is not None
    with pytest.raises(ExceptionGroup) as refused:
        await asyncio.wait_for(one.task, 10)
    assert refused.group_contains(host.WrongTopics)
    one.task = None
    await one.end()


# ------------------------------------------------------------------------------------------- parking


async def test_a_parked_message_blocks_its_order_only_and_a_retry_takes_the_queue_in_order(
    machine: Machine,
) -> None:
    trouble = Trouble({2})
    one = machine.run(counters(trouble))
    await machine.send(
        *(add(f"c-{n}", n) for n in range(1, 6)), add("d-1", 9, counter="C-2"), later("c-6", 6, 0)
    )
    await seen(lambda: one.amounts("C-2"), lambda amounts: amounts == [9])
    await seen(one.parked, lambda found: len(found) == 5)
    assert one.amounts() == [1]
    blocker, *waiting = one.parked()
    assert blocker.message.behind is None
    assert all(state.message.behind == blocker.id for state in waiting)

    one.ask(blocker.id)
    await seen(lambda: one.state(PARKED, blocker.id).reason, lambda reason: "ZeroDivisionError" in reason)
    await seen(lambda: one.store.rows_of(RETRY), lambda rows: not rows)
    before = one.store.head()
    one.ask(blocker.id)
    await seen(lambda: one.store.head(), lambda head: head > before)
    await seen(lambda: one.store.rows_of(RETRY), lambda rows: not rows)
    failed = one.store.head()
    await asyncio.sleep(0.6)
    assert one.store.head() == failed, "a retry that failed is tried again by itself"

    trouble.amounts.clear()
    one.ask(blocker.id)
    await seen(lambda: one.amounts(), lambda amounts: amounts == [1, 2, 3, 4, 5, 6])
    assert not one.parked()
    await machine.send(add("c-7", 7))
    await seen(lambda: one.amounts(), lambda amounts: amounts[-1] == 7)
    assert len(await machine.on(f"{CRM_ORDERS}.parked")) == 5


async def test_a_discarded_message_lets_its_queue_go_on(machine: Machine) -> None:
    one = machine.run(counters(Trouble({2})))
    await machine.send(*(add(f"c-{n}", n) for n in range(1, 5)))
    await seen(one.parked, lambda found: len(found) == 3)
    one.ask(one.parked()[0].id, DISCARD)
    await seen(lambda: one.amounts(), lambda amounts: amounts == [1, 3, 4])
    await seen(one.parked, lambda found: not found)
    assert not one.store.rows_of(RETRY)


async def test_a_queue_whose_next_fails_after_a_discard_can_still_be_retried(machine: Machine) -> None:
    trouble = Trouble({2, 3})
    one = machine.run(counters(trouble))
    await machine.send(*(add(f"c-{n}", n) for n in range(1, 5)))
    await seen(one.parked, lambda found: len(found) == 3)
    one.ask(one.parked()[0].id, DISCARD)
    await seen(one.parked, lambda found: len(found) == 2 and "ZeroDivision" in found[0].reason)
    first, second = sorted(parked.listed({"order": one.store}), key=lambda found: found.waiting, reverse=True)
    assert (first.message.behind, first.waiting) == (None, 1)
    assert second.message.behind is not None
    trouble.amounts.clear()
    one.ask(first.id)
    await seen(lambda: one.amounts(), lambda amounts: amounts == [1, 3, 4])


async def test_bad_input_never_stops_the_consumer(machine: Machine) -> None:
    one = machine.run(counters())
    bad = [
        raw("A-1", b"{"),
        raw("A-1", b"\xff" * 600_000),
        Outgoing(CRM_ORDERS, 1, b"\xff\xfe", b"[", (("ce_id", b"\xff"),)),
        Outgoing(CRM_ORDERS, 2, b"", b"", ()),
    ]
    await machine.send(*bad, *some(5))
    await seen(
        lambda: [one.amounts(f"C-{n}") for n in range(5)], lambda found: found == [[n] for n in range(5)]
    )
    assert len(one.parked()) == 4
    await seen(lambda: machine.on(f"{CRM_ORDERS}.parked"), lambda found: len(found) == 4)


# ------------------------------------------------------------------------------------ timers and clock


async def test_a_timer_runs_once_with_two_replicas_when_the_clock_was_set_ahead(machine: Machine) -> None:
    one = machine.run(counters())
    two = machine.run(counters())
    await machine.send(*(later(f"t-{n}", n, 3600, counter=f"C-{n}", account=f"A-{n}") for n in range(20)))
    await seen(one.store.timers, lambda count: count == 20)
    advance(one.store, timedelta(hours=2))
    began = time.monotonic()
    await seen(lambda: (one.clock.ahead, two.clock.ahead), lambda ahead: ahead == (timedelta(hours=2),) * 2)
    assert time.monotonic() - began < 1
    await seen(one.store.timers, lambda count: count == 0)
    await asyncio.sleep(0.5)
    assert [one.amounts(f"C-{n}") for n in range(20)] == [[n] for n in range(20)]


async def test_a_timer_that_fails_for_ever_is_parked_and_others_run(machine: Machine) -> None:
    trouble = Trouble(timers={"C-1"})
    one = machine.run(counters(trouble))
    await machine.send(later("t-1", 1, 0), later("t-2", 2, 0, counter="C-2"))
    await seen(lambda: one.amounts("C-2"), lambda amounts: amounts == [2])
    await seen(one.parked, lambda found: len(found) == 1)
    assert one.store.timers() == 0
    (state,) = one.parked()
    assert (state.message.topic, state.message.order) == (ORDER_EVENTS, "C-1")
    await machine.send(add("c-3", 3))
    await seen(one.parked, lambda found: len(found) == 2)
    await seen(lambda: machine.on(f"{ORDER_EVENTS}.parked"), lambda found: len(found) == 1)

    trouble.timers.clear()
    one.ask(state.id)
    await seen(lambda: one.amounts(), lambda amounts: amounts == [1, 3])


async def test_a_timer_that_another_takes_away_does_not_run(machine: Machine) -> None:
    one = machine.run(counters())
    await machine.send(later("t-1", 1, 5), later("t-2", 1, 3600))
    await seen(lambda: one.store.answers([("/toy", "t-2")]))
    assert one.store.timers() == 1
    advance(one.store, timedelta(minutes=1))
    await asyncio.sleep(0.6)
    assert one.amounts() == []


# ------------------------------------------------------------------------------------------- the fence


@asynccontextmanager
async def two_owners(
    machine: Machine, service: Service | None = None
) -> AsyncIterator[tuple[Replica, Replica]]:
    """Two replicas, the first with everything assigned to it, also when the second has it too."""
    service = service or counters()
    one, two = Replica(machine.where, service), Replica(machine.where, service)
    everything = [TopicPartition(CRM_ORDERS, number) for number in range(PARTITIONS)]
    await one.host.assigned(everything)
    yield one, two
    await one.end()
    await two.end()


def handle(replica: Replica, *commands: Outgoing) -> Any:
    records = [Record(c.topic, c.partition, 0, 0, c.key, c.value, c.headers) for c in commands]
    fences = replica.host._handling._fences_of([TopicPartition(c.topic, c.partition) for c in commands])
    assert fences is not None
    return replica.host._inbox.handle(records, fences)


@pytest.mark.parametrize("fenced", [True, False], ids=["with the fence", "without"])
async def test_a_replica_that_lost_its_partition_commits_nothing_that_it_decided_from_an_old_copy(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, fenced: bool
) -> None:
    if not fenced:
        monkeypatch.setattr(sqlite_store, "_check_fences", lambda *_: None)
    async with two_owners(machine) as (one, two):
        handle(one, add("c-1", 1, counter="C-1"))
        assert list(one.host._inbox.cache.rows(("of", "A-1")) or ()) == ["C-1"]
        await two.host.assigned([TopicPartition(CRM_ORDERS, number) for number in range(PARTITIONS)])
        handle(two, add("c-2", 2, counter="C-2"))
        if fenced:
            with pytest.raises(Fenced):
                handle(one, add("c-3", 3, counter="C-3"))
            assert one.amounts("C-3") == []
        else:
            handle(one, add("c-3", 3, counter="C-3"))
            assert one.amounts("C-3") == [3], "decided without having seen C-2, and committed"


async def test_a_replica_that_gets_a_partition_back_knows_what_its_owner_did_meanwhile(
    machine: Machine,
) -> None:
    async with two_owners(machine, capped()) as (one, two):
        everything = [TopicPartition(CRM_ORDERS, number) for number in range(PARTITIONS)]
        handle(one, add("c-1", 1, counter="C-1"))
        await one.host.revoked(everything)
        await two.host.assigned(everything)
        handle(two, add("c-2", 2, counter="CAP"))
        await one.host.assigned(everything)
        handle(one, add("c-3", 3, counter="C-3"))
        assert one.amounts("C-3") == [], "decided by the cap as it was before"


@pytest.fixture
def started(machine: Machine) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """Starts replicas as processes of their own, and ends them with the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(kind: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.toy_process", kind, str(machine.where)]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.mark.parametrize("how", ["continued", "killed"])
async def test_a_replica_stopped_in_the_middle_of_a_decision_is_replaced_and_nothing_takes_effect_twice(
    machine: Machine, started: Callable[[str], subprocess.Popen[bytes]], how: str
) -> None:
    both = [started("counters"), started("counters")]
    heard = machine.run(totals())
    await machine.send(*some(50))
    await seen(lambda: all_heard(heard), lambda found: len(found) == 50, patience=30)

    await machine.send(add("hold", HOLD, counter="C-0", account="A-0"), *some(50, first=50))
    await seen(lambda: (machine.where / "held").exists() and (machine.where / "held").read_text())
    held = int((machine.where / "held").read_text())
    assert held in {process.pid for process in both}
    # The other one takes over; it publishes when the one that led is gone, or goes on.
    look = machine.look(counters())
    # Twice the session of the silent one, and more on a machine that has other things to do.
    await seen(
        lambda: sum(len(look.amounts(f"C-{n}")) for n in range(5)), lambda count: count == 101, patience=60
    )
    os.kill(held, signal.SIGCONT if how == "continued" else signal.SIGKILL)
    await machine.send(*some(100, first=50))
    await seen(lambda: all_heard(heard), lambda found: len(found) >= 151, patience=30)
    await machine.send(add("last", 999))
    await seen(lambda: heard.heard(), lambda found: 999 in found)
    assert all_heard(heard) == sorted([*range(150), HOLD, 999])
    for process in both:
        process.terminate()
    assert all(process.wait(5) in (0, -signal.SIGKILL) for process in both)


# -------------------------------------------------------------------------------------------- persons


async def test_personal_values_stand_nowhere_in_the_stores_on_our_topics_or_among_the_parked(
    machine: Machine,
) -> None:
    secret = "Rumpelstilzchen-0815"
    trouble = Trouble({2})
    one, two = machine.run(counters(trouble)), machine.run(totals())
    await machine.send(
        add("c-1", 1, note=secret),
        add("c-2", 2, note=secret),
        add("c-3", -3, counter="C-3", note=secret),
        add("c-4", 4, counter="C-4", colour=secret),
        raw("A-1", b'{"note": "' + secret.encode(), (("ce_accountid", b"A-1"),)),
    )
    await seen(lambda: two.heard(), lambda heard: heard == [1])
    await seen(lambda: machine.on(f"{CRM_ORDERS}.parked"), lambda found: len(found) == 2)
    await seen(lambda: machine.on(INVENTORY_EVENTS))
    said = [*await machine.on(ORDER_EVENTS), *await machine.on(f"{CRM_ORDERS}.parked")]
    assert not [record for record in said if secret.encode() in record.value + repr(record.headers).encode()]
    await one.end()
    await two.end()
    files = [file for file in machine.where.iterdir() if not file.name.startswith("bus.db")]
    assert {file.name for file in files} >= {"order.db", "inventory.db", "keys.db"}
    assert [file.name for file in files if secret.encode() in file.read_bytes()] == []
    assert (
        secret.encode()
        in (machine.where / "bus.db").read_bytes() + (machine.where / "bus.db-wal").read_bytes()
    ), "the command itself is plain: the search finds what is there"
