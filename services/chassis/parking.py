"""Messages that cannot be handled: kept in the store, shown on `<topic>.parked`, retried by a person."""

from __future__ import annotations

import re
from typing import Any, Literal

from schemas.envelope import MAX_ATTRIBUTE, MAX_OUT_BYTES, Unreadable, read
from schemas.topics import CATALOG
from services.chassis.answers import (
    PARKED,
    MessageParked,
    ParkedMessage,
    ParkedResolved,
    RetryFailed,
    digest,
    identity,
)
from services.chassis.batch import Batch, Setup
from services.chassis.personal import is_sealed, seal, seal_value, unseal, unseal_value
from services.chassis.ports import Record, Row
from services.chassis.stored import Meta, micros
from services.chassis.work import MessageWork

OPEN = "parked"
QUEUE = "queue"
BLOCKED = "blocked"
RETRY = "retry"
DISCARD = "discard"
_KNOWN_HEADER = re.compile(
    r"content-type|aftersale-(timer|due)|ce_(specversion|datacontenttype|dataschema|id|source|type|subject|time"
    r"|accountid|correlationid|causationid|actor|traceparent|tracestate|sequence|previous|logid)",
    re.IGNORECASE,
)
"""What says what a message is. Of any other header nobody knows whom it names, so it is sealed."""


class Parking:
    """Which orders wait, and the events that say so. A parked message blocks its order, and nothing else."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._blocked: dict[str, str] | None = None

    def forget(self) -> None:
        self._blocked = None

    def blocker(self, order: str) -> str | None:
        """The parked message behind which the order waits."""
        if self._blocked is None:
            self._blocked = {row.key: row.member for row in self._setup.store.rows_of(BLOCKED)}
        return self._blocked.get(order)

    def unreadable(self, batch: Batch, record: Record, reason: str) -> None:
        """Parks a record that is no message, or not one of its type: it blocks nothing."""
        envelope_id = f"{record.topic}/{record.partition}/{record.offset}"
        account = _account(record)
        key = account or (record.key or b"").decode("utf-8", "replace") or envelope_id
        meta = Meta(key=key, account=account, recorded=micros(batch.now), cause=envelope_id)
        self._park(batch, record, meta, MessageParked(**_shape(record, batch, account), reason=reason))

    def fault(self, batch: Batch, work: MessageWork, record: Record, why: tuple[str, str | None]) -> None:
        """Parks a message that failed again and again; what follows for its order queues behind it."""
        reason, order = why
        event = MessageParked(**_shape(record, batch, work.message.account), reason=reason, order=order)
        id = self._park(batch, record, work.meta, event)
        if order is not None:
            batch.put(Row(BLOCKED, order, id))
            self._blocked = None

    def queue(self, batch: Batch, work: MessageWork, record: Record, behind: tuple[str, str]) -> None:
        """Parks a message behind the one that blocks its order."""
        order, blocker = behind
        event = MessageParked(
            **_shape(record, batch, work.message.account),
            reason=f"waits for the parked message {blocker} of the same order",
            order=order,
            behind=blocker,
        )
        id = self._park(batch, record, work.meta, event)
        place = len(batch.members(QUEUE, blocker))
        batch.put(Row(QUEUE, blocker, f"{place:08d}:{id}"))

    def resolved(
        self, batch: Batch, state: ParkedMessage, outcome: Literal["handled", "refused", "discarded"]
    ) -> None:
        """Takes a parked message off the list, with what became of it."""
        assert state.message is not None
        batch.append(PARKED, state.id, (ParkedResolved(outcome=outcome),), self._meta(batch, state))
        batch.drop(Row(OPEN, str(state.message.partition), state.id))
        if state.message.order is not None:
            batch.drop(Row(BLOCKED, state.message.order, state.id))

    def promoted(self, batch: Batch, state: ParkedMessage) -> None:
        """What waited behind a discarded message waits behind the first of them, which is tried next."""
        waiting = sorted(batch.members(QUEUE, state.id))
        for member in waiting:
            batch.drop(Row(QUEUE, state.id, member))
        if not waiting:
            return
        first, *rest = (member.split(":", 1)[1] for member in waiting)
        assert state.message is not None
        assert state.message.order is not None
        batch.put(Row(BLOCKED, state.message.order, first))
        for place, id in enumerate(rest):
            batch.put(Row(QUEUE, first, f"{place:08d}:{id}"))
        batch.put(Row(RETRY, str(state.message.partition), first))
        self._blocked = None

    def answered(self, batch: Batch, state: ParkedMessage) -> None:
        """What a person asked for is done with. The row is another process's: what is remembered is stale."""
        assert state.message is not None
        partition = str(state.message.partition)
        batch.cache.forget((), [(RETRY, partition)])
        for asked in (state.id, f"{state.id}:{DISCARD}"):
            batch.drop(Row(RETRY, partition, asked))

    def failed(self, batch: Batch, state: ParkedMessage, reason: str) -> None:
        """It was tried again and stays parked."""
        assert state.message is not None
        batch.append(PARKED, state.id, (RetryFailed(reason=reason),), self._meta(batch, state))

    def record(self, batch: Batch, state: ParkedMessage) -> Record:
        """The record as it was read. Raises `Unreadable` when the account was forgotten."""
        message = state.message
        assert message is not None
        opened = as_it_was(message, batch.key_of(owner(state.id, message.account)))
        if opened is None:
            raise Unreadable("the account of this message was forgotten: discard it")
        text, headers = opened
        return Record(
            message.topic,
            message.partition,
            message.offset,
            0,
            None if message.key is None else message.key.encode("latin-1"),
            text.encode("latin-1"),
            tuple((name, raw.encode("latin-1")) for name, raw in headers),
        )

    def _meta(self, batch: Batch, state: ParkedMessage) -> Meta:
        assert state.message is not None
        key = state.message.key or state.id
        return Meta(key=key, account=state.message.account, recorded=micros(batch.now), cause=state.id)

    def _park(self, batch: Batch, record: Record, meta: Meta, event: MessageParked) -> str:
        id = identity(record.topic, *_identity(record))
        state: ParkedMessage = batch.fold(PARKED, id).state
        if state.message is None:
            batch.append(PARKED, id, (event,), meta)
            batch.put(Row(OPEN, str(record.partition), id))
        return id


