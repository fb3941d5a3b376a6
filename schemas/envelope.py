"""The CloudEvents 1.0 envelope: binary mode in Kafka headers, structured mode in files and on request.

Strict in what it takes: presence is checked before anything else, because a made-up id would make a
redelivery look new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from schemas.headers import Headers, Packed, names_of

MAX_BYTES = 256 * 1024
"""Of a message in."""
MAX_OUT_BYTES = 1024 * 1024
"""Of a message out, its key and headers included."""
MAX_ATTRIBUTE = 500
MAX_WHOLE = 2**63 - 1
MAX_DEPTH = 10
STRUCTURED = "application/cloudevents+json"
_STRUCTURED = STRUCTURED.encode()
SPEC_VERSION = "1.0"
JSON = "application/json"


class Unreadable(Exception):
    """A record that is no message: it is parked untouched, with this reason. `field` names the attribute."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Envelope(NamedTuple):
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
_STRUCTURED_NAMES = {header[3:]: name for header, name in _NAMES.items()}
_PUBLIC = {name: header[3:] for header, name in _NAMES.items() if name != "logid"}
"""The texts of an envelope in their order, by their public names."""


def read(
    headers: Iterable[tuple[str, bytes]], value: bytes, keyless: bool = False, limit: int = MAX_BYTES
) -> tuple[Envelope, bytes]:
    """The envelope, and the payload as JSON bytes. Raises `Unreadable`; `keyless` topics need no account."""
    if len(value) > limit:
        raise Unreadable(f"the message has {len(value)} bytes and {limit} are allowed: send less in one")
    found = dict(headers)
    content = found.get("content-type") or found.get("Content-Type")
    if content is not None and content.startswith(_STRUCTURED):
        fields, value = _structured(value)
        return _checked(Envelope(**fields), keyless), value
    return _checked(binary(found), keyless), value


def binary(headers: Mapping[str, bytes]) -> Envelope:
    """The envelope of binary mode; presence is not checked. Raises `Unreadable`."""
    return _envelope([None if (raw := headers.get(name)) is None else text(raw) for name in _ORDER])


def of_own(headers: Headers) -> Envelope:
    """The envelope of a message of our own, but for its place, which `glance` tells. Raises `Unreadable`."""
    if isinstance(headers, Packed):
        head, _, said = headers.packed.partition(b"\0")
        if (where := _where(head)) is not None:
            # One decoding for all, and each text found by its place.
            return _new(Envelope, where([*text(said).split("\0"), None]))
    return binary(dict(headers))._replace(sequence=None, previous=None)


def _envelope(texts: Sequence[str | None]) -> Envelope:
    sequence, previous = texts[10], texts[11]
    place = (
        None if sequence is None else whole(sequence, "sequence"),
        None if previous is None else whole(previous, "previous"),
    )
    return Envelope._make((*texts[:10], *place, texts[12]))


@lru_cache(maxsize=256)
def _where(head: bytes) -> Callable[[Sequence[str | None]], tuple[str | None, ...]] | None:
    """Takes the values in the order of an envelope, the last where there is none; None when not in plain."""
    names = names_of(head) if head else ()
    if not names or len(set(names)) < len(names):
        return None
    wanted = [name if name not in _PLACE else "" for name in _ORDER]
    return itemgetter(*(names.index(name) if name in names else -1 for name in wanted))


_new = tuple.__new__
_PLACE = ("ce_sequence", "ce_previous")
_ORDER = (
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_subject",
    "ce_time",
    "ce_accountid",
    "ce_correlationid",
    "ce_causationid",
    "ce_actor",
    "ce_traceparent",
    "ce_sequence",
    "ce_previous",
    "ce_logid",
)


