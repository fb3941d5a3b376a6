"""DEC-05: a rule that waits for a value which only what the rule would make could bring is a dead end."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Known

from schemas.plan_check import Problem
from schemas.specification import DecompositionRule, Specification


def dead_ends(entry: Specification, others: Known[str, Specification]) -> Iterator[Problem]:
    """Those that the rules of this entry would be, and those that its mappings would leave to others."""
    everything = {**others, entry.specification_id: entry}
    for at, rule in enumerate(entry.rules):
        if sources := _only_from_below(entry, rule, everything):
            yield f"rules.{at}.characteristic", _said(rule, entry, sources)
    for at, mapping in enumerate(entry.mappings):
        other = others.get(mapping.target)
        for rule in other.rules if other else ():
            if rule.characteristic != (mapping.as_ or mapping.characteristic) or other is None:
                continue
            sources = _only_from_below(other, rule, everything)
            if entry.specification_id in sources:
                yield f"mappings.{at}", _said(rule, other, sources)


def _said(rule: DecompositionRule, entry: Specification, sources: list[str]) -> str:
    id, names = entry.specification_id, ", ".join(sources)
    return (
        f"a dead end (DEC-05): {id} makes '{rule.target}' only with '{rule.characteristic}', and that "
        f"comes only from {names}, which is there only with '{rule.target}'. Give {id} the value, so "
        "that an order can say it, or map it from elsewhere"
    )


def _only_from_below(
    entry: Specification, rule: DecompositionRule, everything: Known[str, Specification]
) -> list[str]:
    """The entries that map the value here, if nobody else can bring it; none where somebody may."""
    if _may_be_said(entry, rule.characteristic, everything):
        return []
    sources = [
        other.specification_id
        for other in everything.values()
        for mapping in other.mappings
        if mapping.target == entry.specification_id
        and (mapping.as_ or mapping.characteristic) == rule.characteristic
    ]
    without = _reached(everything, entry.specification_id, rule.target)
    return [] if any(source in without for source in sources) else sorted(set(sources))


def _may_be_said(entry: Specification, name: str, everything: Known[str, Specification]) -> bool:
    """By an order, in a line for it or one above it; by its own tasks; or nobody needs to."""
    named = {item.name: item for item in entry.characteristics}
    if name in named and (entry.kind != "resource" or named[name].default is not None):
        return True
    if any(plan.tasks for plan in entry.plans):
        return True
    return any(
        other.kind == "product" and any(item.name == name for item in other.characteristics)
        for other in _above(entry, everything)
    )


def _above(entry: Specification, everything: Known[str, Specification]) -> Iterator[Specification]:
    """Everything that it may hang below."""
    found, waiting = {entry.specification_id}, [entry.specification_id]
    while waiting:
        below = waiting.pop()
        for other in everything.values():
            names = {item.target for item in other.relationships}
            if below in names and other.specification_id not in found:
                found.add(other.specification_id)
                waiting.append(other.specification_id)
                yield other


def _reached(everything: Known[str, Specification], source: str, target: str) -> set[str]:
    """Every entry that there can be without this one making that target."""
    below = {item.target for entry in everything.values() for item in entry.relationships}
    waiting = [id for id in everything if id not in below]
    found = set(waiting)
    while waiting:
        entry = everything.get(id := waiting.pop())
        for item in entry.relationships if entry else ():
            if item.target not in found and (id, item.target) != (source, target):
                found.add(item.target)
                waiting.append(item.target)
    return found
