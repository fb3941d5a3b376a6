"""What a change may do, and values as the catalog describes them (CHG-01, CHG-05, CHG-07, DIS-06, APP-06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from services.order.domain.line import Line
from services.order.domain.parts import entry_at
from services.order.domain.specification import Characteristic, Entry
from services.order.domain.tree import Tree
from services.order.domain.words import Reason, Scalar

_TYPES = {
    "string": "text in quotes",
    "number": "a number without quotes",
    "boolean": "true or false",
    "date": "a date like 2027-03-31",
}


def only_a_change_changes(tree: Tree) -> Iterator[Reason]:
    """CHG-01: what is to be different stands on an add or a change."""
    for line in tree.lines:
        if line.action in ("add", "change"):
            continue
        own = tree.instance(line.instance_id)
        sets = {
            "characteristics": bool(line.characteristics),
            "specificationId": own is not None and line.specification_id != own.specification_id,
            "location": own is not None and not line.move and line.location not in (None, own.location),
        }
        for field, asked in sets.items():
            if asked:
                message = (
                    f"a '{line.action}' changes no {field}: leave it out, or ask for it with action 'change'"
                )
                yield _of(line, "CHG-01", message, field)


def keeps_its_kind(tree: Tree) -> Iterator[Reason]:
    """CHG-01, CHG-15: a change may name another specification, of the same kind."""
    for line in tree.lines:
        own = tree.instance(line.instance_id)
        if line.action != "change" or own is None or line.specification_id in (None, own.specification_id):
            continue
        entry = _entry(line, tree)
        if entry is not None and entry.kind != own.kind:
            message = (
                f"{line.instance_id} is a {own.kind} and {line.specification_id} a {entry.kind}: a change "
                f"takes another {own.kind} specification"
            )
            yield _of(line, "CHG-01", message, "specificationId")


def values_are_right(tree: Tree) -> Iterator[Reason]:
    """Names, types, allowed and required values, by the version of the specification that the line names.

    What replaces another one has its values: inventory sees whether they are enough. A personal value is
    never repeated in the answer.
    """
    for line in tree.lines:
        entry = _entry(line, tree) if line.action in ("add", "change") else None
        if entry is None:
            continue
        rule = "APP-06" if line.action == "add" else "CHG-01"
        for name, value in line.characteristics.items():
            if problem := _problem(name, value, entry, line):
                yield _of(line, rule, problem, f"characteristics.{name}")
        if line.action == "add" and line.replaces is None:
            for item in entry.characteristics.values():
                if item.required and item.name not in line.characteristics:
                    message = f"{line.specification_id} needs '{item.name}': give it {_wanted(item)}"
                    yield _of(line, rule, message, f"characteristics.{item.name}")


def _problem(name: str, value: Scalar, entry: Entry, line: Line) -> str | None:
    item = entry.characteristics.get(name)
    if item is None:
        names = ", ".join(sorted(entry.characteristics)) or "none"
        return f"{line.specification_id} has no characteristic '{name}': it has {names}"
    if value is None:
        return (
            f"'{name}' is required and cannot be taken away: give it {_wanted(item)}"
            if item.required
            else None
        )
    if not fits(item.type, value) or (item.values is not None and value not in item.values):
        said = "the value given" if item.personal else repr(value)
        return f"{said} is no value of '{name}': give it {_wanted(item)}"
    return None


def _wanted(item: Characteristic) -> str:
    if item.values:
        return "one of " + ", ".join(repr(value) for value in item.values)
    return _TYPES[item.type]


def fits(type_: str, value: Scalar) -> bool:
    match type_:
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case _:
            return isinstance(value, str)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _entry(line: Line, tree: Tree) -> Entry | None:
    return entry_at(line.specification_id, line.specification_version, tree.known)


def _of(line: Line, rule: str, message: str, field: str) -> Reason:
    return Reason(rule=rule, message=message, line_id=line.line_id, field=field)
