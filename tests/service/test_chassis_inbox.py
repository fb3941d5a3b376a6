"""Promise 1 and 4: what a batch of messages does is one transaction, and each message takes effect once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.envelope import MAX_BYTES, Envelope
from schemas.headers import Headers, glance
from schemas.registry import full
from services.chassis import following
from services.chassis.answers import PARKED, digest
from services.chassis.batch import Batch
from services.chassis.cache import Cache
from services.chassis.host import setup
from services.chassis.inbox import Faulted, Inbox
from services.chassis.keys import MemoryKeys
from services.chassis.lane import Lane
from services.chassis.memory import MemoryStore
from services.chassis.outbox import Outbox
from services.chassis.ports import Answer, Commit, Committed, Conflict, Outgoing, Record, Unavailable
from services.chassis.service import Category, Service, Version
from services.chassis.work import MessageWork
from tests.reader import FakeClock
from tests.toy import (
    PARTITIONS,
    SOURCE,
    Trouble,
    add,
    capped,
    command,
    counters,
    later,
    raw,
    recorded,
    totals,
)

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Side:
    """One toy service over a memory store."""

    def __init__(self, service: Service, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.keys = MemoryKeys(lambda account: account.encode().ljust(32, b"."))
        self.parts = setup(service, self.store, self.keys, PARTITIONS)
        self.clock = FakeClock()
        self.inbox = Inbox(service, self.parts, Cache(), self.clock)
        self.outbox = Outbox(service, self.parts)

    def take(self, *outgoing: Outgoing, first: int = 0) -> Any:
        return self.inbox.handle(recorded(outgoing, first), ())

    def published(self) -> list[Outgoing]:
        letters = self.outbox.letters(self.outbox.entries(self.store.log(0, 10_000)), {})
        return [letter.outgoing for letter in letters]

    def state(self, category: str, id: str) -> Any:
        kind = self.parts.categories[category]
        state = kind.initial(id)
        for stored in self.store.load({f"{category}-{id}": 0})[f"{category}-{id}"]:
            state = kind.evolve(state, self.parts.codec.decode(stored))
        return state

    def amounts(self, counter: str = "C-1") -> list[int]:
        found: list[int] = self.state("counter", counter).amounts
        return found

    def refusals(self) -> list[str]:
        said = [one for one in self.published() if dict(one.headers)["ce_type"].endswith(b"refused.v1")]
        return [one.value.decode() for one in said]

    def parked(self) -> list[Any]:
        return [self.state(PARKED, row.member).message for row in self.store.rows_of("parked")]


class Broken(MemoryStore):
    """A store that fails: before it commits, or after it has (the answer is lost)."""

    def __init__(self, when: str) -> None:
        super().__init__()
        self.when = when

    def commit(self, commit: Commit) -> Committed:
        if self.when == "before":
            raise Unavailable("cut before the commit")
        done = super().commit(commit)
        if self.when == "after":
            raise Unavailable("cut after the commit")
        return done


# -------------------------------------------------------------------------------- one transaction


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_the_commit_leaves_all_or_nothing_and_doing_it_again_adds_nothing(when: str) -> None:
    store = Broken(when)
    side = Side(counters(), store)
    with pytest.raises(Unavailable):
        side.take(add("c-1", 1), add("c-2", 2))
    committed = when == "after"
    assert side.store.head() == (2 if committed else 0)
    assert bool(store.memory.answers) is bool(store.memory.rows) is committed

    store.when = "never"
    side.take(add("c-1", 1), add("c-2", 2))
    assert side.amounts() == [1, 2]
    assert store.rows([("of", "A-1")]) == {("of", "A-1"): ["C-1"]}


class Halved(MemoryStore):
    """What would be if places were not in the transaction of their events: a crash comes between, once."""

    crashed = False

    def commit(self, commit: Commit) -> Committed:
        if not self.crashed:
            self.crashed = True
            super().commit(replace(commit, places={}, answers=[]))
            raise Unavailable("cut between the events and the places")
        return super().commit(commit)


def test_were_places_and_answers_not_in_one_transaction_with_the_events_all_would_take_effect_twice() -> None:
    store = Halved()
    side = Side(counters(), store)
    with pytest.raises(Unavailable):
        side.take(add("c-1", 1))
    side.inbox.forget()
    side.take(add("c-1", 1))
    assert side.amounts() == [1, 1]


@pytest.mark.parametrize("step", ["load", "rows", "answers", "encode", "commit"])
def test_a_bug_at_any_step_is_a_fault_and_nothing_of_the_batch_takes_effect(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    side = Side(counters())
    where = side.parts.codec if step == "encode" else side.store

    def fail(*_: object) -> None:
        raise RuntimeError(f"a bug in {step}")

    with monkeypatch.context() as broken:
        broken.setattr(where, step, fail)
        with pytest.raises(Faulted):
            side.take(add("c-1", 1), add("c-2", 2))
    assert (side.store.head(), side.store.memory.answers, side.store.memory.rows) == (0, {}, {})
    side.take(add("c-1", 1), add("c-2", 2))
    assert side.amounts() == [1, 2]


def test_place_events_rows_and_answers_of_a_batch_are_handed_to_the_store_in_one_commit() -> None:
    heard: list[Commit] = []

    class Listening(MemoryStore):
        def commit(self, commit: Commit) -> Committed:
            heard.append(commit)
            return super().commit(commit)

    side = Side(counters(), Listening())
    side.take(*(add(f"c-{n}", n) for n in range(100)), later("c-100", 1, 60))
    (commit,) = heard
    assert (len(commit.events), len(commit.answers), len(commit.put_rows)) == (100, 101, 1)
    assert len(commit.put_timers) == 1


# ------------------------------------------------------------------------------------------- once


def spoken(count: int = 4) -> list[Outgoing]:
    """What `counters` says of so many commands of one account: one partition, in order."""
    side = Side(counters())
    side.take(*(add(f"c-{n}", n) for n in range(1, count + 1)))
    return side.published()


def test_our_own_messages_take_effect_once_however_often_and_in_whatever_batches_they_come() -> None:
    said = spoken()
    side = Side(totals())
    side.take(*said, *said)
    side.take(*said[1:3])
    side.inbox.forget()
    side.take(*said)
    assert [amount for _, _, amount in side.state("total", "A-1").heard] == [1, 2, 3, 4]


def test_without_its_place_a_message_takes_effect_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above: the guard is what makes it so."""
    said = spoken(1)
    side = Side(totals())

    def always(lane: Lane, *_: bytes | None) -> str:
        lane.known += 1
        return "next"

    monkeypatch.setattr(Lane, "turn", always)
    side.take(*said)
    side.take(*said)
    assert len(side.state("total", "A-1").heard) == 2


