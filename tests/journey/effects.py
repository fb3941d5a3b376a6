"""What took effect, as the stores hold it: each thing once, and exactly what it should be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from services.chassis import answers
from services.chassis.ports import Record, Store, StoredEvent
from services.chassis.service import Service
from services.chassis.stored import Codec, split
from services.cli.installation import service_of
from services.fulfillment.domain.task_events import TaskClosed, TaskReleased
from services.inventory.domain import instance_events as instances
from services.order.domain.events import OrderCompleted

EVERYTHING = 10_000_000
_TAKEN = (instances.InstanceReserved, instances.InstanceMade)
_LET_GO = (instances.InstanceLanded, instances.InstanceFreed, instances.InstanceReleased)

Takes = Counter[str]
"""How often each instance was taken so far."""

Effects = dict[str, Counter[str]]
"""How often each kind of event stands in each stream."""


def codec(service: Service) -> Codec:
    return Codec((*service.stored, *answers.STORED))


def twice(name: str, store: Store) -> list[str]:
    """Whatever took effect twice in the store of a service, or stands in it as it must not."""
    log = store.log(0, EVERYTHING)
    decode = codec(service_of(name)).decode
    takes: Takes = Counter()
    effects = Counter(
        effect for stored in log for effect in _effects(split(stored.stream)[1], decode(stored), takes)
    )
    return [*_gaps(log), *(f"{effect} {count} times" for effect, count in effects.items() if count > 1)]


def _gaps(log: Iterable[StoredEvent]) -> Iterator[str]:
    last: Counter[str] = Counter()
    for stored in log:
        last[stored.stream] += 1
        if stored.version != last[stored.stream]:
            yield f"{stored.stream} has version {stored.version} where {last[stored.stream]} should stand"


def _effects(id: str, event: Any, takes: Takes) -> Iterator[str]:
    """What may happen once only. An instance may be taken again for another line: the end of a window."""
    match event:
        case _ if isinstance(event, _TAKEN):
            takes[id] += 1
            yield f"instance {id} taken by {event.order_id} v{event.version} for line {event.line_id}"
        case instances.InstanceFlipped():
            yield f"instance {id}, taken {takes[id]} times, flipped by {event.order_id} v{event.version}"
        case _ if isinstance(event, _LET_GO):
            yield f"instance {id}, taken {takes[id]} times, let go by {event.order_id} v{event.version}"
        case TaskReleased(task_id=task, attempt=attempt):
            yield f"task {task} requested, attempt {attempt}"
        case TaskClosed(task_id=task, attempt=attempt):
            yield f"task {task} closed with attempt {attempt}"
        case OrderCompleted():
            yield f"order {id} completed"


def effects_of(log: Iterable[StoredEvent]) -> Effects:
    """What happened, but for what depends on who was heard first.

    An order that was completed before the making of its plan was heard is never called started.
    """
    found: Effects = defaultdict(Counter)
    for stored in log:
        if stored.name != "order.started.v1":
            found[stored.stream][stored.name] += 1
    return dict(found)


def missing_and_more(wanted: Mapping[str, Counter[str]], log: Iterable[StoredEvent]) -> list[str]:
    """Where the log differs from the effects that should stand in it."""
    found = effects_of(log)
    return [
        f"{stream}: {dict(counts)} should be {dict(wanted[stream])}"
        for stream in wanted
        if (counts := found.get(stream, Counter())) != wanted[stream]
    ]


def ambiguous(records: Sequence[Record]) -> list[str]:
    """Messages of our own that share an id and say different things."""
    said: dict[tuple[str, bytes], set[bytes]] = defaultdict(set)
    for record in records:
        said[record.topic, dict(record.headers)["ce_id"]].add(record.value)
    return [f"{topic} {id.decode()}" for (topic, id), values in said.items() if len(values) > 1]
