"""How the catalog is written down: short functions for the parts of an entry."""

from __future__ import annotations

from typing import Any, Literal

Entry = dict[str, Any]
Part = dict[str, Any]
Kind = Literal["product", "service", "resource"]


def entry(kind: Kind, id: str, name: str, *parts: tuple[str, Any], **fields: Any) -> Entry:
    """One specification. Parts of the same sort are gathered, in the order in which they are written."""
    made: Entry = {
        "specificationId": id,
        "version": fields.pop("version", "1"),
        "name": name,
        "kind": kind,
        **fields,
    }
    for sort, part in parts:
        made.setdefault(sort, []).append(part)
    return made


def has(name: str, type_: str = "string", **fields: Any) -> tuple[str, Part]:
    """A characteristic."""
    return "characteristics", {"name": name, "type": type_, **fields}


def one_of(name: str, *values: str | int, **fields: Any) -> tuple[str, Part]:
    """A characteristic with a list of values; the first is the default unless it is required."""
    type_ = "string" if isinstance(values[0], str) else "number"
    default = {} if fields.get("required") else {"default": values[0]}
    return has(name, type_, values=[*values], **default, **fields)


def person(name: str) -> tuple[str, Part]:
    """A characteristic that names or describes a person."""
    return has(name, personal=True)


def to(type_: str, target: str, **fields: Any) -> tuple[str, Part]:
    """A relationship."""
    return "relationships", {"type": type_, "target": target, **fields}


def must(type_: str, target: str, **fields: Any) -> tuple[str, Part]:
    """A relationship that the entry cannot be without."""
    return to(type_, target, mandatory=True, **fields)


def only_if(target: str, characteristic: str, equals: Any) -> tuple[str, Part]:
    """DEC-03: the target is made only where the characteristic has the value."""
    return "rules", {"target": target, "characteristic": characteristic, "equals": equals}


def copies(characteristic: str, target: str, as_: str | None = None) -> tuple[str, Part]:
    """DEC-05."""
    return "mappings", {
        "characteristic": characteristic,
        "target": target,
        **({"as": as_} if as_ else {}),
    }


def beside(type_: Literal["requires", "excludes"], target: str, **fields: Any) -> tuple[str, Part]:
    """A horizontal rule."""
    return "compatibility", {"type": type_, "target": target, **fields}


def on(actions: str, *tasks: Part, **fields: Any) -> tuple[str, Part]:
    """The plan for some actions."""
    return "plans", {"actions": actions.split(), **fields, "tasks": [*tasks]}


def ceases(cutover: str, *tasks: Part) -> tuple[str, Part]:
    """The plan of the old side of a move."""
    return on("change", *tasks, move="cease", cutover=cutover)


def provides(cutover: str, *tasks: Part) -> tuple[str, Part]:
    """The plan of the new side of a move."""
    return on("add", *tasks, move="provide", cutover=cutover)


def task(kind: str, name: str, *after: str, **fields: Any) -> Part:
    """One task; `after` in the words of the catalog: a task of this plan, or `<entry>/<task>`."""
    return {"name": name, "kind": kind, **({"after": [*after]} if after else {}), **fields}
