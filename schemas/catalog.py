"""The catalog: its entries, and `check`, which says what is wrong with an entry beside the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Mapping as Known
from datetime import date

from schemas.dead_ends import dead_ends
from schemas.plan_check import Problem, named_after, plans, twice, waiting_for_each_other, way_back
from schemas.specification import (
    CharacteristicSpecification,
    Compatibility,
    Count,
    DecompositionRule,
    Duration,
    Mapping,
    Plan,
    PlanAction,
    PlannedTaskSpecification,
    Relationship,
    RelationshipType,
    RetireSpecification,
    Specification,
    UndoTask,
)
from schemas.vocabulary import Kind, Scalar

__all__ = [
    "CharacteristicSpecification",
    "Compatibility",
    "Count",
    "DecompositionRule",
    "Duration",
    "Mapping",
    "Plan",
    "PlanAction",
    "PlannedTaskSpecification",
    "Problem",
    "Relationship",
    "RelationshipType",
    "RetireSpecification",
    "Specification",
    "UndoTask",
    "check",
    "fits",
]

_KINDS: dict[RelationshipType, frozenset[tuple[Kind, Kind]]] = {
    "bundles": frozenset({("product", "product"), ("service", "service"), ("resource", "resource")}),
    "realized_as": frozenset({("product", "service"), ("service", "service")}),
    "requires": frozenset({("product", "resource"), ("service", "resource")}),
    "composed_of": frozenset({("product", "product"), ("service", "service"), ("resource", "resource")}),
}


def check(entry: Specification, known: Known[str, Specification]) -> list[Problem]:
    """Every problem of `entry` as (place, message); empty when it may be heard.

    `known` are the entries heard so far, by specification id, in the version that counts; an older version
    of `entry` among them is left out of account. What names an entry that is not known is accepted: orders
    that need it wait. A task that another entry's `after` still names may be gone in a new version.
    """
    others = {name: other for name, other in known.items() if name != entry.specification_id}
    checks: tuple[Callable[[Specification, Known[str, Specification]], Iterator[Problem]], ...] = (
        _layer,
        _characteristics,
        _relationships,
        _users,
        _tree_cycle,
        _rules,
        _mappings,
        _compatibility,
        dead_ends,
        plans,
        named_after,
        waiting_for_each_other,
    )
    return [problem for look in checks for problem in look(entry, others)]


def fits(type_: str, value: Scalar) -> bool:
    """Whether the value is of the characteristic's type. No value fits every type."""
    match type_:
        case _ if value is None:
            return True
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


def _layer(entry: Specification, _: Known[str, Specification]) -> Iterator[Problem]:
    if entry.layer is not None and entry.kind != "service":
        yield "layer", f"a {entry.kind} has no layer: 'cfs' and 'rfs' are for services; leave it out"


def _characteristics(entry: Specification, _: Known[str, Specification]) -> Iterator[Problem]:
    yield from twice("characteristics", "name", (item.name for item in entry.characteristics))
    for at, item in enumerate(entry.characteristics):
        place = f"characteristics.{at}"
        if not fits(item.type, item.default):
            yield f"{place}.default", _no_value(item.default, item)
        for value in item.values or ():
            if value is None or not fits(item.type, value):
                yield f"{place}.values", _no_value(value, item)
        if item.default is not None and item.values and item.default not in item.values:
            yield (
                f"{place}.default",
                f"{item.default!r} is not among the values of '{item.name}': add it, or take one of them",
            )


def _no_value(value: Scalar, item: CharacteristicSpecification) -> str:
    return f"'{item.name}' is a {item.type}, and never {value!r}: give a {item.type}"


def _relationships(entry: Specification, others: Known[str, Specification]) -> Iterator[Problem]:
    pairs = [(item.type, item.target) for item in entry.relationships]
    yield from twice("relationships", "target", (f"{type_} {target}" for type_, target in pairs))
    for at, item in enumerate(entry.relationships):
        place = f"relationships.{at}"
        target = others.get(item.target)
        if target and (entry.kind, target.kind) not in _KINDS[item.type]:
            yield f"{place}.target", _wrong_kinds(item, entry.kind, target.kind)
        yield from _counts(place, [item.min, item.default, item.max])
        if item.quantity_characteristic and entry.kind != "product":
            yield (
                f"{place}.quantityCharacteristic",
                f"only a product counts its targets, and this is a {entry.kind}: leave it out",
            )


def _wrong_kinds(item: Relationship, source: Kind, target: Kind) -> str:
    right = " or ".join(f"{a} -> {b}" for a, b in sorted(_KINDS[item.type]))
    return f"'{item.type}' is {right}: '{item.target}' makes it {source} -> {target}"


def _users(entry: Specification, others: Known[str, Specification]) -> Iterator[Problem]:
    for other in others.values():
        for item in other.relationships:
            if item.target == entry.specification_id and (other.kind, entry.kind) not in _KINDS[item.type]:
                yield (
                    "kind",
                    f"'{other.specification_id}' names it: {_wrong_kinds(item, other.kind, entry.kind)}",
                )


def _counts(place: str, counts: Iterable[int | None]) -> Iterator[Problem]:
    given = [count for count in counts if count is not None]
    if given != sorted(given):
        yield place, "'min' is at most 'default', and 'default' at most 'max': put them in order"


def _tree_cycle(entry: Specification, others: Known[str, Specification]) -> Iterator[Problem]:
    everything = {**others, entry.specification_id: entry}

    def targets(name: str) -> list[str]:
        found = everything.get(name)
        return [item.target for item in found.relationships] if found else []

    if path := way_back(entry.specification_id, targets):
        yield "relationships", f"a cycle: {' -> '.join(path)}. Take one of these relationships out"


def _rules(entry: Specification, _: Known[str, Specification]) -> Iterator[Problem]:
    targets = {item.target for item in entry.relationships}
    types = {item.name: item.type for item in entry.characteristics}
    for at, rule in enumerate(entry.rules):
        if rule.target not in targets:
            yield f"rules.{at}.target", _no_target(rule.target, targets)
        type_ = types.get(rule.characteristic)
        if type_ and not fits(type_, rule.equals):
            yield (
                f"rules.{at}.equals",
                f"'{rule.characteristic}' is a {type_}, and never {rule.equals!r}: give a {type_}",
            )


def _no_target(target: str, targets: Iterable[str]) -> str:
    listed = ", ".join(sorted(targets)) or "none"
    return f"'{target}' is no target of this entry's relationships: they are {listed}"


def _mappings(entry: Specification, _: Known[str, Specification]) -> Iterator[Problem]:
    for at, item in enumerate(entry.mappings):
        if item.target == entry.specification_id and (item.as_ or item.characteristic) == item.characteristic:
            yield f"mappings.{at}.target", f"'{item.characteristic}' is mapped to itself: name another entry"


def _compatibility(entry: Specification, _: Known[str, Specification]) -> Iterator[Problem]:
    for at, item in enumerate(entry.compatibility):
        yield from _counts(f"compatibility.{at}", [item.min, item.max])
        if item.target == entry.specification_id:
            yield f"compatibility.{at}.target", f"an entry {item.type} others, not itself: name another"
