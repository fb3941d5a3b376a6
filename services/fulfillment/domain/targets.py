"""Which targets of the catalog an instance needs, by its relationships and its exclusion rules (DEC-03)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from services.fulfillment.domain.catalog import DecompositionRule, Relationship, Scalar, Specification, Values
from services.fulfillment.domain.value import value

Seal = Callable[[Scalar], Scalar]
"""A personal value as the token that stands for it; equal values have equal tokens."""


@value
class View:
    """An instance as the rules see it: its specification, its own values, and those of its line."""

    specification: Specification | None
    values: Values
    line_values: Values


def needs(view: View, target: str, seal: Seal) -> bool:
    """Whether the specification relates to the target, and its rules let it be made.

    Several rules of one characteristic are alternatives; rules of different characteristics must all hold.
    """
    if view.specification is None:
        return False
    if target not in [relation.target for relation in view.specification.targets()]:
        return False
    rules = [rule for rule in view.specification.rules if rule.target == target]
    names = {rule.characteristic for rule in rules}
    return all(_holds(view, (rule for rule in rules if rule.characteristic == name), seal) for name in names)


def _holds(view: View, rules: Iterable[DecompositionRule], seal: Seal) -> bool:
    return any(_one_holds(view, rule, seal) for rule in rules)


def _one_holds(view: View, rule: DecompositionRule, seal: Seal) -> bool:
    value = view.values.get(rule.characteristic, view.line_values.get(rule.characteristic))
    if value is None or rule.equals is None:
        return value is not None
    return same(value, seal(rule.equals) if is_personal(view, rule.characteristic) else rule.equals)


def is_personal(view: View, characteristic: str) -> bool:
    entry = view.specification
    return entry is not None and any(
        each.personal and each.name == characteristic for each in entry.characteristics
    )


def same(one: Scalar, other: Scalar) -> bool:
    """Equal as JSON: true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def quantity(relation: Relationship, values: Values) -> int:
    """How many of a target that is needed: the quantity characteristic, else the default, else the least."""
    asked = values.get(relation.quantity_characteristic or "")
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        asked = relation.default if relation.default is not None else max(relation.min or 1, 1)
    least = relation.min or 0
    most = relation.max if relation.max is not None else int(max(asked, least))
    return min(max(int(asked), least), most)
