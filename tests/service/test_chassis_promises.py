"""Promises 5, 7 and 8: other owners are seen, equal inputs give equal bytes, who and why are told."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.answers import CommandRefused
from services.chassis.inbox import Faulted
from services.chassis.memory import MemoryStore
from services.chassis.personal import unseal_value
from services.chassis.ports import Timer
from services.chassis.stored import micros, read_meta
from tests.service.test_chassis_inbox import Side
from tests.toy import Added, add, command, counters, later, recorded, totals

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


# --------------------------------------------------------------------------------- several owners


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "not said to be shared"])
def test_rows_that_owners_of_other_partitions_write_are_seen_when_they_are_said_to_be_shared(
    shared: bool,
) -> None:
    service = replace(counters(), shared_rows=frozenset({"of"} if shared else ()))
    side = Side(service)
    side.take(add("c-1", 1))
    other = Side(service, MemoryStore(side.store.memory))
    other.take(add("c-2", 2, counter="C-2"))

    seen: list[Any] = []
    side.inbox._twice(lambda batch, _: seen.extend(sorted(batch.members("of", "A-1"))), ())
    assert seen == (["C-1", "C-2"] if shared else ["C-1"])


@pytest.mark.parametrize("shared", [True, False], ids=["shared", "not said to be shared"])
def test_streams_that_owners_of_other_partitions_write_are_seen_when_they_are_said_to_be_shared(
    shared: bool,
) -> None:
    service = counters()
    service = replace(service, categories=(replace(service.categories[0], shared=shared),))
    side = Side(service)
    side.take(add("c-1", 1))
    Side(service, MemoryStore(side.store.memory)).take(add("c-2", 2))
    seen: list[Any] = []
    side.inbox._twice(lambda batch, _: seen.extend(batch.fold("counter", "C-1").state.amounts), ())
    assert seen == ([1, 2] if shared else [1])


# ------------------------------------------------------------------------------------- determinism

_PROGRAM = """
from hashlib import sha256
from services.chassis.memory import Memory, MemoryStore
from tests.service.test_chassis_inbox import Side
from tests.toy import add, counters, later, totals

def side(service):
    made = Side(service, MemoryStore(Memory(log_id=service.name)))
    return made

first, second = side(counters()), side(totals())
for turn in range(5):
    first.take(*(add(f"c-{turn}-{n}", n - 1, counter=f"C-{n % 7}", account=f"A-{n % 3}", note=f"N{n}")
                 for n in range(40)), later(f"t-{turn}", turn, 60))
    second.take(*first.published())