def text(raw: bytes) -> str:
    """The text of a header. Raises `Unreadable`."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(f"a CloudEvents header is not UTF-8: {error}") from error


def whole(raw: bytes | str | None, name: str) -> int:
    """A place in a log, as one of our own messages says it. Raises `Unreadable`."""
    try:
        if raw is not None and 0 <= (number := int(raw)) <= MAX_WHOLE:
            return number
    except ValueError:
        pass
    said = "is missing" if raw is None else f"cannot be read: {raw!r}"
    raise Unreadable(f"the '{name}' of a message of our own {said}: it is a whole number", name)


def _structured(value: bytes) -> tuple[dict[str, Any], bytes]:
    body = parsed(value)
    if not isinstance(body, dict):
        raise Unreadable("a structured CloudEvent is a JSON object")
    fields = dict.fromkeys(("id", "source", "type"), "")
    fields |= {
        name: body[attribute]
        for attribute, name in _STRUCTURED_NAMES.items()
        if isinstance(body.get(attribute), str)
    }
    return fields, to_json(body.get("data"))


def _checked(envelope: Envelope, keyless: bool) -> Envelope:
    if not (envelope.id and envelope.source and envelope.type):
        name = "id" if not envelope.id else "source" if not envelope.source else "type"
        raise Unreadable(f"the CloudEvents attribute '{name}' is missing: give every message one", name)
    if not keyless and not envelope.account:
        raise Unreadable(
            "the attribute 'accountid' is missing: it is the account the message is about", "accountid"
        )
    for name, text in zip(_PUBLIC, envelope, strict=False):
        if isinstance(text, str) and (len(text) > MAX_ATTRIBUTE or not text.isprintable()):
            raise Unreadable(
                f"the attribute '{_PUBLIC[name]}' is longer than {MAX_ATTRIBUTE} characters, or has one that "
                "cannot be printed: make it short and plain",
                _PUBLIC[name],
            )
    return envelope


def parsed(value: bytes) -> Any:
    """The JSON value. Raises `Unreadable` for what is not JSON, or nested deeper than allowed."""
    try:
        body = from_json(value, allow_inf_nan=False)
    except ValueError as error:
        if "recursion limit" in str(error):
            raise _too_deep() from error
        raise Unreadable(f"the body is not JSON: {error}") from error
    check_depth(body)
    return body


def check_depth(body: Any) -> None:
    """Raises `Unreadable` when objects and lists are nested deeper than `MAX_DEPTH`."""
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH + 1):
        level = [one for one in level if isinstance(one, dict | list)]
        if not level:
            return
        level = [inner for one in level for inner in (one.values() if isinstance(one, dict) else one)]
    raise _too_deep()


def _too_deep() -> Unreadable:
    return Unreadable(f"the body is nested deeper than {MAX_DEPTH} levels: make it flatter")


CONTEXT = ("ce_time", "ce_accountid", "ce_correlationid", "ce_causationid", "ce_actor", "ce_traceparent")
"""What all messages of one cause share, each where there is one."""


def write(envelope: Envelope) -> Headers:
    """The headers of binary mode."""
    headers = [("ce_id", envelope.id.encode()), ("ce_type", envelope.type.encode())]
    if envelope.subject is not None:
        headers.append(("ce_subject", envelope.subject.encode()))
    if envelope.sequence is not None:
        headers += (
            ("ce_sequence", b"%d" % envelope.sequence),
            ("ce_previous", b"%d" % (envelope.previous or 0)),
        )
    if envelope.logid is not None:
        headers.append(("ce_logid", envelope.logid.encode()))
    headers += (
        ("ce_specversion", SPEC_VERSION.encode()),
        ("content-type", JSON.encode()),
        ("ce_source", envelope.source.encode()),
    )
    headers += [(name, text.encode()) for name, text in zip(CONTEXT, envelope[4:10], strict=True) if text]
    return tuple(headers)


def from_line(line: str) -> tuple[Envelope, bytes]:
    """One line of a JSONL file (structured mode). Raises `Unreadable`; an account is not asked for."""
    fields, data = _structured(line.encode())
    return _checked(Envelope(**fields), keyless=True), data


def to_line(envelope: Envelope, data: Any) -> str:
    """One line of a JSONL file."""
    attributes: dict[str, Any] = {"specversion": SPEC_VERSION}
    for attribute, name in _STRUCTURED_NAMES.items():
        if (value := getattr(envelope, name)) is not None:
            attributes[attribute] = value
    return json.dumps({**attributes, "datacontenttype": "application/json", "data": data}, ensure_ascii=False)
