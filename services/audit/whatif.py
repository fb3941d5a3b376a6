"""Every past decision taken again with the rules and the catalog of today; what would come out differently.

Each is taken from what was there then, whatever earlier decisions would have become: so a changed rule shows
where it matters itself, and not in all that followed. A reason in other words is no difference, and neither
is the number of the version that an entry of the catalog has by now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from schemas.envelope import Unreadable
from schemas.topics import CATALOG
from services.audit.asof_diff import Change, changes
from services.audit.source import Source, Sources, Tell, scan, silent
from services.audit.whatif_asked import Asked, Handled, Unasked, handled
from services.audit.whatif_past import Catalog, Past, ReadingKeys
from services.audit.whatif_said import FAULT, Outcome, alike, outcome, said
from services.audit.whatif_timers import Timers, of_timer
from services.chassis.batch import Batch
from services.chassis.deciding import run, work_of
from services.chassis.intake import Intake
from services.chassis.parking import Parking
from services.chassis.ports import Commit, Keys, Record, StoredEvent
from services.chassis.stored import moment, split
from services.chassis.taken import Faulted, Taken

OF_TRANSPORT = (b'"rule":"ENV-02"', b'"rule":"ENV-03"')
"""Refusals for where and how often a command came, which is no part of it."""


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
        self._timers = Timers(source.service)
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
        self._asked.check(one)
        desk, taken = self._asked_again(one)
        made = desk.decide(taken, one)
        found.decided[self._source.name] += 1
        if made is not None:
            self._timers.note(made)
            if alike(_stored(made), one.events):
                return
        then = said(self._source, one.events)
        now = FAULT if made is None else said(self._source, _stored(made))
        if differ := tuple(changes(then, now)):
            found.different.append(self._different(one, taken, (outcome(then), outcome(now)), differ))

    def _asked_again(self, one: Handled) -> tuple[Desk, Taken]:
        """The message, and where it is decided. Raises `Unasked`, and `Unreadable`."""
        if of_timer(one.meta):
            return self._today, self._timers.run(one.meta.cause or "")
        record = self._asked.record(one)
        if self._replaced and record.topic == CATALOG:
            raise Unasked("catalog")
        if any(rule in event.state for event in one.events for rule in OF_TRANSPORT):
            raise Unasked("transport")
        desk = self._then if record.topic == CATALOG else self._today
        return desk, desk.read(record)

    def _different(
        self, one: Handled, taken: Taken, outcomes: tuple[Outcome, Outcome], differ: tuple[Change, ...]
    ) -> Different:
        return Different(
            service=self._source.name,
            message=taken.envelope.type,
            id=taken.envelope.id,
            account=one.meta.account,
            recorded=one.meta.recorded,
            stream=one.first.stream,
            then=outcomes[0],
            now=outcomes[1],
            changes=differ,
        )


class Desk:
    """Where decisions are taken again, with the past that they read."""

    def __init__(self, source: Source, past: Past) -> None:
        self.past = past
        self._intake = Intake(source.service, past.setup, Parking(past.setup))

    def read(self, record: Record) -> Taken:
        """Raises `Unreadable`."""
        return self._intake.again(record)

    def decide(self, taken: Taken, one: Handled) -> Commit | None:
        """What would come of it; None when it cannot be handled."""
        self.past.stand_before(one.first.sequence)
        batch = Batch(self.past.setup, self.past.cache, moment(one.meta.recorded))
        try:
            run(batch, taken, work_of(batch, taken))
        except Faulted:
            batch.abandon()
            return None
        made = batch.written()
        if not alike(_stored(made), one.events):
            batch.abandon()
        return made


def _stored(made: Commit) -> list[StoredEvent]:
    return [StoredEvent(0, *new) for new in made.events]


def _today(source: Source) -> Callable[[str], Sequence[StoredEvent]]:
    """The catalog as it stands; each entry is read once."""

    @cache
    def stream(name: str) -> Sequence[StoredEvent]:
        return source.store.load({name: 0}).get(name, ())

    return stream


def _given(catalog: Catalog) -> Callable[[str], Sequence[StoredEvent]]:
    return lambda name: catalog.get(name, ())
