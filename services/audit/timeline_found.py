"""Finds the events of a timeline: whose they are, what caused them, and in which order they are told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal, NamedTuple, get_args

from pydantic_core import from_json, to_json

from services.audit.source import Nothing, Source, Sources, Tell, scan
from services.chassis.answers import PARKED, REFUSED
from services.chassis.ports import StoredEvent
from services.chassis.stored import Meta, read_meta, split

Kind = Literal["order", "instance", "account", "return"]
KINDS: tuple[Kind, ...] = get_args(Kind)

OF_ORDER = ("order", "reservation", "plan")
"""Categories whose streams are known by the id of an order."""
TIMER = "timer/"
"""With which a cause begins that is no message."""


class At(NamedTuple):
    """Where an event stands: its service, and the id of its message there."""

    service: str
    id: str


class Found(NamedTuple):
    """A stored event on its way into a timeline."""

    at: At
    stored: StoredEvent
    meta: Meta


WHERE = {
    "order": "'aftersale show account ACCOUNT' lists the orders of an account",
    "instance": "'aftersale show account ACCOUNT' lists what an account has",
    "account": "an account is known from its first command on",
    "return": "'aftersale show account ACCOUNT' lists the returns of an account",
}


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
        if kind in ABOUT and (account := _refused_for(source, ABOUT[kind].format(id))) is not None:
            return account
    raise Nothing(f"no stored event speaks of {kind} {id}: {WHERE[kind]}")


ABOUT = {"order": "{}", "return": "return {}"}
"""How refused commands and parked messages name what they are about."""


def _refused_for(source: Source, about: str) -> str | None:
    """Whose commands about an order or a return were refused, where none was made."""
    refused = source.store.rows([("refused", about)]).get(("refused", about), [])
    found = source.store.load({f"{REFUSED}-{name}": 0 for name in refused[:1]}) if refused else {}
    return next((read_meta(event.state).account for events in found.values() for event in events), None)


def of_account(sources: Sources, account: str, tell: Tell) -> dict[At, Found]:
    heads = {name: source.store.head() for name, source in sources.items()}
    found: dict[At, Found] = {}
    before, total = 0, sum(heads.values())
    for name, source in sources.items():
        for stored, meta in _lines(source, account, heads[name], _shifted(tell, before, total)):
            at = At(name, f"{stored.stream}@{stored.version}")
            found[at] = Found(at, stored, meta)
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


def causes_of(sources: Sources, found: Mapping[At, Found]) -> dict[At, At]:
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


def chosen(kind: Kind, id: str, found: Mapping[At, Found], causes: Mapping[At, At]) -> Collection[At]:
    if kind == "order":
        return _forward({at for at, one in found.items() if _of_order(id, one)}, found, causes)
    if kind == "return":
        return _forward(_of_return(id, found), found, causes)
    return _backward(
        {at for at, one in found.items() if one.stored.stream == f"instance-{id}"}, found, causes
    )


def _of_return(id: str, found: Mapping[At, Found]) -> set[At]:
    """The case, with all of the orders that it wrote."""
    own = {at for at, one in found.items() if one.stored.stream == f"return-{id}"}
    decided = (from_json(data_of(found[at].stored)) for at in own)
    orders = {line.get("order_id") for data in decided for line in data.get("lines", ())} - {None}
    own |= {at for at, one in found.items() if _says(ABOUT["return"].format(id), one)}
    return own | {at for at, one in found.items() if any(_of_order(order, one) for order in orders)}


def _of_order(id: str, one: Found) -> bool:
    category, own = split(one.stored.stream)
    if category in OF_ORDER:
        return own == id
    if category == "report":
        return own.startswith(f"{id}.")
    if category == "operation":
        return own.startswith(f"{id}~")
    return _says(id, one)


def _says(about: str, one: Found) -> bool:
    if split(one.stored.stream)[0] not in (REFUSED, PARKED):
        return False
    data = from_json(data_of(one.stored))
    return about in (data.get("about"), data.get("order"))


def _forward(begin: set[At], found: Mapping[At, Found], causes: Mapping[At, At]) -> set[At]:
    """With everything that they caused, and what that caused. What one timer did belongs together."""
    effects: dict[At, list[At]] = {}
    fired: dict[tuple[str, str], list[At]] = {}
    for at, one in found.items():
        if (by := causes.get(at)) is not None:
            effects.setdefault(by, []).append(at)
        elif (timer := _timer(one)) is not None:
            fired.setdefault((at.service, timer), []).append(at)

    def after(at: At) -> Iterable[At]:
        timer = _timer(found[at])
        return [*effects.get(at, ()), *(fired.get((at.service, timer), ()) if timer else ())]

    return _closed(begin, after)


def _backward(begin: set[At], found: Mapping[At, Found], causes: Mapping[At, At]) -> set[At]:
    """With everything that caused them, and what caused that, up to the event that keeps the command.

    Behind a timer stands the command with which the conversation began.
    """
    asked: dict[tuple[str, str | None], At] = {}
    began: dict[str | None, list[At]] = {}
    for at, one in found.items():
        if one.meta.command_type is not None:
            asked[at.service, one.meta.cause] = at
            began.setdefault(one.meta.cause, []).append(at)

    def before(at: At) -> Iterable[At]:
        if _timer(found[at]) is not None:
            return began.get(found[at].meta.correlation, ())
        by = causes.get(at) or asked.get((at.service, found[at].meta.cause))
        return () if by is None else (by,)

    return _closed(begin, before)


def _timer(one: Found) -> str | None:
    """Which run of which timer caused the event."""
    cause = one.meta.cause or ""
    return cause if cause.startswith(TIMER) else None


def _closed(begin: set[At], following: Callable[[At], Iterable[At]]) -> set[At]:
    seen, waiting = set(begin), list(begin)
    while waiting:
        further = set(following(waiting.pop())) - seen
        seen |= further
        waiting += further
    return seen


def in_order(wanted: Collection[At], found: Mapping[At, Found], causes: Mapping[At, At]) -> Iterator[At]:
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


def data_of(stored: StoredEvent) -> bytes:
    return stored.state[stored.state.index(b"\n") + 1 :]