def test_a_command_takes_effect_once_and_comes_with_another_payload_in_vain() -> None:
    side = Side(counters())
    side.take(add("c-1", 1), add("c-1", 1))
    side.take(add("c-1", 1))
    side.take(add("c-1", 5), add("c-1", 5))
    side.take(add("c-1", 5))
    side.take(add("c-1", 1))
    assert side.amounts() == [1]
    (refused,) = side.refusals()
    assert "ENV-03" in refused
    side.take(add("c-1", 6))
    assert len(side.refusals()) == 2


def written(one: Outgoing, body: bytes) -> Outgoing:
    return one._replace(value=body)


@pytest.mark.rule("ENV-03")
def test_the_same_said_in_another_order_and_spacing_is_the_same_command() -> None:
    side = Side(counters())
    side.take(written(add("c-1", 1), b'{"accountId":"A-1","counter":"C-1","amount":1}'))
    side.take(written(add("c-1", 1), b'{ "amount": 1, "counter": "C-\\u0031", "accountId": "A-1" }'))
    assert (side.amounts(), side.refusals()) == ([1], [])
    side.take(written(add("c-1", 1), b'{"amount":2,"counter":"C-1","accountId":"A-1"}'))
    assert ("ENV-03" in side.refusals()[0], side.amounts()) == (True, [1])


