"""CHG-13: what an order would break between products of one hierarchy is a warning, and stops nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeAlias

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line, Request
from services.order.domain.parts import entry_at
from services.order.domain.sentence import moment
from services.order.domain.tree import Tree, below
from services.order.domain.words import Reason

_Key: TypeAlias = tuple[str, str, str]
"""The instance or line, and what it requires or excludes."""

_Made: TypeAlias = dict[str, str]
"""What stands in a hierarchy, with the specification it is made by."""


def warnings(request: Request, known: Known) -> tuple[Reason, ...]:
    """What held in a hierarchy before the order, and does not hold after it, or after one of its days.

    Of what is new all that does not hold: it stood nowhere before. What a new root requires may stand
    anywhere in the account. Fulfillment judges alike when work closes (DOM-04).
    """
    found = dict(_found(request, known))
    for day, following in _days(request, known):
        for key, reason in _found(_by(day, request), known, following):
            found.setdefault(key, reason)
    return tuple(found.values())


def _days(request: Request, known: Known) -> Iterator[tuple[datetime, datetime]]:
    """When some lines will have happened, and on which day the next ones do."""
    now = known.now
    making = (line for line in request.lines if line.action in ("add", "change", "disconnect"))
    return pairwise(sorted({max(line.due_date or now, now) for line in making}))


def _by(day: datetime, request: Request) -> Request:
    """A line with a date counts on its day, and not before."""
    return request.with_lines(
        tuple(line for line in request.lines if line.due_date is None or line.due_date <= day)
    )


def _found(request: Request, known: Known, until: datetime | None = None) -> Iterator[tuple[_Key, Reason]]:
    tree = Tree(request, known)
    added: dict[str, list[Line]] = {}
    for line in tree.lines:
        if line.action == "add" and line.kind == "product":
            added.setdefault(_root(line, tree), []).append(line)
    roots = _roots(tree)
    for root in roots:
        yield from _of_root(root, added.get(root, ()), tree, until)
    for root in roots:
        yield from _of_account(root, added, tree, until)


def _roots(tree: Tree) -> list[str]:
    """Of the hierarchies with other products after the order. Values alone make no other product."""
    lines = (line for line in tree.lines if line.kind == "product" and _makes_another(line, tree))
    return list(dict.fromkeys(root for line in lines if (root := _root(line, tree))))


def _root(line: Line, tree: Tree) -> str:
    """Of what a line is about, or the line that makes it; empty where it stands below what is not known."""
    lines = (line, *tree.all_above(line))
    named = (one.instance_id or one.parent_instance_id for one in lines)
    id = next((id for id in named if id is not None), None)
    if id is None:
        return f"line {lines[-1].line_id}"
    return tree.top(id, "product") if tree.instance(id) else ""


def _makes_another(line: Line, tree: Tree) -> bool:
    if line.action != "change":
        return line.action in ("add", "disconnect")
    own = tree.instance(line.instance_id)
    return own is not None and (_turns(line, own) or _renews(line, own))


def _turns(line: Line, own: Instance) -> bool:
    return line.specification_id not in (None, own.specification_id)


def _renews(line: Line, own: Instance) -> bool:
    """It is of another version then."""
    return line.specification_version not in (None, own.specification_version) and not line.move


def _of_root(
    root: str, added: Iterable[Line], tree: Tree, until: datetime | None
) -> Iterator[tuple[_Key, Reason]]:
    before, after = _before(root, tree), _after(root, added, tree)
    had, has = Counter(before.values()), Counter(after.values())
    for id, specification in after.items():
        is_new = before.get(id) != specification
        known = () if is_new else _rules(_version_before(id, tree), specification, tree)
        for rule in _rules(_version_after(id, tree), specification, tree):
            others = 1 if rule["target"] == specification else 0
            now, then = has[rule["target"]] - others, had[rule["target"]] - others
            if is_new and id == root and _is_required(rule):
                continue  # it may stand anywhere in the account
            if not _holds(rule, now) and (
                is_new or _is_said_newly(rule, known, id, root) or _holds(rule, then)
            ):
                yield (id, rule["type"], rule["target"]), _warning(id, specification, rule, tree, until)


def _is_said_newly(rule: Mapping[str, Any], known: Iterable[Mapping[str, Any]], id: str, root: str) -> bool:
    """By another version of the same product. What a root requires may stand anywhere in the account."""
    return rule not in known and not (id == root and _is_required(rule))


def _rules(version: str | None, specification: str, tree: Tree) -> Iterable[Mapping[str, Any]]:
    entry = entry_at(specification, version, tree.known)
    return entry.content.get("compatibility", ()) if entry else ()


def _version_before(id: str, tree: Tree) -> str | None:
    own = tree.instance(id)
    return own.specification_version if own is not None else None


def _version_after(id: str, tree: Tree) -> str | None:
    """Of what stays the one it is of, of what is new or changed the one that is ordered."""
    line = tree.by_id.get(id.removeprefix("line ")) if id.startswith("line ") else tree.by_instance.get(id)
    if line is not None and line.action in ("add", "change") and line.specification_version is not None:
        return line.specification_version
    return _version_before(id, tree)


def _of_account(
    root: str, added: Mapping[str, list[Line]], tree: Tree, until: datetime | None
) -> Iterator[tuple[_Key, Reason]]:
    """What a new root, or one that is turned into another product or version, requires by that, and neither
    the account has nor the order adds."""
    line = next((one for one in added.get(root, ()) if f"line {one.line_id}" == root), _turning(root, tree))
    if line is None or line.replaces is not None or line.specification_id is None:
        return
    rules = [one for one in _new_rules(line, tree) if _is_required(one)]
    if not rules:
        return
    everywhere = dict.fromkeys((*tree.known.roots(tree.request.account_id), *added))
    has = Counter(made for one in everywhere for made in _after(one, added.get(one, ()), tree).values())
    for rule in rules:
        others = 1 if rule["target"] == line.specification_id else 0
        if has[rule["target"]] - others < max(1, rule.get("min") or 0):
            what = _warning(root, line.specification_id, rule, tree, until)
            yield (root, rule["type"], rule["target"]), what


def _turning(root: str, tree: Tree) -> Line | None:
    """The line that makes another product of a root, or the same of another version."""
    line = tree.by_instance.get(root)
    return line if line is not None and line.action == "change" and _makes_another(line, tree) else None


def _new_rules(line: Line, tree: Tree) -> list[Mapping[str, Any]]:
    """What was not said of it by the version that it is of."""
    specification, own = line.specification_id or "", tree.instance(line.instance_id)
    same = own is not None and own.specification_id == specification
    known = _rules(own.specification_version, specification, tree) if own is not None and same else ()
    return [rule for rule in _rules(line.specification_version, specification, tree) if rule not in known]


def _is_required(rule: Mapping[str, Any]) -> bool:
    return bool(rule["type"] == "requires")


def _before(root: str, tree: Tree) -> _Made:
    ids = (root, *(id for id, _ in below(root, "product", tree.known)))
    return {id: found.specification_id for id in ids if (found := tree.instance(id)) is not None}


def _after(root: str, added: Iterable[Line], tree: Tree) -> _Made:
    """What ends takes along what is below it; what is added below stands there as well."""
    made = _before(root, tree)
    for id in tuple(made):
        line = tree.by_instance.get(id)
        if line is not None and line.action == "disconnect":
            for gone in (id, *(lower for lower, _ in below(id, "product", tree.known))):
                made.pop(gone, None)
        elif line is not None and line.action == "change" and line.specification_id and id in made:
            made[id] = line.specification_id
    for line in added:
        if line.specification_id:
            made[f"line {line.line_id}"] = line.specification_id
    return made


def _holds(rule: Mapping[str, Any], count: int) -> bool:
    if rule["type"] == "excludes":
        return count == 0
    most = rule.get("max")
    return count >= max(1, rule.get("min") or 0) and (most is None or count <= most)


def _warning(
    id: str, specification: str, rule: Mapping[str, Any], tree: Tree, until: datetime | None
) -> Reason:
    line = _touching(rule["target"], tree) or tree.by_instance.get(id) or _touching(specification, tree)
    when = "after this order" if until is None else f"before {moment(until)}"
    right = "change or end one of the two" if until is None else "let them happen on one day"
    wrong = f"requires {rule['target']}, and {when} that does not hold"
    if rule["type"] == "excludes":
        wrong = f"does not go with {rule['target']}, and {when} both are there"
    return Reason(
        rule="CHG-13",
        line_id=line.line_id if line else None,
        message=f"{id} ({specification}) {wrong}: {right}, or the work on it stops before it closes (DOM-04)",
    )


def _touching(specification: str, tree: Tree) -> Line | None:
    """The line that makes it more or fewer."""
    for line in tree.lines:
        own = tree.instance(line.instance_id)
        if specification in (line.specification_id, own.specification_id if own else None):
            return line
    return None