print(sha256(repr([one.store.log(0, 100_000) for one in (first, second)]).encode()).hexdigest())
print(sha256(repr([one.published() for one in (first, second)]).encode()).hexdigest())
"""


def test_the_same_inputs_give_the_same_bytes_in_every_process() -> None:
    root = Path(__file__).parents[2]
    runs = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_lookup_rows_come_in_one_order_whatever_the_hashes() -> None:
    side = Side(counters())
    side.take(*(add(f"c-{n}", n, counter=f"C-{n}") for n in (5, 3, 9, 1)))
    seen: list[Any] = []
    service = counters()

    def look(data: Any, work: Any) -> None:
        seen.append(list(work.members("of", data.account_id)))

    routes = {name: replace(route, handle=look) for name, route in service.routes.items()}
    Side(replace(service, routes=routes), side.store).take(add("look", 1))
    assert seen == [["C-1", "C-3", "C-5", "C-9"]]


def fire(side: Side) -> Any:
    due = side.store.due(range(3), micros(side.clock.now()), 100)
    return side.inbox.fire(due, ()) if due else None


def test_a_timer_runs_once_at_its_time_under_an_id_of_its_name_and_date() -> None:
    side = Side(counters())
    side.take(later("t-1", 1, 60))
    assert fire(side) is None
    side.clock.at += timedelta(seconds=60)
    fire(side)
    assert fire(side) is None
    side.inbox.forget()
    assert fire(side) is None
    assert side.amounts() == [1]
    (event,) = side.store.log(0, 10)
    due = micros(datetime(2026, 1, 5, 9, 1, tzinfo=UTC))
    assert read_meta(event.state).cause == f"timer/C-1/1/{due}"


def test_a_rebuild_of_the_state_fires_no_timer() -> None:
    side = Side(counters())
    side.take(later("t-1", 1, 60))
    side.clock.at += timedelta(seconds=60)
    fire(side)
    again = Side(counters(), MemoryStore(side.store.memory))
    assert again.amounts() == [1]
    assert again.store.timers() == 0
    assert fire(again) is None


def test_of_two_timers_due_together_the_one_that_the_first_takes_away_does_not_run() -> None:
    service = counters()

    def due(data: Any, work: Any) -> None:
        work.cancel_timer("C-1/2")
        service.timers["due"].handle(data, work)

    side = Side(replace(service, timers={"due": replace(service.timers["due"], handle=due)}))
    side.take(later("t-1", 1, 5), later("t-2", 2, 5))
    side.clock.at += timedelta(seconds=5)
    fire(side)
    assert side.amounts() == [1]
    assert side.store.timers() == 0


def test_a_timer_without_a_route_is_parked_and_not_tried_for_ever() -> None:
    side = Side(counters())
    timer = Timer("T", 0, 0, b'{"name":"gone","data":{},"account":"A-1","correlation":"c"}')
    with pytest.raises(Exception, match="could not be handled") as failed:
        side.inbox.fire([timer], ())
    side.inbox.park_timer(timer, failed.value, ())
    (message,) = side.parked()
    assert (message.topic, message.account) == ("order.events", "A-1")


# ------------------------------------------------------------------------------------ who and why


def test_correlation_causation_actor_and_trace_go_from_the_command_to_the_last_message() -> None:
    first, second = Side(counters()), Side(totals())
    data = {"accountId": "A-1", "counter": "C-1", "amount": 1}
    first.take(command("toy.add", "c-1", data, correlation="talk-7", traceparent=TRACE, actor="ann"))
    (said,) = first.published()
    second.take(said)
    (last,) = second.published()
    told = {name.removeprefix("ce_"): value.decode() for name, value in last.headers}
    assert told["causationid"] == "counter-C-1@1"
    assert (told["correlationid"], told["traceparent"], told["actor"]) == ("talk-7", TRACE, "ann")
    told = {name.removeprefix("ce_"): value.decode() for name, value in said.headers}
    assert told["causationid"] == "c-1"


def test_a_timer_carries_who_and_why_of_the_message_that_set_it() -> None:
    side = Side(counters())
    data = {"accountId": "A-1", "counter": "C-1", "amount": 1, "seconds": 1}
    side.take(command("toy.later", "t-1", data, correlation="talk-7", traceparent=TRACE, actor="ann"))
    side.clock.at += timedelta(seconds=1)
    fire(side)
    (said,) = side.published()
    told = {name.removeprefix("ce_"): value.decode() for name, value in said.headers}
    assert (told["correlationid"], told["traceparent"], told["actor"]) == ("talk-7", TRACE, "ann")


def test_every_event_has_a_recorded_and_an_effective_time() -> None:
    service = counters()
    yesterday = datetime(2026, 1, 4, tzinfo=UTC)
    add_ = service.routes["aftersale.toy.add.v1"]

    def dated(data: Any, work: Any) -> None:
        work.append("counter", data.counter, Added(counter=data.counter, amount=1), effective=yesterday)
        work.append("counter", data.counter, Added(counter=data.counter, amount=2))

    side = Side(replace(service, routes={"aftersale.toy.add.v1": replace(add_, handle=dated)}))
    side.take(add("c-1", 1))
    metas = [read_meta(event.state) for event in side.store.log(0, 10)]
    now = micros(side.clock.now())
    assert [(meta.recorded, meta.effective_at) for meta in metas] == [(now, micros(yesterday)), (now, now)]


@pytest.mark.parametrize("amount", [1, -1], ids=["handled", "refused after it had appended"])
def test_the_answer_to_a_command_keeps_the_whole_command_sealed(amount: int) -> None:
    side = Side(counters())
    asked = add("c-1", amount, note="Rumpelstilzchen")
    side.take(asked)
    (event,) = side.store.log(0, 10)
    assert isinstance(side.parts.codec.decode(event), CommandRefused) is (amount < 0)
    kept = read_meta(event.state).command
    assert kept is not None
    assert b"Rumpelstilzchen" not in event.state
    assert unseal_value(side.keys.get(("A-1",))["A-1"], kept) == asked.value.decode()


def test_of_a_forgotten_account_nothing_is_kept() -> None:
    side = Side(counters())
    side.keys.forget("A-1")
    side.take(add("c-1", 1, note="Rumpelstilzchen"))
    (event,) = side.store.log(0, 10)
    assert read_meta(event.state).command is None
    assert b"Rumpelstilzchen" not in event.state


def test_what_a_handler_says_when_it_fails_does_not_carry_a_personal_value_out() -> None:
    service = counters()

    def fail(data: Any, _: Any) -> None:
        raise ValueError(f"cannot take {data.note}")

    routes = {name: replace(route, handle=fail) for name, route in service.routes.items()}
    side = Side(replace(service, routes=routes))
    (record,) = recorded([add("c-1", 1, note="Rumpelstilzchen")])
    with pytest.raises(Faulted) as failed:
        side.inbox.handle([record], ())
    side.inbox.park(record, failed.value, ())
    assert b"Rumpelstilzchen" not in b"".join(event.state for event in side.store.log(0, 10))
    (shown,) = side.published()
    assert "Rumpelstilzchen" not in repr(shown)
    assert side.parked()[0].reason.startswith("ValueError in fail (test_chassis_promises.py:")
