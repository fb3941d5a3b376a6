"""What the events of one message say, so that two decisions can be held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, NamedTuple

from pydantic_core import from_json

from services.audit.asof_diff import UNSAID
from services.audit.source import Source
from services.chassis.answers import PARKED
from services.chassis.ports import StoredEvent
from services.chassis.stored import split

FAULT: Mapping[str, Any] = {"fault": {"event": "fault", "message": "it could not be decided"}}
"""What is said of a decision that failed."""


class Outcome(NamedTuple):
    """What came of a message: the names of the events, and every rule that they cite."""

    events: tuple[str, ...]
    rules: tuple[str, ...]

    def __str__(self) -> str:
        rules = f" ({', '.join(self.rules)})" if self.rules else ""
        return f"{', '.join(dict.fromkeys(self.events)) or 'nothing'}{rules}"


def said(source: Source, events: Iterable[StoredEvent]) -> dict[str, Any]:
    """What the events say, each under its stream and name.

    A field that an older form of the event did not have yet is `UNSAID`.
    """
    found: dict[str, Any] = {}
    numbers = Counter[str]()
    for event in events:
        if split(event.stream)[0] != PARKED:
            decoded = source.codec.decode(event)
            name, data = source.codec.encode(decoded)
            told = from_json(data)
            if name == event.name:
                told = _as_far_as(from_json(_data(event)), told, decoded)
            short = name.partition(".v")[0]
            place = f"{event.stream} {short}"
            numbers[place] += 1
            place = place if numbers[place] == 1 else f"{place}#{numbers[place]}"
            found[place] = {"event": short, **_plain(told)}
    return found


def _as_far_as(written: Any, told: Any, value: Any) -> Any:
    """What is told of a value, as far as it was written: a field can be new, a name in a map cannot."""
    match written, told:
        case dict(), dict():
            fields = is_dataclass(value)
            return {
                name: _as_far_as(written.get(name), part, _part(value, name))
                if name in written or not fields
                else UNSAID
                for name, part in told.items()
            }
        case list(), list() if isinstance(value, list | tuple) and len(written) == len(told) == len(value):
            return [_as_far_as(*each) for each in zip(written, told, value, strict=True)]
        case _:
            return told


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _plain(value: Any) -> Any:
    """Without how a reason is worded, and without which version of an entry was the last one."""
    match value:
        case dict():
            left_out = _VERSIONS | _WORDS if "rule" in value else _VERSIONS
            return {name: _plain(part) for name, part in value.items() if name not in left_out}
        case list():
            return [_plain(part) for part in value]
        case _:
            return value


_VERSIONS = frozenset({"specification_version", "specificationVersion"})
_WORDS = frozenset({"message"})


def alike(some: Iterable[StoredEvent], others: Iterable[StoredEvent]) -> bool:
    """Whether they are the same to the byte, but for when, who and why."""
    return list(map(_bare, some)) == list(map(_bare, others))


def _bare(event: StoredEvent) -> tuple[str, int, str, bytes]:
    return event.stream, event.version, event.name, _data(event)


def _data(event: StoredEvent) -> bytes:
    return event.state[event.state.index(b"\n") + 1 :]


def outcome(told: Mapping[str, Any]) -> Outcome:
    return Outcome(tuple(each["event"] for each in told.values()), tuple(dict.fromkeys(_rules(told))))


def _rules(value: Any) -> Iterator[str]:
    match value:
        case dict():
            if isinstance(rule := value.get("rule"), str):
                yield rule
            for part in value.values():
                yield from _rules(part)
        case list():
            for part in value:
                yield from _rules(part)
