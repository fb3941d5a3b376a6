"""What is taken from the bus to be handled, and what a batch of it came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from schemas.envelope import Envelope
from services.chassis.batch import Appended
from services.chassis.ports import Committed, Record, TopicPartition
from services.chassis.service import Route, Why


class Faulted(Exception):
    """A message could not be handled; nothing of its batch took effect. The cause is `__cause__`."""

    def __init__(self, record: Record) -> None:
        super().__init__(f"{record.topic}/{record.partition}@{record.offset} could not be handled")
        self.record = record


class Taken(msgspec.Struct, frozen=True):
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


def key_of(envelope: Envelope, record: Record) -> str:
    """What is published about the message has this key."""
    return envelope.account or (record.key or b"").decode("utf-8", "replace") or envelope.id
