"""One message at work: what its handler reads, appends and remembers, in the batch it is part of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from pydantic_core import to_json

from schemas.envelope import Envelope
from services.chassis.batch import Batch
from services.chassis.partitions import partition_of
from services.chassis.personal import is_sealed, seal_value, unseal_value
from services.chassis.ports import Row, Timer
from services.chassis.stored import Meta, micros


class MessageWork:
    """The `Work` of one message."""

    __slots__ = ("_batch", "_command", "_meta", "message")

    def __init__(self, batch: Batch, message: Envelope, key: str, command: bytes | None = None) -> None:
        self._batch = batch
        self.message = message
        self._command = command
        self._meta = Meta(
            key,
            message.account,
            batch.recorded,
            None,
            message.id,
            message.correlation or message.id,
            message.actor,
            message.traceparent,
            None,
            batch.ahead,
        )

    @property
    def now(self) -> datetime:
        return self._batch.now

    @property
    def meta(self) -> Meta:
        return self._meta

    def state(self, category: str, id: str) -> Any:
        return self._batch.fold(category, id).state

    def version(self, category: str, id: str) -> int:
        return self._batch.fold(category, id).version

    def append(self, category: str, id: str, *events: Any, effective: datetime | None = None) -> None:
        if self._command is not None and events:
            # It stands on the first event that it caused.
            self._batch.append(category, id, events[:1], self._meta_of(effective))
            events = events[1:]
        if events:
            plain = effective is None
            self._batch.append(category, id, events, self._meta if plain else self._meta_of(effective))

    def _meta_of(self, effective: datetime | None) -> Meta:
        kept, self._command = self._command, None
        when = None if effective is None else micros(effective)
        if kept is None:
            return replace(self._meta, effective=when)
        return replace(
            self._meta,
            effective=when,
            command=self._kept(kept),
            command_type=self.message.type,
            command_source=self.message.source,
        )

    def _kept(self, command: bytes) -> str | None:
        """None when the account was forgotten: nothing of it is kept then."""
        text = command.decode("utf-8", "replace")
        if self.message.account is None:
            return text
        sealed: str | None = self._sealed(text)
        return sealed

    def members(self, kind: str, key: str) -> Collection[str]:
        # In one order for ever, and safe to walk through while rows are put and dropped.
        return sorted(self._batch.members(kind, key))

    def put(self, kind: str, key: str, member: str) -> None:
        self._batch.put(Row(kind, key, member))

    def drop(self, kind: str, key: str, member: str) -> None:
        self._batch.drop(Row(kind, key, member))

    def timer(self, id: str, due: datetime, name: str, data: Mapping[str, Any]) -> None:
        message = self.message
        body = {
            "name": name,
            "data": dict(data),
            "account": message.account,
            "correlation": message.correlation or message.id,
            "actor": message.actor,
            "traceparent": message.traceparent,
        }
        partition = partition_of(self._meta.key.encode(), self._batch.setup.partitions)
        self._batch.timer(id, Timer(id, partition, micros(due), to_json(body)))

    def cancel_timer(self, id: str) -> None:
        self._batch.timer(id, None)

    def seal(self, value: Any) -> Any:
        if value is None or is_sealed(value) or self.message.account is None:
            return value
        return self._sealed(value)

    def _sealed(self, value: Any) -> Any:
        if (key := self._batch.key_of(str(self.message.account))) is None:
            return None
        return seal_value(key, value)

    def unseal(self, value: Any) -> Any:
        if not is_sealed(value) or self.message.account is None:
            return value
        return unseal_value(self._batch.key_of(self.message.account), value)
