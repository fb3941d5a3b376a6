"""A timeline as a Mermaid sequence diagram: who said what to whom, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from services.audit.timeline import Entry
from services.audit.timeline_found import TIMER, At
from services.chassis.settings import SERVICES

OUTSIDE = "outside"
"""Who sent a command that was stored before its sender was."""
BY_TIMER = "timer"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-/@~+()")


class Step(NamedTuple):
    """What a service did, and the message before it where this is the first that came of it."""

    entry: Entry
    sender: str | None
    said: str


def diagram(entries: Sequence[Entry]) -> str:
    """The diagram as text; every name in it is written so that Mermaid takes it as text."""
    steps = list(_steps(entries))
    names = {name: f"p{number}" for number, name in enumerate(_participants(steps))}
    lines = ["sequenceDiagram", "    autonumber"]
    lines += [f"    participant {id} as {escaped(name)}" for name, id in names.items()]
    for step in steps:
        here = names[step.entry.at.service]
        if step.sender is not None:
            lines.append(f"    {names[step.sender]}->>{here}: {escaped(step.said)}")
        lines.append(f"    Note over {here}: {escaped(_noted(step.entry))}")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Whatever could mean something to Mermaid as the entity it has for it."""
    return "".join(each if each in _PLAIN else f"#{ord(each)};" for each in text)


def _steps(entries: Iterable[Entry]) -> Iterator[Step]:
    told: set[tuple[str, str | None]] = set()
    names: dict[At, str] = {}
    for entry in entries:
        first = (entry.at.service, entry.cause) not in told
        told.add((entry.at.service, entry.cause))
        names[entry.at] = _short(entry.name)
        yield Step(entry, _sender(entry) if first else None, _said(entry, names))


def _participants(steps: Iterable[Step]) -> Iterator[str]:
    """Each once, in the order in which they first act."""
    acting = (name for step in steps for name in (step.sender, step.entry.at.service) if name is not None)
    yield from dict.fromkeys(acting)


def _sender(entry: Entry) -> str:
    if entry.by is not None:
        return entry.by.service
    if (entry.cause or "").startswith(TIMER):
        return BY_TIMER
    source = entry.source or OUTSIDE
    # Anybody may call themselves like one of ours.
    return f"{source} ({OUTSIDE})" if source in (*SERVICES, BY_TIMER) else source


def _said(entry: Entry, names: Mapping[At, str]) -> str:
    if entry.by is not None:
        return " ".join(filter(None, (names.get(entry.by), entry.by.id)))
    return " ".join(filter(None, (_short(entry.command or ""), entry.cause))) or "unknown"


def _short(name: str) -> str:
    """`aftersale.order.place.v1` and `order.placed.v1` without what surrounds the name."""
    return name.removeprefix("aftersale.").partition(".v")[0]


def _noted(entry: Entry) -> str:
    rules = f" ({', '.join(entry.rules)})" if entry.rules else ""
    return f"{_short(entry.name)} {entry.at.id}{rules}"
