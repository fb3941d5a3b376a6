"""The CloudEvents 1.0 envelope: binary mode in Kafka headers, structured mode in files and on request.

Strict in what it takes: presence is checked before anything else, because a made-up id would make a
redelivery look new.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

MAX_BYTES = 256 * 1024
MAX_DEPTH = 10
STRUCTURED = "application/cloudevents+json"
SPEC_VERSION = "1.0"

Headers = tuple[tuple[str, bytes], ...]


class Unreadable(Exception):
    """A record that is no message: it is parked untouched, with this reason. `field` names the attribute."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The attributes of one message. `time` is evidence only; `sequence`, `previous` and `logid` are ours."""

    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    account: str | None = None
    correlation: str | None = None
    causation: str | None = None
    actor: str | None = None
    traceparent: str | None = None
    sequence: int | None = None
    previous: int | None = None
    logid: str | None = None


_NAMES = {
    "ce_id": "id",
    "ce_source": "source",
    "ce_type": "type",
    "ce_subject": "subject",
    "ce_time": "time",
    "ce_accountid": "account",
    "ce_correlationid": "correlation",
    "ce_causationid": "causation",
    "ce_actor": "actor",
    "ce_traceparent": "traceparent",
    "ce_logid": "logid",
}
_WHOLE = {"ce_sequence": "sequence", "ce_previous": "previous"}
_STRUCTURED_NAMES = {header[3:]: name for header, name in _NAMES.items()}


def read(headers: Iterable[tuple[str, bytes]], value: bytes, keyless: bool = False) -> tuple[Envelope, bytes]:
    """The envelope, and the payload as JSON bytes. Raises `Unreadable`; `keyless` topics need no account."""
    if len(value) > MAX_BYTES:
        raise Unreadable(f"the message has {len(value)} bytes: {MAX_BYTES} are allowed")
    fields: dict[str, Any] = {}
    structured = False
    for name, raw in headers:
        _take(fields, name, raw)
        structured = structured or (name.lower() == "content-type" and raw.startswith(STRUCTURED.encode()))
    if structured:
        fields, value = _structured(value)
    return _checked(fields, keyless), value


def _take(fields: dict[str, Any], name: str, raw: bytes) -> None:
    try:
        if name in _NAMES:
            fields[_NAMES[name]] = raw.decode()
        elif name in _WHOLE:
            fields[_WHOLE[name]] = int(raw)
    except ValueError as error:
        raise Unreadable(f"the header {name} cannot be read: {error}", name[3:]) from error


def _structured(value: bytes) -> tuple[dict[str, Any], bytes]:
    body = parsed(value)
    if not isinstance(body, dict):
        raise Unreadable("a structured CloudEvent is a JSON object")
    fields = {
        name: body[attribute]
        for attribute, name in _STRUCTURED_NAMES.items()
        if isinstance(body.get(attribute), str)
    }
    return fields, to_json(body.get("data"))


def _checked(fields: dict[str, Any], keyless: bool) -> Envelope:
    for name in ("id", "source", "type"):
        if not fields.get(name):
            raise Unreadable(f"the CloudEvents attribute '{name}' is missing: give every message one", name)
    if not keyless and not fields.get("account"):
        raise Unreadable(
            "the attribute 'accountid' is missing: it is the account the message is about", "accountid"
        )
    return Envelope(**fields)


def parsed(value: bytes) -> Any:
    """The JSON value. Raises `Unreadable` for what is not JSON, or nested deeper than allowed."""
    try:
        body = from_json(value)
    except ValueError as error:
        raise Unreadable(f"the body is not JSON: {error}") from error
    check_depth(body)
    return body


def check_depth(body: Any) -> None:
    """Raises `Unreadable` when objects and lists are nested deeper than `MAX_DEPTH`."""
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise Unreadable(f"the body is nested deeper than {MAX_DEPTH} levels")


def write(envelope: Envelope) -> Headers:
    """The headers of binary mode."""
    headers = [("ce_specversion", b"1.0"), ("content-type", b"application/json")]
    headers += [
        (name, value.encode()) for name, at in _NAMES.items() if (value := getattr(envelope, at)) is not None
    ]
    headers += [
        (name, b"%d" % value) for name, at in _WHOLE.items() if (value := getattr(envelope, at)) is not None
    ]
    return tuple(headers)


def from_line(line: str) -> tuple[Envelope, bytes]:
    """One line of a JSONL file (structured mode). Raises `Unreadable`; an account is not asked for."""
    fields, data = _structured(line.encode())
    return _checked(fields, keyless=True), data


def to_line(envelope: Envelope, data: Any) -> str:
    """One line of a JSONL file."""
    attributes: dict[str, Any] = {"specversion": SPEC_VERSION}
    for attribute, name in _STRUCTURED_NAMES.items():
        if (value := getattr(envelope, name)) is not None:
            attributes[attribute] = value
    return json.dumps({**attributes, "datacontenttype": "application/json", "data": data}, ensure_ascii=False)
