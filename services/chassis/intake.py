"""What of a batch is to be handled: each message once, our own in the order of their sender."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic import ValidationError

from schemas.envelope import (
    MAX_BYTES,
    MAX_OUT_BYTES,
    Envelope,
    Unreadable,
    of_own,
    parsed,
    read,
    text,
)
from schemas.headers import glance
from schemas.registry import MESSAGES, advice
from schemas.topics import CATALOG, TOPICS
from services.chassis import fields
from services.chassis.answers import digest
from services.chassis.lane import Lane
from services.chassis.parking import Parking
from services.chassis.partitions import partition_of
from services.chassis.ports import Answer, Committed, PortError, Record, TopicPartition
from services.chassis.service import Route, Service, Why
from services.chassis.stored import adapter
from services.chassis.work import Appended, Batch, Setup


class Faulted(Exception):
    """A message could not be handled; nothing of its batch took effect. The cause is `__cause__`."""

    def __init__(self, record: Record) -> None:
        super().__init__(f"{record.topic}/{record.partition}@{record.offset} could not be handled")
        self.record = record


class Taken(NamedTuple):
    """A record that is to be handled: its envelope, its route and what it says."""

    record: Record
    envelope: Envelope
    key: str
    route: Route | None
    data: Any
    external: bool
    body: bytes
    refusal: tuple[Why, ...] = ()


@dataclass(slots=True, kw_only=True)
class Handled:
    """What a batch came to. `gaps` are partitions where something earlier is missing still."""

    committed: Committed | None = None
    appended: list[Appended] = field(default_factory=list)
    gaps: dict[TopicPartition, int] = field(default_factory=dict)
    """The offset of the first record that does not fit yet."""
    places: Mapping[str, int] = field(default_factory=dict)
    """Those that were moved."""
    counts: Counter[str] = field(default_factory=Counter)


class Intake:
    """Reads records for one service, and knows how far each sender was followed."""

    def __init__(self, service: Service, setup: Setup, parking: Parking) -> None:
        self.service = service
        self.setup = setup
        self.parking = parking
        self._validators: dict[str, Any] = {
            type_: adapter(route.model).validator.validate_json for type_, route in service.routes.items()
        }
        self._mine: dict[bytes, tuple[Route, Any]] = {
            type_.encode(): (route, self._validators[type_]) for type_, route in service.routes.items()
        }
        self._places: dict[str, int] | None = None

    def forget(self) -> None:
        """The places are read from the store again."""
        self._places = None

    def landed(self, places: Mapping[str, int]) -> None:
        """These places were committed."""
        if self._places is not None:
            self._places.update(places)

    def take(self, batch: Batch, records: Iterable[Record], handled: Handled) -> list[Taken]:
        own: list[Taken | None] = []
        asked: list[tuple[int, Taken]] = []
        for (topic, _), part in groupby(records, _PARTITION):
            if topic in _EXTERNAL:
                for record in part:
                    if (taken := self._external(batch, record)) is not None:
                        asked.append((len(own), taken))
                        own.append(taken)
            else:
                own += self._followed(batch, part, handled)
        self._once(batch, own, asked, handled)
        return [taken for taken in own if taken is not None]

    def _followed(self, batch: Batch, part: Iterable[Record], handled: Handled) -> list[Taken]:
        """Messages of our own in one partition: those that are next of their sender, and acted on here."""
        found: list[Taken] = []
        counts = handled.counts
        lane = _NOWHERE
        for record in part:
            try:
                type_, sequence, previous, logid = glance(record.headers)
                if lane.logid != logid or logid is None:
                    lane = self._lane(batch, record, logid)
                turn = lane.turn(sequence, previous)
                if turn == "next":
                    batch.commit.places[lane.name] = lane.known
                    if (mine := self._mine.get(type_)) is None:
                        counts["passed over" if type_ in _KNOWN else "unknown"] += 1
                    elif (taken := self._own(record, mine)) is None:
                        counts["passed over"] += 1
                    else:
                        found.append(taken)
                elif turn == "again":
                    counts["again"] += 1
                else:
                    handled.gaps.setdefault(TopicPartition(record.topic, record.partition), record.offset)
            except (Unreadable, ValidationError) as error:
                why = fields.unread(error) if isinstance(error, ValidationError) else str(error)
                self.parking.unreadable(batch, record, why)
                counts["parked"] += 1
            except PortError:
                raise
            except Exception as error:
                raise Faulted(record) from error
        return found

    def _own(self, record: Record, mine: tuple[Route, Any]) -> Taken | None:
        """What it says, when that is acted on here. Raises `Unreadable`, `ValidationError`."""
        route, validate = mine
        if route.concerns is not None and not route.concerns(record.value):
            return None
        envelope = of_own(record.headers)
        data = validate(record.value)
        return Taken(record, envelope, key_of(envelope, record), route, data, False, record.value)

    def _lane(self, batch: Batch, record: Record, logid: bytes | None) -> Lane:
        if logid is None:
            raise Unreadable(
                "a message of our own services has a 'logid': it names the log it is of", "logid"
            )
        name = f"{record.topic}/{record.partition}/{text(logid)}"
        if self._places is None:
            self._places = self.setup.store.places()
        return Lane(name, logid, batch.commit.places.get(name) or self._places.get(name, 0))

    def pass_over(self, batch: Batch, record: Record, handled: Handled) -> bool:
        """Counts the record as handled whatever stands in it; False when it is not its turn."""
        if record.topic in _EXTERNAL:
            return True
        try:
            _, sequence, previous, logid = glance(record.headers)
            lane = self._lane(batch, record, logid)
            turn = lane.turn(sequence, previous)
        except Unreadable:
            return True
        if turn == "next":
            batch.commit.places[lane.name] = lane.known
        elif turn == "again":
            handled.counts["again"] += 1
        else:
            handled.gaps.setdefault(TopicPartition(record.topic, record.partition), record.offset)
        return turn == "next"

    def _external(self, batch: Batch, record: Record) -> Taken | None:
        try:
            return self._command(batch, record)
        except PortError:
            raise
        except Exception as error:
            raise Faulted(record) from error

    def _command(self, batch: Batch, record: Record) -> Taken | None:
        """A message from outside, when it can be read at all."""
        answering = TOPICS[record.topic].answered_by in (None, self.service.name)
        try:
            envelope, body = read(record.headers, record.value, record.topic == CATALOG)
            reasons, data = self.read(envelope, record, body)
        except Unreadable as error:
            if answering:
                self.parking.unreadable(batch, record, str(error))
            return None
        if reasons and not answering:
            return None
        route = self.service.routes.get(envelope.type)
        return Taken(record, envelope, key_of(envelope, record), route, data, True, body, reasons)

    def again(self, record: Record) -> Taken:
        """A record that was parked, whatever was handled since. Raises `Unreadable`."""
        external = TOPICS[record.topic].external
        limit = MAX_BYTES if external else MAX_OUT_BYTES
        keyless = not external or record.topic == CATALOG
        envelope, body = read(record.headers, record.value, keyless, limit)
        reasons, data = self.read(envelope, record, body)
        route = self.service.routes.get(envelope.type)
        return Taken(record, envelope, key_of(envelope, record), route, data, external, body, reasons)

    def read(self, envelope: Envelope, record: Record, body: bytes) -> tuple[tuple[Why, ...], Any]:
        """The reasons why the command cannot even be decided, or its content. Raises `Unreadable`."""
        if body.find(_SUSPECT) >= 0 and (why := fields.unkept(parsed(body))) is not None:
            return (why,), None
        validate, known = self._validators.get(envelope.type), MESSAGES.get(envelope.type)
        if validate is None or (known is not None and record.topic not in known.topics):
            parsed(body)
            return (_unknown_type(envelope, record.topic),), None
        try:
            data = validate(body)
        except ValidationError as error:
            model = self.service.routes[envelope.type].model
            return fields.reasons(error, parsed(body), model), None
        if (why := self._misplaced(envelope, record, data)) is not None:
            return (why,), data
        return (), data

    def _misplaced(self, envelope: Envelope, record: Record, data: Any) -> Why | None:
        if envelope.account is None or record.topic == CATALOG:
            return None
        said = getattr(data, "account_id", envelope.account)
        if said != envelope.account:
            return Why(
                "ENV-01",
                f"the message is keyed by account {envelope.account} and speaks of account {said}: "
                "give both the same account",
                field="accountId",
            )
        if partition_of(envelope.account.encode(), self.setup.partitions) != record.partition:
            return Why(
                "ENV-02",
                "the record lies in another partition than its account's: use the accountid as the "
                "Kafka key, and the partitioner murmur2 (librdkafka: murmur2_random)",
                field="accountid",
            )
        return None

    def _once(
        self,
        batch: Batch,
        all_: list[Taken | None],
        asked: Sequence[tuple[int, Taken]],
        handled: Handled,
    ) -> None:
        """Known commands are dropped, or refused when they come with another payload (D-answers)."""
        if not asked:
            return
        pairs = {(one.envelope.source, one.envelope.id) for _, one in asked}
        known = dict(self.setup.store.answers(pairs))
        for index, one in asked:
            pair = (one.envelope.source, one.envelope.id)
            mine = digest(one.envelope.type.encode(), one.body)
            if pair not in known:
                known[pair] = mine
                batch.commit.answers.append(Answer(*pair, mine))
            elif known[pair] == mine:
                handled.counts["again"] += 1
                all_[index] = None
            else:
                all_[index] = self._other_payload(batch, one, mine)

    def _other_payload(self, batch: Batch, one: Taken, mine: bytes) -> Taken | None:
        """Refused once: the same other payload again is nothing."""
        again = (one.envelope.source, f"{one.envelope.id}#{mine.hex()}")
        if again in self.setup.store.answers((again,)) or Answer(*again, mine) in batch.commit.answers:
            return None
        batch.commit.answers.append(Answer(*again, mine))
        why = Why(
            "ENV-03",
            f"the command {one.envelope.id} of {one.envelope.source} was handled before with another "
            "payload: a new command needs a new id",
            field="id",
        )
        return one._replace(refusal=(why,))


def key_of(envelope: Envelope, record: Record) -> str:
    """What is published about the message has this key."""
    return envelope.account or (record.key or b"").decode("utf-8", "replace") or envelope.id


_PARTITION = itemgetter(0, 1)
_NOWHERE = Lane("", None, 0)
_EXTERNAL = frozenset(name for name, topic in TOPICS.items() if topic.external)
_KNOWN = frozenset(type_.encode() for type_ in MESSAGES)
# Only an escape can bring U+0000 into JSON.
_SUSPECT = rb"\u0000"


def _unknown_type(envelope: Envelope, topic: str) -> Why:
    known = MESSAGES.get(envelope.type)
    near = advice(envelope.type, topic)
    if known is None:
        message = f"{envelope.type} is not known here: {near}"
    elif known.command:
        message = f"{envelope.type} belongs on {', '.join(known.topics)}, not on {topic}: send it there"
    else:
        message = f"{envelope.type} is what we say on {', '.join(known.topics)}, and no command: {near}"
    return Why("TYPE", message, field="type")
