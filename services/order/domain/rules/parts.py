"""What the catalog has below what, and how many of it (rule book 10.1; LIN-01, CHG-15)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.line import Line
from services.order.domain.parts import Whole, count, ending_beside, entry_of, owned, staying, whole_of
from services.order.domain.rules.parents import BELOW
from services.order.domain.specification import Entry, Relation
from services.order.domain.tree import Tree
from services.order.domain.value import value
from services.order.domain.words import Reason

_SAID = {
    "bundles": "bundles",
    "realized_as": "is realized as",
    "requires": "requires",
    "composed_of": "is composed of",
}
_OF_DECOMPOSITION = frozenset({"realized_as", "requires"})


def stands_below_what_takes_it(tree: Tree) -> Iterator[Reason]:
    """LIN-01: what is new somewhere is what the entry above has below it."""
    for line in tree.lines:
        whole = whole_of(line, tree) if line.action == "add" or _is_another(line, tree) else None
        if whole is None or whole.entry is None or whole.kind not in BELOW.get(line.kind, ()):
            continue
        if line.specification_id is not None and whole.relation(line.specification_id) is None:
            message = (
                f"{whole.name} is made by {_named(whole.entry)}, which has no {line.specification_id} below "
                f"it: {_relations(whole.entry)}; {_instead(line, whole, tree)}"
            )
            yield _of(line, "LIN-01", message)


def keeps_its_counts(tree: Tree) -> Iterator[Reason]:
    """LIN-01: at most the 'max' of a relationship, and its 'min' or none; of what the order makes different.

    What was loaded otherwise is left alone, and a mandatory part that is taken away is for ACT-13.
    """
    for part in _parts(tree):
        most, least = part.relation.most, part.relation.least
        if most is None and not least:
            continue
        coming = [line for line in part.lines if line.action != "disconnect"]
        there = count(part.relation.target, part.whole, part.lines[0].kind, tree)
        if coming and most is not None and there > most:
            adds = [line for line in coming if line.action == "add"]
            for line in adds[most - there :] or coming[-1:]:
                yield _of(line, "LIN-01", _too_many(part, there, most))
        elif 0 < there < least and (coming or not part.relation.mandatory):
            beside = ending_beside(part.whole, part.relation.target, tree)
            yield _of(part.lines[-1], "LIN-01", _too_few(part, (there, least), beside))


def takes_its_parts_along(tree: Tree) -> Iterator[Reason]:
    """CHG-15: what is owned below a changed one is what its new entry has below it, or ends with the order.

    What decomposition made is ended by decomposition (DEC-06).
    """
    for line, whole, before in _changed(tree):
        for id, specification in sorted(staying(whole, line.kind, tree)):
            had = before.relation(specification)
            if whole.relation(specification) is not None or _is_another(tree.by_instance.get(id), tree):
                continue
            if had is None and (line.kind != "product" or line.specification_id == _own(line, tree)):
                continue
            if had is None or had.type not in _OF_DECOMPOSITION:
                message = (
                    f"{line.instance_id} would be made by {_named(whole.entry)}, which has no "
                    f"{specification} below it, and {id} is one: end {id} in the same order"
                )
                yield _of(line, "CHG-15", message)


# ------------------------------------------------------------------------------ what an order touches


@value
class _Part:
    """Something below something, and the lines that make it more or fewer, or its whole another one."""

    whole: Whole
    relation: Relation
    lines: tuple[Line, ...]


def _parts(tree: Tree) -> Iterator[_Part]:
    found: dict[tuple[str, str], _Part] = {}
    for line, whole, specification in _touched(tree):
        relation = whole.relation(specification)
        if relation is not None:
            key = whole.name, specification
            lines = found[key].lines if key in found else ()
            found[key] = _Part(whole=whole, relation=relation, lines=(*lines, line))
    yield from found.values()


def _touched(tree: Tree) -> Iterator[tuple[Line, Whole, str]]:
    """Each line with what it makes one more or one fewer of, and below what that is."""
    for line in tree.lines:
        specifications = _moving(line, tree)
        whole = whole_of(line, tree) if specifications else None
        if whole is not None and not any(upper.action == "disconnect" for upper in tree.all_above(line)):
            yield from ((line, whole, specification) for specification in specifications)
    for line, whole, _ in _changed(tree):
        for relation in whole.entry.relations if whole.entry else ():
            if line.kind == "product" or relation.type not in _OF_DECOMPOSITION:
                yield line, whole, relation.target


def _moving(line: Line, tree: Tree) -> set[str]:
    if line.specification_id is None or not (line.action in ("add", "disconnect") or _is_another(line, tree)):
        return set()
    return {line.specification_id, _own(line, tree) or line.specification_id}


def _changed(tree: Tree) -> Iterator[tuple[Line, Whole, Whole]]:
    """The lines after which an instance is made by another entry: as it is then, and as it was."""
    for line in tree.lines:
        own = tree.instance(line.instance_id) if line.action == "change" else None
        whole = owned(line.instance_id, tree) if own is not None else None
        before = entry_of(own, tree.known) if own is not None else None
        if whole is not None and whole.entry is not None and whole.entry is not before:
            yield line, whole, whole.made_by(before)


def _is_another(line: Line | None, tree: Tree) -> bool:
    """Whether a line makes another specification of its instance."""
    return (
        line is not None
        and line.action == "change"
        and line.specification_id
        not in (
            None,
            _own(line, tree),
        )
    )


def _own(line: Line, tree: Tree) -> str | None:
    own = tree.instance(line.instance_id)
    return own.specification_id if own is not None else None


# --------------------------------------------------------------------------------- what is said of it


def _named(entry: Entry | None) -> str:
    return f"{entry.content['specificationId']} version {entry.version}" if entry else "an unknown entry"


def _relations(entry: Entry) -> str:
    return ", ".join(f"it {_SAID[item.type]} {item.target}" for item in entry.relations) or "it has nothing"


def _instead(line: Line, whole: Whole, tree: Tree) -> str:
    if line.action == "change":
        return "name another specification"
    own = tree.instance(whole.instance_id)
    catalog = tree.known.specification(own.specification_id) if own is not None else None
    newer = whole.made_by(catalog.offered if catalog else None)
    if newer.relation(line.specification_id) is not None:
        return f"change {whole.name} in the same order, as {_named(newer.entry)} has it"
    return "name another parent, or none"


def _too_many(part: _Part, there: int, most: int) -> str:
    return (
        f"{part.whole.name} {_SAID[part.relation.type]} at most {most} {part.relation.target} and would have "
        f"{there}: add {there - most} fewer, or end as many in the same order"
    )


def _too_few(part: _Part, counts: tuple[int, int], beside: str) -> str:
    there, least = counts
    why = f", as {beside}, which comes back only if that is canceled" if beside else ""
    return (
        f"{part.whole.name} {_SAID[part.relation.type]} at least {least} {part.relation.target} and would "
        f"have {there}{why}: add {least - there} more, or have none of it"
    )


def _of(line: Line, rule: str, message: str) -> Reason:
    field = "instanceId" if line.action == "disconnect" else "specificationId"
    return Reason(rule=rule, message=message, line_id=line.line_id, field=field)
