"""DEC-04: targets that were left out because a value is not there yet, and when they are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from services.fulfillment.domain.blueprint import AwaitedTarget
from services.fulfillment.domain.catalog import DecompositionRule, Scalar
from services.fulfillment.domain.targets import Seal, View, is_personal, same

Standing = Literal["made", "waits", "never"]


def left_out(view: View, target: str, seal: Seal) -> AwaitedTarget | None:
    """The target of this entry that nothing stands against but a value that is missing; None of any other."""
    entry = view.specification
    rules = tuple(rule for rule in entry.rules if rule.target == target) if entry else ()
    sealed = tuple(_sealed(rule, view, seal) for rule in rules)
    if not rules or standing(sealed, view.values, view.line_values) != "waits":
        return None
    return AwaitedTarget(specification_id=target, rules=sealed)


def _sealed(rule: DecompositionRule, view: View, seal: Seal) -> DecompositionRule:
    if rule.equals is None or not is_personal(view, rule.characteristic):
        return rule
    return replace(rule, equals=seal(rule.equals))


def standing(
    rules: Sequence[DecompositionRule], values: Mapping[str, Scalar], line_values: Mapping[str, Scalar]
) -> Standing:
    """Made when every value is there and right, never when one is there and wrong."""
    waits = False
    for name in dict.fromkeys(rule.characteristic for rule in rules):
        found = values.get(name, line_values.get(name))
        if found is None:
            waits = True
        elif not any(_fits(rule, found) for rule in rules if rule.characteristic == name):
            return "never"
    return "waits" if waits else "made"


def _fits(rule: DecompositionRule, found: Scalar) -> bool:
    return rule.equals is None or same(found, rule.equals)
