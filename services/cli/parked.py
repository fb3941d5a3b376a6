"""`aftersale parked`: what could not be handled, shown readable, tried again or discarded by a person."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from rich.console import Group, RenderableType

from services.chassis.answers import PARKED, MessageParked, ParkedResolved, RetryFailed
from services.chassis.answers import STORED as ANSWERS
from services.chassis.parking import BLOCKED, DISCARD, OPEN, QUEUE, RETRY, as_it_was, owner
from services.chassis.ports import Commit, Keys, Row, Store
from services.chassis.stored import Codec, moment, read_meta
from services.cli.errors import Failed, Wrong
from services.cli.installation import Stores
from services.cli.screen import state as coloured
from services.cli.screen import table
from services.cli.sections import text

ANSWER_SECONDS = 15.0
LOOK_SECONDS = 0.1
SHORT = 12
SHORTEST = 4

Verb = Literal["retry", "discard"]
_CODEC = Codec(ANSWERS)


class Parked(NamedTuple):
    """One parked message of one service."""

    service: str
    id: str
    at: str
    reason: str
    message: MessageParked
    waiting: int
    """How many messages of the same order wait behind it."""

    @property
    def short(self) -> str:
        return self.id[:SHORT]


class Outcome(NamedTuple):
    """What became of a wish: `handled`, `refused`, `discarded` or `failed`."""

    parked: Parked
    outcome: str
    reason: str = ""


def listed(stores: Stores, service: str | None = None) -> list[Parked]:
    """Everything that is parked now, oldest first. Raises `Wrong` for an unknown service."""
    found = (
        one for name, store in stores.items() if service in (None, name) for one in _of_store(name, store)
    )
    return sorted(found, key=lambda one: (one.at, one.id, one.service))


def _of_store(service: str, store: Store) -> Iterator[Parked]:
    ids = [row.member for row in store.rows_of(OPEN)]
    queues = store.rows([(QUEUE, id) for id in ids]) if ids else {}
    streams = store.load({f"{PARKED}-{id}": 0 for id in ids}) if ids else {}
    # Where the first of a queue was discarded, the next one blocks the order, and waits behind nothing.
    first = {row.member for row in store.rows_of(BLOCKED)}
    for id in ids:
        events = streams[f"{PARKED}-{id}"]
        message, *later = (_CODEC.decode(event) for event in events)
        message = replace(message, behind=None) if id in first else message
        failures = [event.reason for event in later if isinstance(event, RetryFailed)]
        at = moment(read_meta(events[0].state).recorded).isoformat(timespec="seconds")
        reason = failures[-1] if failures else message.reason
        yield Parked(service, id, at, reason, message, len(queues.get((QUEUE, id), ())))


def named(stores: Stores, id: str, service: str | None = None) -> list[Parked]:
    """The parked message with this id, or the beginning of one; of each service that parked it."""
    if len(id) < SHORTEST:
        raise Wrong(f"'{id}' is too short for an id: give at least {SHORTEST} characters of it")
    found = [one for one in listed(stores, service) if one.id.startswith(id)]
    if not found:
        raise Failed(f"nothing with the id {id} is parked: 'aftersale parked list' shows what is")
    if len({one.id for one in found}) > 1:
        raise Wrong(f"'{id}' begins the ids of several parked messages: give more of it")
    return found


# -------------------------------------------------------------------------------------------- showing


def as_json(one: Parked, keys: Keys | None = None) -> dict[str, Any]:
    """What is known of it; with keys also what it says."""
    message = one.message
    body = {
        "id": one.id,
        "service": one.service,
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "parkedAt": one.at,
        "accountId": message.account,
        "orderId": message.order,
        "reason": one.reason,
        "behind": message.behind,
        "waiting": one.waiting,
    }
    if keys is None:
        return body
    text, headers = opened(one, keys)
    return {**body, "key": message.key, "headers": dict(headers), "value": text}


def opened(one: Parked, keys: Keys) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The body and the headers as they were read; no body when its account was forgotten."""
    message = one.message
    account = owner(one.id, message.account)
    found = as_it_was(message, keys.get((account,), make=False).get(account))
    if found is None:
        return None, message.headers
    return found[0].encode("latin-1").decode("utf-8", "replace"), found[1]


