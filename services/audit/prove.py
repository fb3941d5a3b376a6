"""Makes proofs: from a log, its leaf hashes and its checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.audit import Checkpoint
from services.audit.checkpoint import Log
from services.audit.leaf import hashes
from services.audit.leaves import Leaves
from services.audit.merkle import consistency, inclusion, root_of
from services.audit.proofs import ConsistencyProof, InclusionProof, ProvenEvent
from services.chassis.ports import Store, StoredEvent


class Unproven(Exception):
    """There is no proof of what was asked for. The message says why, and what to do."""


class EventName(NamedTuple):
    """A stored event: its stream, and its version there."""

    stream: str
    version: int


def named(text: str) -> EventName:
    """`order-O-1@3`, which is also the id of the message it made (with a `+` on some topics).

    Raises `Unproven`.
    """
    stream, _, version = text.removesuffix("+").rpartition("@")
    if not stream or not version.isdecimal():
        raise Unproven(f"'{text}' names no event: write STREAM@VERSION, say order-O-1@3, or a message id")
    return EventName(stream, int(version))


def holding(stores: Mapping[str, Store], event: EventName) -> dict[str, StoredEvent]:
    """The services that have an event of this name, each with its own."""
    found: dict[str, StoredEvent] = {}
    for service, store in stores.items():
        later = store.load({event.stream: event.version - 1})[event.stream]
        if later and later[0].version == event.version:
            found[service] = later[0]
    return found


def prove_inclusion(event: StoredEvent, leaves: Leaves, last: Checkpoint) -> InclusionProof:
    """That the checkpoint covers this event as it is stored now. Raises `Unproven`."""
    what = f"{event.stream}@{event.version}"
    if event.sequence > last.sequence:
        raise Unproven(
            f"{what} came after the last checkpoint, that of {last.time}: the witness signs every second "
            "while it runs, so ask again"
        )
    _check(leaves, last)
    index = leaves.find(event.sequence)
    if index is None or [leaves.some(index, index + 1)[0].hash] != hashes([event]):
        raise Unproven(f"{what} is not what was signed at its place: run 'aftersale audit verify'")
    path = inclusion(leaves.hashes, index, last.size)
    return InclusionProof(
        event=ProvenEvent(**{**event._asdict(), "state": event.state.decode()}),
        index=index,
        path=tuple(node.hex() for node in path),
        checkpoint=last,
    )


def prove_consistency(leaves: Leaves, first: Checkpoint, second: Checkpoint) -> ConsistencyProof:
    """That the log only grew from the first to the second. Raises `Unproven`."""
    _check(leaves, second)
    path = consistency(leaves.hashes, first.size, second.size)
    return ConsistencyProof(first=first, second=second, path=tuple(node.hex() for node in path))


def of_size(log: Log, own: Sequence[Checkpoint], size: int | None) -> Checkpoint:
    """The checkpoint of this size, the last one where none is named. Raises `Unproven`."""
    if not own:
        raise Unproven(f"there is no checkpoint of the log of {log.service}: is the witness running?")
    if size is None:
        return own[-1]
    for one in own:
        if one.size == size:
            return one
    nearest = min(own, key=lambda one: abs(one.size - size))
    raise Unproven(f"no checkpoint of {log.service} covers {size} events; the nearest covers {nearest.size}")


def _check(leaves: Leaves, last: Checkpoint) -> None:
    """The hashes that a proof is made of lead to what was signed."""
    if len(leaves) < last.size or root_of(leaves.hashes(0, last.size)).hex() != last.root:
        raise Unproven(
            f"{leaves.path} does not lead to the checkpoint of {last.time}: run 'aftersale audit verify'; "
            "when the log holds, move that file away and start the witness again"
        )
