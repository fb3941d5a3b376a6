"""A timeline as a Mermaid sequence diagram: who said what to whom, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from services.audit.timeline import Entry

OUTSIDE = "outside"
"""Who sent a command that was stored before its sender was."""
TIMER = "timer"
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ._-/@~+()")


def diagram(entries: Sequence[Entry]) -> str:
    """The diagram as text; every name in it is written so that Mermaid takes it as text."""
    names = {name: f"p{number}" for number, name in enumerate(_participants(entries))}
    lines = ["sequenceDiagram", "    autonumber"]
    lines += [f"    participant {id} as {escaped(name)}" for name, id in names.items()]
    told: set[tuple[str, str | None]] = set()
    for entry in entries:
        here = names[entry.at.service]
        if (entry.at.service, entry.cause) not in told:
            told.add((entry.at.service, entry.cause))
            lines.append(f"    {names[_sender(entry)]}->>{here}: {escaped(_said(entry))}")
        lines.append(f"    Note over {here}: {escaped(_noted(entry))}")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Whatever could mean something to Mermaid as the entity it has for it."""
    return "".join(each if each in _PLAIN else f"#{ord(each)};" for each in text)


def _participants(entries: Iterable[Entry]) -> Iterator[str]:
    """Each once, in the order in which they first act."""
    yield from dict.fromkeys(name for entry in entries for name in (_sender(entry), entry.at.service))


def _sender(entry: Entry) -> str:
    if entry.by is not None:
        return entry.by.service
    if (entry.cause or "").startswith("timer/"):
        return TIMER
    return entry.source or OUTSIDE


def _said(entry: Entry) -> str:
    if entry.by is not None:
        return entry.by.id
    named = (entry.command or "").removeprefix("aftersale.").removesuffix(".v1")
    return " ".join(filter(None, (named, entry.cause))) or "unknown"


def _noted(entry: Entry) -> str:
    rules = f" ({', '.join(entry.rules)})" if entry.rules else ""
    return f"{entry.name.rpartition('.v')[0]} {entry.at.id}{rules}"