def overview(parked: Iterable[Parked]) -> RenderableType:
    """A line for each."""
    made = table("id", "service", "topic", "order", "parked", "queue", "reason")
    for one in parked:
        made.add_row(
            one.short,
            one.service,
            one.message.topic,
            text(one.message.order),
            one.at,
            f"behind {one.message.behind[:SHORT]}" if one.message.behind else str(one.waiting or ""),
            text(one.reason),
        )
    return made


def page(one: Parked, keys: Keys) -> RenderableType:
    """Everything about one."""
    message = one.message
    said, headers = opened(one, keys)
    facts = table("", "")
    facts.show_header = False
    for name, fact in (
        ("service", one.service),
        ("topic", f"{message.topic}, partition {message.partition}, offset {message.offset}"),
        ("key", message.key),
        ("account", message.account),
        ("order", message.order),
        ("parked", one.at),
        ("reason", one.reason),
        ("queue", f"{one.waiting} wait behind it" if one.waiting else None),
        ("behind", message.behind),
        *(("header", f"{name}: {raw}") for name, raw in headers),
    ):
        if fact:
            facts.add_row(f"[dim]{name}[/]", text(fact))
    shown = "[dim]its account was forgotten: it can only be discarded[/]" if said is None else text(said)
    return Group(f"[bold]Parked {one.id}[/]", facts, "", shown)


def outcomes(found: Iterable[Outcome]) -> RenderableType:
    """What became of each."""
    made = table("id", "service", "topic", "order", "outcome", "")
    for parked, outcome, reason in found:
        message = parked.message
        made.add_row(
            parked.short,
            parked.service,
            message.topic,
            text(message.order),
            coloured(outcome),
            text(reason),
        )
    return made


# ---------------------------------------------------------------------------------------------- asking


def ask(stores: Stores, wanted: Iterable[Parked], verb: Verb) -> list[Outcome]:
    """Asks the services, and waits for what becomes of each. Raises `Failed` when none answers in time."""
    wishes = [(_allowed(one), _length(stores[one.service], one)) for one in wanted]
    for one, _ in wishes:
        member = f"{one.id}:{DISCARD}" if verb == "discard" else one.id
        row = Row(RETRY, str(one.message.partition), member)
        stores[one.service].commit(Commit(put_rows=[row]))
    deadline = time.monotonic() + ANSWER_SECONDS
    return [_outcome(stores[one.service], one, length, deadline) for one, length in wishes]


def _allowed(one: Parked) -> Parked:
    if one.message.behind is not None:
        raise Wrong(
            f"{one.short} only waits behind {one.message.behind[:SHORT]} of the same order: "
            "retry or discard that, and the queue follows in order"
        )
    return one


def _length(store: Store, one: Parked) -> int:
    return len(store.load({f"{PARKED}-{one.id}": 0})[f"{PARKED}-{one.id}"])


def _outcome(store: Store, one: Parked, length: int, deadline: float) -> Outcome:
    stream = f"{PARKED}-{one.id}"
    while time.monotonic() < deadline:
        for event in store.load({stream: length}).get(stream, ()):
            match _CODEC.decode(event):
                case ParkedResolved(outcome=outcome):
                    return Outcome(one, outcome)
                case RetryFailed(reason=reason):
                    return Outcome(one, "failed", reason)
        time.sleep(LOOK_SECONDS)
    raise Failed(
        f"{one.service} did not answer within {ANSWER_SECONDS:g} s: is it running? "
        "What was asked for stands, and is done when it is back"
    )
