"""What of a batch is to be handled: each message once, our own in the order of their sender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from msgspec import DecodeError
from msgspec.structs import replace
from pydantic import ValidationError

from schemas.envelope import (
    MAX_BYTES,
    MAX_OUT_BYTES,
    Envelope,
    Unreadable,
    parsed,
    read,
)
from schemas.registry import MESSAGES, advice
from schemas.topics import CATALOG, TOPICS
from services.chassis import fields
from services.chassis.answers import digest, payload
from services.chassis.batch import Batch, Setup
from services.chassis.following import Following
from services.chassis.heard import reader, unread
from services.chassis.parking import Parking
from services.chassis.partitions import partition_of
from services.chassis.ports import Answer, PortError, Record
from services.chassis.service import Service, Why
from services.chassis.taken import Faulted, Handled, Taken, key_of


class Intake:
    """Reads records for one service: commands from outside here, messages of our own by their senders."""

    def __init__(self, service: Service, setup: Setup, parking: Parking) -> None:
        self.service = service
        self.setup = setup
        self.parking = parking
        self._validators: dict[str, Any] = {
            type_: reader(route.model) for type_, route in service.routes.items()
        }
        self._following = Following(service, setup, parking)

    def forget(self) -> None:
        """How far each sender was followed is read from the store again."""
        self._following.forget()

    def landed(self, places: Mapping[str, int]) -> None:
        """These places were committed."""
        self._following.landed(places)

    def pass_over(self, batch: Batch, record: Record, handled: Handled) -> bool:
        """Counts the record as handled whatever stands in it; False when it is not its turn."""
        return record.topic in _EXTERNAL or self._following.pass_over(batch, record, handled)

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
                own += self._following.take(batch, part, handled)
        self._once(batch, own, asked, handled)
        return [taken for taken in own if taken is not None]

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
        except DecodeError as error:
            return (Why("FIELD", unread(error)),), None
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
            mine = payload(one.envelope.type, one.body)
            if pair not in known:
                known[pair] = mine
                batch.commit.answers.append(Answer(*pair, mine))
            elif known[pair] == mine or known[pair] == _as_sent(one):
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
        return replace(one, refusal=(why,))


def _as_sent(one: Taken) -> bytes:
    """How commands were kept when their very bytes counted."""
    return digest(one.envelope.type.encode(), one.body)


_PARTITION = itemgetter(0, 1)
_EXTERNAL = frozenset(name for name, topic in TOPICS.items() if topic.external)
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