def owner(id: str, account: str | None) -> str:
    """Whose key seals a parked message: its account's; its own where nobody knows the account."""
    return account or f"{PARKED}/{id}"


def as_it_was(message: MessageParked, key: bytes | None) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Body and headers as they were read, in Latin-1; None when the key was ended."""
    if not message.sealed:
        return message.value, message.headers
    if key is None or (text := unseal(key, message.value)) is None:
        return None
    return text, tuple(
        (name, unseal_value(key, raw) if is_sealed(raw) else raw) for name, raw in message.headers
    )


def _identity(record: Record) -> tuple[str, ...]:
    """What stays the same when the record comes again; a wiped log gives its offset to another."""
    try:
        envelope, _ = read(record.headers, record.value, keyless=True, limit=MAX_OUT_BYTES)
    except Unreadable:
        parts = (record.value, *(part for name, raw in record.headers for part in (name.encode(), raw)))
        return (str(record.partition), str(record.offset), digest(*parts).hex())
    return (envelope.source, envelope.id)


def _account(record: Record) -> str | None:
    """Whose key seals what cannot be read: its sender says it in a header, or by the key of the record."""
    if record.topic == CATALOG:
        return None
    said = next((raw for name, raw in record.headers if name == "ce_accountid"), b"") or record.key or b""
    account = said.decode("utf-8", "replace")
    return account if 0 < len(account) <= MAX_ATTRIBUTE and account.isprintable() else None


def _shape(record: Record, batch: Batch, account: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": None if record.key is None else record.key.decode("latin-1"),
        "headers": tuple((name, raw.decode("latin-1")) for name, raw in record.headers),
        "value": record.value.decode("latin-1"),
        "sealed": False,
        "account": account,
    }
    if record.topic == CATALOG:
        return told
    key = batch.key_of(owner(identity(record.topic, *_identity(record)), account))
    headers = tuple((name, raw) for name, raw in told["headers"] if key or _KNOWN_HEADER.fullmatch(name))
    if key is None:
        # The account was forgotten: that there was a message is kept, and nothing of what it says.
        return {**told, "headers": headers, "value": "", "sealed": True}
    sealed = tuple(
        (name, raw if _KNOWN_HEADER.fullmatch(name) else seal_value(key, raw)) for name, raw in headers
    )
    return {**told, "headers": sealed, "value": seal(key, told["value"]), "sealed": True}