@pytest.mark.rule("ENV-03")
def test_what_was_kept_by_its_very_bytes_is_known_by_them() -> None:
    side, sent = Side(counters()), add("c-1", 1)
    kept = Answer(SOURCE, "c-1", digest(full("toy.add").encode(), sent.value))
    side.store.commit(Commit(answers=[kept]))
    side.take(sent)
    assert (side.amounts(), side.refusals()) == ([], [])


def test_without_the_answers_a_command_takes_effect_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    side = Side(counters())
    monkeypatch.setattr(side.inbox.intake, "_once", lambda *_: None)
    side.take(add("c-1", 1), add("c-1", 1))
    assert side.amounts() == [1, 1]


def test_two_senders_may_use_one_id() -> None:
    side = Side(counters())
    data = {"accountId": "A-1", "counter": "C-1", "amount": 1}
    side.take(command("toy.add", "c-1", data), command("toy.add", "c-1", data, source="/other"))
    assert side.amounts() == [1, 1]


# ------------------------------------------------------------------------------------------- gaps


def test_what_does_not_fit_yet_is_passed_over_until_what_is_missing_has_come() -> None:
    said = spoken()
    side = Side(totals())
    first, missing, *rest = recorded(said)
    handled = side.inbox.handle([first, *rest], ())
    assert set(handled.gaps.values()) == {2}
    assert len(side.state("total", "A-1").heard) == 1
    assert side.inbox.handle(rest, ()).gaps
    handled = side.inbox.handle([first, missing, *rest], ())
    assert not handled.gaps
    assert [amount for _, _, amount in side.state("total", "A-1").heard] == [1, 2, 3, 4]


def test_without_the_previous_sequence_a_message_that_comes_late_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "glance", lambda headers: (*glance(headers)[:2], None, glance(headers)[3]))
    side = Side(totals())
    first, missing, *rest = recorded(spoken())
    assert not side.inbox.handle([first, *rest], ()).gaps
    side.inbox.handle([first, missing, *rest], ())
    assert [amount for _, _, amount in side.state("total", "A-1").heard] == [1, 3, 4]


def test_a_message_of_our_own_that_cannot_be_read_is_parked_and_not_repeated() -> None:
    side = Side(totals())
    (first,) = recorded(spoken(1))
    side.inbox.handle([first._replace(value=b'{"counter": "C-1", "amount": "Maud Example"}')], ())
    (parked,) = side.parked()
    assert "amount" in parked.reason
    assert "Maud" not in parked.reason


# ---------------------------------------------------------------------------------------- batches


def one_by_one(side: Side, records: Sequence[Record]) -> None:
    """What the host does with a batch that faulted."""
    for record in records:
        try:
            side.inbox.handle([record], ())
        except Faulted as error:
            side.inbox.park(record, error, ())


@pytest.mark.parametrize("bad", [0, 57, 99])
def test_one_bad_message_of_a_hundred_is_parked_and_the_others_take_effect(bad: int) -> None:
    trouble = Trouble({bad})
    side = Side(counters(trouble))
    records = recorded(add(f"c-{n}", n, counter=f"C-{n}") for n in range(100))
    with pytest.raises(Faulted):
        side.inbox.handle(records, ())
    assert side.store.head() == 0
    one_by_one(side, records)
    assert [n for n in range(100) if side.amounts(f"C-{n}") != [n]] == [bad]
    assert [message.order for message in side.parked()] == [f"C-{bad}"]


@pytest.mark.parametrize("blocking", [True, False], ids=["blocked", "not blocked"])
def test_what_follows_a_parked_message_for_its_order_waits_or_else_would_overtake_it(
    monkeypatch: pytest.MonkeyPatch, blocking: bool
) -> None:
    trouble = Trouble({2})
    side = Side(counters(trouble))
    if not blocking:
        monkeypatch.setattr(side.inbox.parking, "blocker", lambda _: None)
    one_by_one(side, recorded([add("c-1", 1), add("c-2", 2), add("c-3", 3), add("d-1", 9, counter="C-2")]))
    assert side.amounts("C-2") == [9]
    trouble.amounts.clear()
    (blocker,) = {row.member for row in side.store.rows_of("blocked")}
    side.inbox.retry(blocker, ())
    assert side.amounts() == ([1, 2, 3] if blocking else [1, 3, 2])
    assert not side.parked()


