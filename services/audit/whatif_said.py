"""What the events of one message say, so that two decisions can be held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json

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
    """What the events say, each under its stream and name."""
    found: dict[str, Any] = {}
    numbers = Counter[str]()
    for event in events:
        if split(event.stream)[0] != PARKED:
            name, data = source.codec.encode(source.codec.decode(event))
            short = name.partition(".v")[0]
            place = f"{event.stream} {short}"
            numbers[place] += 1
            place = place if numbers[place] == 1 else f"{place}#{numbers[place]}"
            found[place] = {"event": short, **_plain(from_json(data))}
    return found


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
    return event.stream, event.version, event.name, event.state[event.state.index(b"\n") + 1 :]


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
