"""Capture: from what was selected to lines (rule book 6.1, LIN-01 to LIN-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import TypeAlias

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line, Ranks, Request
from services.order.domain.naming import named, own_id
from services.order.domain.term import stands_for
from services.order.domain.tree import below
from services.order.domain.value import value
from services.order.domain.words import Action, Category, HeaderAction, Kind, Scalar


@value
class Asked:
    """An order as its caller wrote it."""

    account_id: str
    category: Category = "product"
    action: HeaderAction | None = None
    selection: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    location: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    cascade: bool = False
    upgrade: bool = False
    ranks: Ranks | None = None


Reach: TypeAlias = Callable[[str, Kind, Known], Iterable[str]]


def alone(root: str, kind: Kind, known: Known) -> Iterable[str]:  # noqa: ARG001
    """Only what was selected."""
    return (root,)


def whole(root: str, kind: Kind, known: Known) -> Iterable[str]:
    """What was selected and everything of its kind below."""
    return (root, *(instance for instance, _ in below(root, kind, known)))


REACH: Mapping[tuple[Category, HeaderAction], Reach] = {
    ("product", "change"): alone,  # LIN-03, LIN-04
    ("product", "no_change"): alone,
    ("product", "disconnect"): whole,  # LIN-05; of a child itself and what is below it, LIN-06
    ("product", "suspend"): alone,  # LIN-08: the hierarchy follows its root
    ("product", "resume"): alone,
    ("product", "move"): whole,  # MOV-V3
    ("service", "change"): alone,  # LIN-02: only the selected service instances
    ("service", "no_change"): alone,
    ("service", "disconnect"): alone,
    ("service", "suspend"): alone,
    ("service", "resume"): alone,
    ("service", "move"): whole,
}
"""Which instances get a line when one is selected. An add selects nothing."""


def capture(asked: Asked, known: Known) -> Request:
    """The lines of a request: those of the selection, then the caller's own."""
    asked = replace(
        asked,
        selection=tuple(_ordered_for(id, asked, known) for id in asked.selection),
        lines=named(asked.lines, asked.account_id, known),
    )
    return Request(
        account_id=asked.account_id,
        category=asked.category,
        action=asked.action,
        lines=(*_selected(asked, known), *_own(asked, known)),
        location=asked.location,
        end=asked.end,
        cascade=asked.cascade,
        upgrade=asked.upgrade,
        ranks=asked.ranks,
    )


def _ordered_for(id: str, asked: Asked, known: Known) -> str:
    """D-16: a contract line or entitlement that is selected stands for its instance, which it follows."""
    if known.instance(id) is not None:
        return id
    if (term := known.term(id)) is None:
        return own_id(id, asked.account_id, known)
    return (stands_for(id, term) or id) if term.account_id == asked.account_id else id


def _own(asked: Asked, known: Known) -> Iterator[Line]:
    parent = _only_parent(asked)
    for line in asked.lines:
        dated = line if line.due_date or asked.start is None else replace(line, due_date=asked.start)
        yield _below_the_selected(dated, parent, asked, known)


def _only_parent(asked: Asked) -> str | None:
    single = len(set(asked.selection)) == 1 and asked.action in ("change", "move")
    return asked.selection[0] if single else None


def _below_the_selected(line: Line, parent: str | None, asked: Asked, known: Known) -> Line:
    """A product added in a change goes below the one that was selected, if that one bundles it (CHG-02)."""
    if parent is None or line.action != "add" or line.parent_line_id or line.parent_instance_id:
        return line
    owner = _mine(parent, asked, known)
    catalog = known.specification(owner.specification_id) if owner else None
    entry = catalog.latest if catalog else None
    bundled = entry is not None and any(item.target == line.specification_id for item in entry.bundles)
    return replace(line, parent_instance_id=parent) if bundled else line


def _mine(id: str, asked: Asked, known: Known) -> Instance | None:
    found = known.instance(id)
    return found if found is not None and found.account_id == asked.account_id else None


def _selected(asked: Asked, known: Known) -> Iterator[Line]:
    numbers = numbering(asked.lines)
    taken: dict[str | None, Line] = {line.instance_id: line for line in asked.lines if line.instance_id}
    done: set[str] = set()
    for root in asked.selection:
        for instance_id, action in _actions(root, asked, known, taken):
            if instance_id not in done and instance_id not in taken:
                done.add(instance_id)
                yield _written(next(numbers), action, instance_id, asked)


def _actions(
    root: str, asked: Asked, known: Known, taken: Mapping[str | None, Line]
) -> Iterator[tuple[str, Action]]:
    """In a move, what hangs below a line that disconnects stays behind with it (MOV-V6)."""
    action: Action = "change" if asked.action == "move" else asked.action or "change"
    reach = REACH.get((asked.category, asked.action or "change"), alone)
    mine = _mine(root, asked, known) is not None
    left: set[str] = set()
    for instance_id in reach(root, asked.category, known) if mine else (root,):
        own, here = taken.get(instance_id), known.instance(instance_id)
        if (own and own.action == "disconnect") or (here and here.parent_id in left):
            left.add(instance_id)
        yield instance_id, "disconnect" if instance_id in left else action


def _written(line_id: str, action: Action, instance_id: str, asked: Asked) -> Line:
    selected = instance_id in asked.selection
    moved = asked.action == "move" and action == "change"
    return Line(
        line_id=line_id,
        action=action,
        kind=asked.category,
        instance_id=instance_id,
        characteristics=dict(asked.characteristics) if selected else {},
        location=asked.location if moved or selected else None,
        move=True if moved else None,
        due_date=asked.start,
    )


def numbering(lines: Iterable[Line]) -> Iterator[str]:
    """Line ids for the lines that the platform writes: 1, 2, 3, but none that is taken."""
    taken = {line.line_id for line in lines}
    number = 0
    while True:
        number += 1
        if str(number) not in taken:
            yield str(number)
