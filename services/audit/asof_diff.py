"""What is different between two pages: where, what it was, what it became."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

NAMED_BY = (
    "lineId",
    "taskId",
    "domainOrderId",
    "operationId",
    "contractLineId",
    "entitlementId",
    "instanceId",
    "orderId",
    "returnId",
    "name",
)
"""By which the members of a list are known, the first that all of them have."""


class _Unsaid(str):
    """A text, so that it can stand in JSON."""

    __slots__ = ()


UNSAID = _Unsaid()
"""Stands before a change for what could not be said then: whatever it is now, that is no difference."""


class Change(NamedTuple):
    """`before` or `after` is None where there was or is nothing."""

    path: str
    before: Any
    after: Any


def changes(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Every difference, in the order of the pages. Members of lists are matched by what they are known by."""
    if before is UNSAID:
        return
    if isinstance(before, list | None) and isinstance(after, list | None):
        name = _known_by(before or [], after or [])
        yield from _inside(_named(before, name), _named(after, name), path, "{path}[{name}]")
    elif isinstance(before, dict | None) and isinstance(after, dict | None):
        yield from _inside(before or {}, after or {}, path, "{path}.{name}" if path else "{name}")
    elif before != after:
        yield Change(path, before, after)


def _inside(before: Mapping[Any, Any], after: Mapping[Any, Any], path: str, shape: str) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        yield from changes(before.get(name), after.get(name), shape.format(path=path, name=name))


def _known_by(*lists: list[Any]) -> str | None:
    """What tells the members of both lists apart; None when they are known by their places."""
    return next((name for name in NAMED_BY if all(_tells_apart(name, members) for members in lists)), None)


def _tells_apart(name: str, members: list[Any]) -> bool:
    names = [member.get(name) if isinstance(member, dict) else None for member in members]
    return None not in names and len(set(names)) == len(names)


def _named(members: list[Any] | None, name: str | None) -> dict[Any, Any]:
    if name is None:
        return dict(enumerate(members or ()))
    return {member[name]: member for member in members or ()}
