"""Any state as the same bytes on every run and every machine: JSON with names and sets in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from hashlib import sha256
from operator import attrgetter
from typing import Any

from pydantic_core import to_json


def digest(value: Any) -> bytes:
    """32 bytes that stand for it."""
    return sha256(canonical(value)).digest()


def canonical(value: Any) -> bytes:
    """The value as JSON. An object of a class says which. Raises `TypeError` for what is no value."""
    if (write := _WRITERS.get(type(value))) is not None:
        return write(value)
    if isinstance(value, Enum):
        return canonical(value.value)
    if is_dataclass(value):
        return _object(value)
    if isinstance(value, str):
        return to_json(str(value))
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, list | tuple):
        return _list(value)
    raise TypeError(
        f"a state has a {type(value).__name__} in it, which cannot be written down: {value!r:.80}"
    )


def _object(value: Any) -> bytes:
    kind: Any = type(value)
    names, read = _shape(kind)
    parts = [name + canonical(part) for name, part in zip(names, read(value), strict=True)]
    return b"{%b}" % b",".join([b'"":"%b"' % kind.__name__.encode(), *parts])


@cache
def _shape(type_: Any) -> tuple[tuple[bytes, ...], Callable[[Any], tuple[Any, ...]]]:
    names = sorted(field.name for field in fields(type_))
    heads = tuple(to_json(name) + b":" for name in names)
    if len(names) > 1:
        return heads, attrgetter(*names)
    return heads, lambda value: tuple(getattr(value, name) for name in names)


def _mapping(value: Mapping[Any, Any]) -> bytes:
    items = sorted((_name(name), canonical(part)) for name, part in value.items())
    return b"{%b}" % b",".join([name + b":" + part for name, part in items])


def _name(value: Any) -> bytes:
    return to_json(value) if isinstance(value, str) else to_json(canonical(value).decode())


def _list(value: Any) -> bytes:
    return b"[%b]" % b",".join(map(canonical, value))


def _set(value: Any) -> bytes:
    return b"[%b]" % b",".join(sorted(map(canonical, value)))


_WRITERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: b"null",
    bool: lambda value: b"true" if value else b"false",
    int: lambda value: b"%d" % value,
    float: to_json,
    str: to_json,
    datetime: lambda value: to_json(value.isoformat()),
    date: lambda value: to_json(value.isoformat()),
    timedelta: lambda value: to_json(value // timedelta(microseconds=1)),
    dict: _mapping,
    list: _list,
    tuple: _list,
    set: _set,
    frozenset: _set,
}