def test_a_retry_is_one_transaction_with_its_queue_and_its_resolution() -> None:
    trouble = Trouble({2, 4})
    side = Side(counters(trouble))
    one_by_one(side, recorded([add(f"c-{n}", n) for n in range(1, 6)]))
    (blocker,) = {row.member for row in side.store.rows_of("blocked")}
    trouble.amounts = {4}
    side.inbox.retry(blocker, ())
    assert (side.amounts(), len(side.parked())) == ([1], 4)
    trouble.amounts.clear()
    side.inbox.retry(blocker, ())
    assert (side.amounts(), side.parked()) == ([1, 2, 3, 4, 5], [])
    side.inbox.retry(blocker, ())
    assert side.amounts() == [1, 2, 3, 4, 5]


def test_a_conflict_is_decided_again_from_what_the_other_writer_left() -> None:
    side = Side(counters())
    side.take(add("c-1", 1))
    other = Side(counters(), MemoryStore(side.store.memory))
    other.take(add("c-2", 2))
    side.take(add("c-3", 3))
    assert side.amounts() == [1, 2, 3]


def test_without_the_expected_version_the_other_writer_would_be_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.chassis.memory._check_versions", lambda *_: None)
    side = Side(counters())
    side.take(add("c-1", 1))
    other = Side(counters(), MemoryStore(side.store.memory))
    other.take(add("c-2", 2))
    side.take(add("c-3", 3))
    versions = [event.version for event in side.store.log(0, 100)]
    assert versions == [1, 2, 2]


def test_what_a_refused_command_had_appended_does_not_take_effect_and_what_came_before_it_does() -> None:
    side = Side(counters())
    side.take(add("c-1", 1), add("c-2", -2), add("c-3", 3))
    assert side.amounts() == [1, 3]
    assert "TOY-01" in side.refusals()[0]
    side.take(add("c-4", 4))
    assert side.amounts() == [1, 3, 4]
    assert [event.version for event in side.store.load({"counter-C-1": 0})["counter-C-1"]] == [1, 2, 3]


def test_a_stream_that_only_a_refused_command_had_touched_can_be_written_by_the_next() -> None:
    side = Side(counters())
    side.take(add("c-1", -1), add("c-2", 2), add("c-3", -3), add("c-4", 4))
    assert side.amounts() == [2, 4]
    assert side.store.rows([("of", "A-1")]) == {("of", "A-1"): ["C-1"]}


def test_a_fold_that_was_changed_by_what_failed_is_dropped() -> None:
    trouble = Trouble({2})
    side = Side(counters(trouble))
    side.take(add("c-1", 1))
    with pytest.raises(Faulted):
        side.take(add("c-2", 2), first=1)
    trouble.amounts.clear()
    side.take(add("c-2", 2), add("c-3", 3), first=1)
    assert side.amounts() == [1, 2, 3]
    fold = side.inbox.cache.fold("counter-C-1")
    assert fold is not None
    assert (fold.version, fold.state.amounts) == (3, [1, 2, 3])


def test_stored_events_are_as_they_were_appended_whatever_their_fold_does_with_them() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Listed:
        things: dict[str, int] = field(default_factory=dict)

    def greedy(state: Any, event: Listed) -> Any:
        state = state or event.things
        state[f"n{len(state)}"] = len(state)
        return state

    service = counters()
    service = replace(
        service,
        categories=(*service.categories, Category(name="greedy", initial=lambda _: None, evolve=greedy)),
        stored=(*service.stored, Version(name="listed.v1", type=Listed)),
        publish=lambda _: (),
    )
    side = Side(service)

    def twice(batch: Any, _: Any) -> None:
        work = MessageWork(batch, Envelope(id="1", source="/t", type="t", account="A"), "A")
        work.append("greedy", "1", Listed(things={"a": 1}), Listed())

    side.inbox._twice(twice, ())
    states = [event.state.split(b"\n")[1] for event in side.store.log(0, 10)]
    assert states == [b'{"things":{"a":1}}', b'{"things":{}}']


