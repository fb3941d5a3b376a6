"""Every event about an order, return, instance or account, across the services, causes before effects.

An event names the message that caused it. What an order caused is found by following those names forward;
why an instance changed, by following them back. Everything of one account is read, as nothing crosses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from services.audit.source import Nothing, Sources, Tell, silent
from services.audit.timeline_found import (
    WHERE,
    At,
    Found,
    Kind,
    account_of,
    causes_of,
    chosen,
    data_of,
    in_order,
    of_account,
)
from services.chassis.answers import REFUSED
from services.chassis.personal import TOKEN, unseal_all, unseal_value
from services.chassis.ports import Keys
from services.chassis.stored import Meta, moment

WORDS = ("reason", "message", "resolution", "note")
"""Fields of a command that say why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One event of a timeline. Personal values are readable while the key of their account is there."""

    at: At
    sequence: int
    name: str
    account: str | None
    recorded: int
    effective: int
    actor: str | None
    cause: str | None
    """The id of the message that caused it."""
    by: At | None
    """The event that said this message; None when it came from outside, or from a timer."""
    correlation: str | None
    rules: tuple[str, ...]
    why: tuple[str, ...]
    """The words of who asked, and the sentence of every reason that the event gives."""
    command: str | None
    """The type of the command from outside, where this is the first event that it caused."""
    source: str | None
    asked: Any
    """What the command said."""
    data: Any

    def as_json(self) -> dict[str, Any]:
        """What `--json` shows."""
        return {
            "service": self.at.service,
            "event": self.at.id,
            "sequence": self.sequence,
            "name": self.name,
            "accountId": self.account,
            "recorded": moment(self.recorded).isoformat(),
            "effective": moment(self.effective).isoformat(),
            "actor": self.actor,
            "cause": self.cause,
            "causedBy": None if self.by is None else {"service": self.by.service, "event": self.by.id},
            "correlation": self.correlation,
            "rules": list(self.rules),
            "why": list(self.why),
            "command": self.command,
            "source": self.source,
            "asked": self.asked,
            "data": self.data,
        }


def timeline(sources: Sources, keys: Keys, kind: Kind, id: str, tell: Tell = silent) -> list[Entry]:
    """Every event about it, causes before their effects. Raises `Nothing`."""
    account = id if kind == "account" else account_of(sources, kind, id)
    found = of_account(sources, account, tell)
    causes = causes_of(sources, found)
    wanted = found.keys() if kind == "account" else chosen(kind, id, found, causes)
    if not wanted:
        raise Nothing(f"no stored event speaks of {kind} {id}: {WHERE[kind]}")
    key = keys.get((account,), make=False).get(account)
    return [_entry(found[at], causes.get(at), key) for at in in_order(wanted, found, causes)]


def _entry(one: Found, by: At | None, key: bytes | None) -> Entry:
    meta, raw = one.meta, data_of(one.stored)
    data = from_json(raw)
    asked = _asked(meta, key)
    named = list(_reasons(data)) if b'"rule"' in raw else []
    return Entry(
        at=one.at,
        sequence=one.stored.sequence,
        name=one.stored.name,
        account=meta.account,
        recorded=meta.recorded,
        effective=meta.effective_at,
        actor=meta.actor,
        cause=meta.cause,
        by=by,
        correlation=meta.correlation,
        rules=tuple(dict.fromkeys(reason["rule"] for reason in named)),
        why=(*_words(asked), *dict.fromkeys(_sentences(named, key))),
        command=meta.command_type or _refused_type(one, data),
        source=meta.command_source,
        asked=asked,
        data=unseal_all(key, data) if TOKEN in raw else data,
    )


def _refused_type(one: Found, data: Mapping[str, Any]) -> str | None:
    return data.get("command_type") if one.stored.stream.startswith(f"{REFUSED}-") else None


def _asked(meta: Meta, key: bytes | None) -> Any:
    """The command as it was sent; None when its account was forgotten."""
    if meta.command is None:
        return None
    text = meta.command if meta.account is None else unseal_value(key, meta.command)
    return None if text is None else from_json(text)


def _words(asked: Any) -> Iterator[str]:
    """Why the command was sent, in the words of who sent it."""
    if isinstance(asked, dict):
        yield from (word for name in WORDS if isinstance(word := asked.get(name), str))


def _sentences(reasons: Iterable[Mapping[str, Any]], key: bytes | None) -> Iterator[str]:
    for reason in reasons:
        said = unseal_all(key, reason.get("message"))
        if isinstance(said, str):
            yield said


def _reasons(data: Any) -> Iterator[Mapping[str, Any]]:
    """Whatever names a rule, wherever it stands in the event."""
    match data:
        case dict():
            if isinstance(data.get("rule"), str):
                yield data
            for inner in data.values():
                yield from _reasons(inner)
        case list():
            for inner in data:
                yield from _reasons(inner)
