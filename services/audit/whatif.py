"""Every past decision taken again with the rules and the catalog of today; what would come out differently.

Each is taken from what was there then, whatever earlier decisions would have become: so a changed rule shows
where it matters itself, and not in all that followed. A reason in other words is no difference, and neither
is the number of the version that an entry of the catalog has by now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from pydantic_core import from_json

from schemas.envelope import Unreadable
from schemas.topics import CATALOG
from services.audit.asof_diff import Change, changes
from services.audit.source import Source, Sources, Tell, scan, silent
from services.audit.whatif_asked import Asked, Handled, Unasked, handled
from services.audit.whatif_past import Catalog, Past, ReadingKeys
from services.chassis.answers import PARKED
from services.chassis.deciding import run, work_of
from services.chassis.intake import Faulted, Intake, Taken
from services.chassis.parking import Parking
from services.chassis.ports import Keys, Record, StoredEvent
from services.chassis.stored import moment, split
from services.chassis.work import Batch

OF_TRANSPORT = frozenset({"ENV-02", "ENV-03"})
"""Refusals for where and how often a command came, which is no part of it."""


class Outcome(NamedTuple):
    """What came of a message: the names of the events, and every rule that they cite."""

    events: tuple[str, ...]
    rules: tuple[str, ...]

    def __str__(self) -> str:
        rules = f" ({', '.join(self.rules)})" if self.rules else ""
        return f"{', '.join(dict.fromkeys(self.events)) or 'nothing'}{rules}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """A decision that would differ."""

    service: str
    message: str
    """Its type."""
    id: str
    account: str | None
    recorded: int
    stream: str
    then: Outcome
    now: Outcome
    changes: tuple[Change, ...]

    def as_json(self) -> dict[str, Any]:
        """What `--json` shows."""
        return {
            "service": self.service,
            "message": self.message,
            "id": self.id,
            "accountId": self.account,
            "recorded": moment(self.recorded).isoformat(),
            "stream": self.stream,
            "then": {"events": list(self.then.events), "rules": list(self.then.rules)},
            "now": {"events": list(self.now.events), "rules": list(self.now.rules)},
            "changes": [change._asdict() for change in self.changes],
        }


@dataclass(slots=True, kw_only=True)
class WhatIf:
    """How many decisions were taken again, those that differ, and why others could not be."""

    decided: Counter[str] = field(default_factory=Counter)
    different: list[Different] = field(default_factory=list)
    not_decided: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """What `--json` shows."""
        return {
            "decided": dict(self.decided),
            "different": [one.as_json() for one in self.different],
            "notDecided": dict(self.not_decided),
        }


def what_if(
    sources: Sources, keys: Keys, catalogs: Mapping[str, Catalog] | None = None, tell: Tell = silent
) -> WhatIf:
    """Takes every decision again. `catalogs`: by service, in place of the one that was published."""
    found, reading = WhatIf(), ReadingKeys(keys)
    heads = {name: source.store.head() for name, source in sources.items()}
    done, total = 0, sum(heads.values())
    for name, source in sources.items():
        catalog = None if catalogs is None else catalogs[name]
        again = _Again(source, Asked(source, sources, reading), reading, catalog)
        log = scan(source.store, heads[name], _shifted(tell, done, total))
        for one in handled(log):
            again.take(one, found)
        done += heads[name]
    found.different.sort(key=lambda one: (one.recorded, one.service))
    return found


def _shifted(tell: Tell, before: int, total: int) -> Tell:
    return lambda done, _: tell(before + done, total)


class _Again:
    """The decisions of one service."""

    def __init__(self, source: Source, asked: Asked, keys: ReadingKeys, catalog: Catalog | None) -> None:
        self._source = source
        self._asked = asked
        self._replaced = catalog is not None
        self._today = Desk(source, Past(source, keys, _today(source) if catalog is None else _given(catalog)))
        # Whether an entry could be published depends on the catalog as it was then.
        self._then = Desk(source, Past(source, keys, None))
        self._shared = {category.name for category in source.service.categories if category.shared}
        if catalog is not None:
            known = {event.stream for event in scan(source.store, source.store.head()) if event.version == 1}
            self._today.past.begin(stream for stream in catalog if stream not in known)

    def take(self, one: Handled, found: WhatIf) -> None:
        """Decides again, notes what differs, and goes on from what was stored."""
        try:
            self._decide(one, found)
        except Unasked as why:
            found.not_decided[str(why)] += 1
        except Unreadable:
            found.not_decided["unreadable"] += 1
        self._today.past.pass_over(one.events)
        self._then.past.pass_over([event for event in one.events if split(event.stream)[0] in self._shared])

    def _decide(self, one: Handled, found: WhatIf) -> None:
        record = self._asked.record(one)
        if self._replaced and record.topic == CATALOG:
            raise Unasked("catalog")
        then = said(self._source, one.events)
        if OF_TRANSPORT.intersection(_rules(then)):
            raise Unasked("transport")
        desk = self._then if record.topic == CATALOG else self._today
        taken, events = desk.decide(record, one)
        found.decided[self._source.name] += 1
        now = _FAULT if events is None else said(self._source, events)
        if differ := tuple(changes(then, now)):
            different = Different(
                service=self._source.name,
                message=taken.envelope.type,
                id=taken.envelope.id,
                account=one.meta.account,
                recorded=one.meta.recorded,
                stream=one.first.stream,
                then=_outcome(then),
                now=_outcome(now),
                changes=differ,
            )
            found.different.append(different)


_FAULT: Mapping[str, Any] = {"fault": {"event": "fault", "message": "it could not be decided"}}


class Desk:
    """Where decisions are taken again, with the past that they read."""

    def __init__(self, source: Source, past: Past) -> None:
        self.past = past
        self._intake = Intake(source.service, past.setup, Parking(past.setup))

    def decide(self, record: Record, one: Handled) -> tuple[Taken, list[StoredEvent] | None]:
        """The message as it was read, and the events that would come of it; None when it cannot be handled.

        Raises `Unreadable`.
        """
        self.past.stand_before(one.first.sequence)
        taken = self._intake.again(record)
        batch = Batch(self.past.setup, self.past.cache, moment(one.meta.recorded))
        try:
            run(batch, taken, work_of(batch, taken))
        except Faulted:
            batch.abandon()
            return taken, None
        events = [StoredEvent(0, *new) for new in batch.written().events]
        if list(map(_bare, events)) != list(map(_bare, one.events)):
            batch.abandon()
        return taken, events


def said(source: Source, events: Iterable[StoredEvent]) -> dict[str, Any]:
    """What the events say, each under its stream and name."""
    found: dict[str, Any] = {}
    for event in events:
        category = split(event.stream)[0]
        if category != PARKED:
            name, data = source.codec.encode(source.codec.decode(event))
            short = name.partition(".v")[0]
            place = f"{event.stream} {short}"
            number = sum(1 for other in found if other.partition("#")[0] == place)
            found[f"{place}#{number + 1}" if number else place] = {
                "event": short,
                **_plain(from_json(data)),
            }
    return found


def _plain(value: Any) -> Any:
    """Without how a reason is worded, and without which version of an entry was the last one."""
    match value:
        case dict():
            left_out = _VERSIONS | _WORDS if "rule" in value else _VERSIONS
            return {name: _plain(part) for name, part in value.items() if name not in left_out}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value


_VERSIONS = frozenset({"specification_version", "specificationVersion"})
_WORDS = frozenset({"message"})


def _bare(event: StoredEvent) -> tuple[str, int, str, bytes]:
    """All of it but when, who and why."""
    return event.stream, event.version, event.name, event.state[event.state.index(b"\n") + 1 :]


def _outcome(said: Mapping[str, Any]) -> Outcome:
    return Outcome(tuple(each["event"] for each in said.values()), tuple(dict.fromkeys(_rules(said))))


def _rules(value: Any) -> Iterator[str]:
    match value:
        case dict():
            if isinstance(rule := value.get("rule"), str):
                yield rule
            for part in value.values():
                yield from _rules(part)
        case list():
            for part in value:
                yield from _rules(part)


def _today(source: Source) -> Callable[[str], Sequence[StoredEvent]]:
    """The catalog as it stands; each entry is read once."""

    @cache
    def stream(name: str) -> Sequence[StoredEvent]:
        return source.store.load({name: 0}).get(name, ())

    return stream


def _given(catalog: Catalog) -> Callable[[str], Sequence[StoredEvent]]:
    return lambda name: catalog.get(name, ())