# -------------------------------------------------------------------------------------- bad input

GOOD = {"accountId": "A-1", "counter": "C-1", "amount": 1}
DEEP = b'{"accountId":"A-1","counter":' + b"[" * 20 + b"]" * 20 + b',"amount":1}'
VERY_DEEP = b"[" * 100_000


def headed(**attributes: str) -> Headers:
    given = {"id": "c-1", "source": "/toy", "type": "aftersale.toy.add.v1", "accountid": "A-1", **attributes}
    return tuple((f"ce_{name}", value.encode()) for name, value in given.items() if value)


UNREADABLE = {
    "not JSON": raw("A-1", b"{nonsense", headed()),
    "not JSON, of an unknown type": raw("A-1", b"\xff\xfe", headed(type="aftersale.toy.what.v1")),
    "a tombstone": raw("A-1", b"", headed()),
    "no id": raw("A-1", b"{}", headed(id="")),
    "no source": raw("A-1", b"{}", headed(source="")),
    "no type": raw("A-1", b"{}", headed(type="")),
    "no account": raw("A-1", b"{}", headed(accountid="")),
    "no headers": raw("A-1", b"{}"),
    "too large": raw("A-1", b'"' + b"x" * MAX_BYTES + b'"', headed()),
    "too deep": raw("A-1", DEEP, headed()),
    "very deep": raw("A-1", VERY_DEEP, headed()),
    "an id that cannot be kept": raw("A-1", b"{}", headed(id="a\0b")),
    "an id without an end": raw("A-1", b"{}", headed(id="x" * 3_000)),
    "a header that is no text": raw("A-1", b"{}", (("ce_id", b"\xff\xff"), *headed(id=""))),
    "structured, not an object": raw("A-1", b"[]", (("content-type", b"application/cloudevents+json"),)),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_is_no_message_is_parked_untouched_with_the_reason_and_the_consumer_goes_on(what: str) -> None:
    side = Side(counters())
    bad = UNREADABLE[what]
    side.take(bad, add("c-2", 2))
    side.take(bad, add("c-2", 2))
    assert side.amounts() == [2]
    (message,) = side.parked()
    state = side.state(PARKED, side.store.rows_of("parked")[0].member)
    kept = side.inbox.parking.record(_batch(side), state)
    assert (kept.key, kept.value, kept.headers) == (bad.key, bad.value, bad.headers)
    assert message.reason
    assert message.order is None


def _batch(side: Side) -> Any:
    return Batch(side.parts, Cache(), START)


def test_two_broken_records_at_one_offset_of_a_wiped_log_are_both_parked() -> None:
    side = Side(counters())
    side.take(raw("A-1", b"{one", headed()))
    side.take(raw("A-1", b"{two", headed(id="")))
    side.take(raw("A-1", b"{three", headed(id="")))
    assert len(side.parked()) == 3


REFUSED: dict[str, tuple[Outgoing, Sequence[str]]] = {
    "an unknown type": (command("toy.ad", "c-1", GOOD), ["TYPE", "did you mean"]),
    "a type of another topic": (command("task.report", "c-1", GOOD), ["TYPE", "provisioning.results"]),
    "an unknown field": (add("c-1", 1, colour="red"), ["FIELD", "colour"]),
    "an unknown value": (command("toy.add", "c-1", {**GOOD, "amount": "many"}), ["FIELD", "amount"]),
    "a missing field": (command("toy.add", "c-1", {"accountId": "A-1", "amount": 1}), ["FIELD", "counter"]),
    "another account in its data": (
        raw("A-2", b'{"accountId":"A-1","counter":"C-1","amount":1}', headed(accountid="A-2")),
        ["ENV-01"],
    ),
    "the key of another account": (
        raw("A-2", b'{"accountId":"A-1","counter":"C-1","amount":1}', headed()),
        ["ENV-02"],
    ),
    "a text that no store keeps": (
        raw("A-1", b'{"accountId":"A-1","counter":"a\\u0000b","amount":1}', headed()),
        ["U+0000"],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_can_be_read_but_not_understood_is_refused_naming_it(what: str) -> None:
    side = Side(counters())
    bad, words = REFUSED[what]
    side.take(bad, add("c-2", 2))
    side.take(bad)
    assert side.amounts() == [2]
    assert not side.parked()
    (refused,) = side.refusals()
    assert all(word in refused for word in words), refused


def test_an_unknown_type_on_our_own_topics_is_skipped_and_counted() -> None:
    side = Side(totals())
    other = Side(counters())
    other.take(add("c-1", -1), add("c-2", 2))
    said = other.published()
    new = said[0]._replace(
        headers=tuple(
            (name, b"aftersale.toy.news.v9" if name == "ce_type" else value)
            for name, value in said[0].headers
        )
    )
    handled = side.take(new, said[1])
    assert handled.counts["unknown"] == 1
    assert len(side.state("total", "A-1").heard) == 1


def test_so_is_one_that_does_not_even_say_whose_it_is() -> None:
    side = Side(totals())
    (said,) = spoken(1)
    kept = tuple(header for header in said.headers if header[0] not in ("ce_logid", "ce_type"))
    handled = side.take(said._replace(headers=(*kept, ("ce_type", b"aftersale.toy.news.v9"))), said)
    assert handled.counts["unknown"] == 1
    assert len(side.state("total", "A-1").heard) == 1
    assert not side.parked()


def test_an_own_message_above_the_limit_of_messages_in_is_taken() -> None:
    other = Side(counters())
    other.take(add("c-1", 1, pad=MAX_BYTES + 1))
    side = Side(totals())
    side.take(*other.published())
    assert len(side.state("total", "A-1").heard) == 1
    assert not side.parked()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ce_sequence", b"99999999999999999999"),
        ("ce_sequence", b"-1"),
        ("ce_logid", b"\xff"),
        ("ce_sequence", b""),
    ],
)
def test_an_own_message_that_does_not_say_where_it_stands_is_parked(name: str, value: bytes) -> None:
    first, second = spoken(2)
    broken = first._replace(
        headers=tuple((known, value if known == name else was) for known, was in first.headers)
    )
    side = Side(totals())
    side.take(broken, first, second)
    assert len(side.state("total", "A-1").heard) == 2
    assert len(side.parked()) == 1


def test_a_message_whose_route_cannot_say_its_order_is_parked() -> None:
    def no(_: object) -> str:
        raise KeyError("order")

    service = counters()
    routes = {name: replace(route, order=no) for name, route in service.routes.items()}
    side = Side(replace(service, routes=routes))
    one_by_one(side, recorded([add("c-1", 1), raw("A-1", b"{", headed(id="c-2"))]))
    assert len(side.parked()) == 2


def test_after_a_conflict_it_is_decided_again_from_the_store_alone() -> None:
    """Also by what was only read: a replica that wrote one stream may have written any other."""
    side = Side(capped())
    other = Side(capped(), MemoryStore(side.store.memory))
    side.take(add("c-1", 1))
    other.take(add("c-2", 2), add("c-3", 3, counter="CAP"), first=1)
    side.take(add("c-4", 4), first=3)
    assert side.amounts("C-1") == [1, 2]
    assert ["TOY-02" in refusal for refusal in side.refusals()] == [True]


def test_a_conflict_that_stays_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    side = Side(counters())
    refuse: Callable[..., Committed] = lambda *_: (_ for _ in ()).throw(Conflict("taken"))  # noqa: E731
    monkeypatch.setattr(side.store, "commit", refuse)
    with pytest.raises(Conflict):
        side.take(add("c-1", 1))
