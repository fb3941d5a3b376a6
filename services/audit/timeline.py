"""Every event about an order, an instance or an account, across the services, causes before effects.

An event names the message that caused it. What an order caused is found by following those names forward;
why an instance changed, by following them back. Everything of one account is read, as nothing crosses it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from pydantic_core import from_json, to_json

from services.audit.source import Nothing, Source, Sources, Tell, scan, silent
from services.chassis.answers import PARKED, REFUSED
from services.chassis.personal import TOKEN, unseal_all, unseal_value
from services.chassis.ports import Keys, StoredEvent
from services.chassis.stored import Meta, moment, read_meta, split

Kind = Literal["order", "instance", "account"]
KINDS: tuple[Kind, ...] = get_args(Kind)

OF_ORDER = ("order", "reservation", "plan")
"""Categories whose streams are known by the id of an order."""

Follow = Mapping[str, str]
"""Service to the topic of its events."""


class At(NamedTuple):
    """Where an event stands: its service, and the id of its message there."""

    service: str
    id: str


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
            "command": self.command,
            "source": self.source,
            "asked": self.asked,
            "data": self.data,
        }


class _Found(NamedTuple):
    """A stored event on its way into a timeline."""

    at: At
    stored: StoredEvent
    meta: Meta


def timeline(sources: Sources, keys: Keys, kind: Kind, id: str, tell: Tell = silent) -> list[Entry]:
    """Every event about it, causes before their effects. Raises `Nothing`."""
    account = id if kind == "account" else account_of(sources, kind, id)
    found = _of_account(sources, account, tell)
    causes = _causes(sources, found)
    wanted = found.keys() if kind == "account" else _wanted(kind, id, found, causes)
    if not wanted:
        raise Nothing(f"no stored event speaks of {kind} {id}: {_WHERE[kind]}")
    key = keys.get((account,), make=False).get(account)
    return [_entry(found[at], causes.get(at), key) for at in _in_order(wanted, found, causes)]


_WHERE = {
    "order": "'aftersale show account ACCOUNT' lists the orders of an account",
    "instance": "'aftersale show account ACCOUNT' lists what an account has",
    "account": "an account is known from its first command on",
}


# ---------------------------------------------------------------------------------------- finding


def account_of(sources: Sources, kind: Kind, id: str) -> str:
    """Whose it is, by the first event of its streams. Raises `Nothing`."""
    categories = OF_ORDER if kind == "order" else (kind,)
    for source in sources.values():
        streams = [f"{name}-{id}" for name in categories if name in source.categories]
        for events in source.store.load(dict.fromkeys(streams, 0)).values():
            for event in events[:1]:
                if (account := read_meta(event.state).account) is not None:
                    return account
    for source in sources.values():
        if (account := _refused_for(source, id)) is not None and kind == "order":
            return account
    raise Nothing(f"no stored event speaks of {kind} {id}: {_WHERE[kind]}")


def _refused_for(source: Source, order: str) -> str | None:
    """Whose commands about an order were refused, where no order was made."""
    refused = source.store.rows([("refused", order)]).get(("refused", order), [])
    found = source.store.load({f"{REFUSED}-{name}": 0 for name in refused[:1]}) if refused else {}
    return next((read_meta(event.state).account for events in found.values() for event in events), None)


def _of_account(sources: Sources, account: str, tell: Tell) -> dict[At, _Found]:
    heads = {name: source.store.head() for name, source in sources.items()}
    found: dict[At, _Found] = {}
    before, total = 0, sum(heads.values())
    for name, source in sources.items():
        for stored, meta in _lines(source, account, heads[name], _shifted(tell, before, total)):
            at = At(name, f"{stored.stream}@{stored.version}")
            found[at] = _Found(at, stored, meta)
        before += heads[name]
    return found


def _lines(source: Source, account: str, head: int, tell: Tell) -> Iterator[tuple[StoredEvent, Meta]]:
    # Looked for in the bytes first: most of a log belongs to other accounts.
    mark = b'"a":' + to_json(account)
    for stored in scan(source.store, head, tell):
        if mark in stored.state and (meta := read_meta(stored.state)).account == account:
            yield stored, meta


def _shifted(tell: Tell, before: int, total: int) -> Tell:
    return lambda done, _: tell(before + done, total)


# -------------------------------------------------------------------------------------- following


def _causes(sources: Sources, found: Mapping[At, _Found]) -> dict[At, At]:
    """Effect to cause. An id is unique in the log of its sender; who that can be follows from the topics."""
    heard = {
        name: [
            other.name
            for other in sources.values()
            if other.name != name and other.service.events_topic in source.service.topics
        ]
        for name, source in sources.items()
    }
    return {
        at: by
        for at, one in found.items()
        for sender in heard[at.service]
        if (by := At(sender, (one.meta.cause or "").removesuffix("+"))) in found
    }


def _wanted(kind: Kind, id: str, found: Mapping[At, _Found], causes: Mapping[At, At]) -> Collection[At]:
    if kind == "order":
        return _forward({at for at, one in found.items() if _of_order(id, one)}, found, causes)
    return _backward(
        {at for at, one in found.items() if one.stored.stream == f"instance-{id}"}, found, causes
    )


def _of_order(id: str, one: _Found) -> bool:
    category, own = split(one.stored.stream)
    if category in OF_ORDER:
        return own == id
    if category == "report":
        return own.startswith(f"{id}.")
    if category not in (REFUSED, PARKED):
        return False
    data = from_json(_data(one.stored))
    return id in (data.get("about"), data.get("order"))


def _forward(begin: set[At], found: Iterable[At], causes: Mapping[At, At]) -> set[At]:
    """With everything that they caused, and what that caused."""
    effects: dict[At, list[At]] = {}
    for at in found:
        if (by := causes.get(at)) is not None:
            effects.setdefault(by, []).append(at)
    return _closed(begin, lambda at: effects.get(at, ()))


def _backward(begin: set[At], found: Mapping[At, _Found], causes: Mapping[At, At]) -> set[At]:
    """With everything that caused them, and what caused that, up to the event that keeps the command."""
    asked = {
        (at.service, one.meta.cause): at for at, one in found.items() if one.meta.command_type is not None
    }

    def before(at: At) -> Iterable[At]:
        by = causes.get(at) or asked.get((at.service, found[at].meta.cause))
        return () if by is None else (by,)

    return _closed(begin, before)


def _closed(begin: set[At], following: Callable[[At], Iterable[At]]) -> set[At]:
    seen, waiting = set(begin), list(begin)
    while waiting:
        further = set(following(waiting.pop())) - seen
        seen |= further
        waiting += further
    return seen


def _in_order(wanted: Collection[At], found: Mapping[At, _Found], causes: Mapping[At, At]) -> Iterator[At]:
    """Each log in its order, an effect never before its cause, otherwise by the time it was recorded."""
    logs: dict[str, list[At]] = {}
    for at in found:
        if at in wanted:
            logs.setdefault(at.service, []).append(at)
    for log in logs.values():
        log.reverse()
    told: set[At] = set()
    while heads := [log[-1] for log in logs.values() if log]:
        ready = [at for at in heads if (by := causes.get(at)) is None or by in told or by not in wanted]
        # Clocks of several machines may differ; nothing else could leave none ready.
        first = min(ready or heads, key=lambda at: found[at].meta.recorded)
        logs[first.service].pop()
        told.add(first)
        yield first


# ---------------------------------------------------------------------------------------- telling


def _entry(one: _Found, by: At | None, key: bytes | None) -> Entry:
    meta, raw = one.meta, _data(one.stored)
    data = from_json(raw)
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
        rules=tuple(dict.fromkeys(_rules(data))) if b'"rule"' in raw else (),
        command=meta.command_type or _refused_type(one, data),
        source=meta.command_source,
        asked=_asked(meta, key),
        data=unseal_all(key, data) if TOKEN in raw else data,
    )


def _refused_type(one: _Found, data: Mapping[str, Any]) -> str | None:
    return data.get("command_type") if one.stored.stream.startswith(f"{REFUSED}-") else None


def _asked(meta: Meta, key: bytes | None) -> Any:
    """The command as it was sent; None when its account was forgotten."""
    if meta.command is None:
        return None
    text = meta.command if meta.account is None else unseal_value(key, meta.command)
    return None if text is None else from_json(text)


def _rules(data: Any) -> Iterator[str]:
    """Every rule that an event names, wherever it stands in it."""
    match data:
        case dict():
            if isinstance(rule := data.get("rule"), str):
                yield rule
            for inner in data.values():
                yield from _rules(inner)
        case list():
            for inner in data:
                yield from _rules(inner)


def _data(stored: StoredEvent) -> bytes:
    return stored.state[stored.state.index(b"\n") + 1 :]
