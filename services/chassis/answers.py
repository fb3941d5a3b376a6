"""What the chassis itself appends: refused commands and parked messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from msgspec import MsgspecError
from msgspec.json import decode, encode

from schemas.envelope import Envelope
from services.chassis.service import Category, Happened, Public, Version, Why

REFUSED = "command"
PARKED = "parked"

MAX_REASONS = 800_000
"""Bytes of the reasons of one refusal, so that they fit into a message."""
_AROUND = 150
"""What a reason takes beside its sentence and its field."""


def digest(*parts: bytes) -> bytes:
    """16 bytes that stand for these parts; their lengths count."""
    hashed = blake2b(digest_size=16)
    for part in parts:
        hashed.update(b"%d:" % len(part))
        hashed.update(part)
    return hashed.digest()


def payload(type_: str, body: bytes) -> bytes:
    """16 bytes that stand for what a command says, in whatever order and spacing its JSON is written."""
    return digest(type_.encode(), _in_order(body))


def _in_order(body: bytes) -> bytes:
    try:
        return encode(decode(body), order="sorted")
    except (MsgspecError, RecursionError, UnicodeError):
        return body  # no JSON, or none that anybody reads: it is what it is


def identity(*parts: str) -> str:
    """A name that follows from its causes."""
    return digest(*(part.encode() for part in parts)).hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    rule: str
    message: str
    line_id: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRefused:
    """A command from outside broke a rule. `about` is the order it named, if any."""

    command_id: str
    command_source: str
    command_type: str
    reasons: tuple[Reason, ...]
    about: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageParked:
    """A message that could not be handled, or that waits behind one that could not.

    `value` is sealed with the key of the account, or with one of its own where no account is known. On the
    catalog's topic, where nothing is personal, it is the original bytes in Latin-1.
    """

    topic: str
    partition: int
    offset: int
    key: str | None
    headers: tuple[tuple[str, str], ...]
    value: str
    sealed: bool
    reason: str
    account: str | None = None
    order: str | None = None
    behind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryFailed:
    """A person had it tried again, and it failed again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedResolved:
    """It was handled after all, or discarded by a person."""

    outcome: Literal["handled", "discarded", "refused"]
    by: str | None = None


@dataclass(slots=True, kw_only=True)
class ParkedMessage:
    """The fold of a parked stream."""

    id: str
    message: MessageParked | None = None
    reason: str = ""
    open: bool = False


def _evolve_parked(state: ParkedMessage, event: Any) -> ParkedMessage:
    match event:
        case MessageParked():
            state.message, state.reason, state.open = event, event.reason, True
        case RetryFailed():
            state.reason = event.reason
        case ParkedResolved():
            state.open = False
    return state


@dataclass(slots=True)
class Refusals:
    """The fold of a refused command."""

    id: str
    events: list[CommandRefused] = field(default_factory=list)


def _evolve_refusals(state: Refusals, event: CommandRefused) -> Refusals:
    state.events.append(event)
    return state


CATEGORIES = (
    Category(name=REFUSED, initial=Refusals, evolve=_evolve_refusals),
    Category(name=PARKED, initial=lambda id: ParkedMessage(id=id), evolve=_evolve_parked),
)
STORED = (
    Version(name="command.refused.v1", type=CommandRefused),
    Version(name="message.parked.v1", type=MessageParked),
    Version(name="message.retry-failed.v1", type=RetryFailed),
    Version(name="message.resolved.v1", type=ParkedResolved),
)


def refusal(command: Envelope, reasons: tuple[Why, ...], about: str | None) -> CommandRefused:
    """The event for a command that is refused."""
    return CommandRefused(
        command_id=command.id,
        command_source=command.source,
        command_type=command.type,
        account=command.account,
        reasons=tuple(Reason(**reason._asdict()) for reason in _that_fit(reasons)),
        about=about,
    )


def _that_fit(reasons: tuple[Why, ...]) -> Iterator[Why]:
    """As many as fit into a message; what is left out is counted."""
    size = 0
    for at, reason in enumerate(reasons):
        size += _AROUND + len(reason.message.encode()) + len((reason.field or "").encode())
        if size > MAX_REASONS:
            message = f"{len(reasons) - at} more reasons do not fit into one answer: mend the others first"
            yield Why("LIM-01", message)
            return
        yield reason


def publish(topic: str, happened: Happened) -> tuple[Public, ...]:
    """`command.refused` on the service's own topic; parked messages go out by themselves."""
    match happened.event:
        case CommandRefused() as event:
            data = {
                "commandId": event.command_id,
                "commandSource": event.command_source,
                "commandType": event.command_type,
                "reasons": [reason_data(reason) for reason in event.reasons],
            }
            return (Public(topic, "command.refused", event.command_id, data),)
    return ()


def reason_data(reason: Reason) -> dict[str, Any]:
    """A reason as the public messages write it."""
    data = {"rule": reason.rule, "message": reason.message, "lineId": reason.line_id, "field": reason.field}
    return {name: value for name, value in data.items() if value is not None}
