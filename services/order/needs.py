"""What the handlers will read, wished for beforehand, so that a batch costs one query a round.

Only for speed: a handler that reads more fetches it by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from services.chassis.service import RowsOf, StreamOf, Wish, Work
from services.order.domain.capture import REACH, Asked
from services.order.domain.capture import whole as whole_tree
from services.order.domain.instance import Instance
from services.order.domain.line import Line
from services.order.domain.order import Order
from services.order.domain.specification import Specification
from services.order.domain.words import Kind
from services.order.handlers import (
    ELSEWHERE,
    INSTANCE,
    NAMED_BY,
    ORDER,
    ROOTS,
    SPECIFICATION,
    TERM,
    below,
    by_external_id,
)

Wishes = Iterator[Collection[Wish]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """How far to look from what an order names.

    `roots` are the instances whose tree below is read, `wholes` those of which only the next parts are.
    """

    kind: Kind
    up: bool
    roots: frozenset[str] = frozenset()
    wholes: frozenset[str] = frozenset()


def of_order(order_id: str) -> Wishes:
    return iter(((StreamOf(ORDER, order_id),),))


def of_lines(order_id: str, work: Work) -> Wishes:
    """For a command that judges the lines an order has."""
    yield (StreamOf(ORDER, order_id),)
    order: Order | None = work.state(ORDER, order_id)
    if order is not None:
        yield from _following(_named(order.lines), _around_lines(order.category, order.lines), work)
        yield from _hierarchies((), order.lines, work)


def of_pending(order_id: str, work: Work) -> Wishes:
    """For the answer to a request: what the lines that it asks for stand beside."""
    yield (StreamOf(ORDER, order_id),)
    order: Order | None = work.state(ORDER, order_id)
    if order is not None and order.pending is not None and order.pending.lines is not None:
        lines = order.pending.lines
        yield _named(lines)
        yield from _hierarchies((), lines, work)


def of_edited(order_id: str, lines: tuple[Line, ...], work: Work) -> Wishes:
    yield (StreamOf(ORDER, order_id), *_named(lines))
    yield from _following(_named(lines), _around_lines("product", lines), work)
    yield from _hierarchies((), lines, work)


def of_asked(order_id: str, asked: Asked, work: Work) -> Wishes:
    whole = asked.action is not None and REACH.get((asked.category, asked.action)) is whole_tree
    around = Around(
        kind=asked.category,
        up=len(asked.lines) + len(asked.selection) > 1
        or asked.action == "disconnect"
        or _makes_another(asked.lines),
        roots=frozenset(asked.selection) if whole else frozenset(),
        wholes=_wholes(asked.lines),
    )
    first: list[Wish] = [StreamOf(ORDER, order_id), *_named(asked.lines)]
    first += [StreamOf(INSTANCE, id) for id in asked.selection]
    yield from _following(first, around, work)
    yield from _hierarchies(asked.selection if asked.action == "disconnect" else (), asked.lines, work)
    # An id that is no instance may be that of a contract line or an entitlement (D-16).
    unknown = [id for id in asked.selection if work.state(INSTANCE, id) is None]
    yield [StreamOf(TERM, id) for id in unknown]
    # Or the one that another system gave an instance (SUS-14).
    rows = [RowsOf(ELSEWHERE, by_external_id(asked.account_id, id)) for id in unknown]
    yield rows
    yield [StreamOf(INSTANCE, id) for row in rows for id in work.members(row.kind, row.key)]


def of_returned(instances: frozenset[str], work: Work) -> Wishes:
    """What comes back, with all that hangs below it and all that it hangs below."""
    around = Around(kind="product", up=True, roots=instances)
    yield from _following((StreamOf(INSTANCE, id) for id in instances), around, work)


def of_catalog(specification_id: str, named: Iterable[str], work: Work) -> Wishes:
    """The entries that one speaks of, those that speak of it, and so on."""
    wanted = {specification_id, *named}
    seen: set[str] = set()
    while wanted:
        seen |= wanted
        yield [wish for id in wanted for wish in (StreamOf(SPECIFICATION, id), RowsOf(NAMED_BY, id))]
        wanted = {other for id in wanted for other in neighbours(id, work)} - seen


def neighbours(specification_id: str, work: Work) -> set[str]:
    catalog: Specification = work.state(SPECIFICATION, specification_id)
    named = {name for entry in catalog.versions.values() for name in entry.named}
    return named | set(work.members(NAMED_BY, specification_id))


def _around_lines(kind: Kind, lines: tuple[Line, ...]) -> Around:
    return Around(kind=kind, up=len(lines) > 1 or _makes_another(lines), wholes=_wholes(lines))


def _makes_another(lines: Iterable[Line]) -> bool:
    """Whether other products stand in a hierarchy afterwards."""
    return any(line.action in ("add", "disconnect") or line.specification_id is not None for line in lines)


def _hierarchies(selection: Iterable[str], lines: Iterable[Line], work: Work) -> Wishes:
    """All that stands in those where other products will stand: what goes together is judged over all."""
    lines = tuple(lines)
    named = [line.instance_id or line.parent_instance_id for line in lines if _makes_another((line,))]
    roots = {_root(id, work) for id in (*selection, *named) if id is not None}
    if any(_requires_beside(line, work) for line in lines):
        account = work.message.account or ""
        yield [RowsOf(ROOTS, account)]
        roots |= set(work.members(ROOTS, account))
        yield [StreamOf(INSTANCE, id) for id in roots]
    if roots:
        yield from _following((), Around(kind="product", up=False, roots=frozenset(roots)), work)


def _requires_beside(line: Line, work: Work) -> bool:
    """Whether it makes a root that requires what may stand anywhere in the account, or turns one into it."""
    if line.specification_id is None or not _is_root(line, work):
        return False
    catalog: Specification = work.state(SPECIFICATION, line.specification_id)
    entry = catalog.latest
    rules = entry.content.get("compatibility", ()) if entry is not None else ()
    return any(rule["type"] == "requires" for rule in rules)


def _is_root(line: Line, work: Work) -> bool:
    if line.action == "add":
        return line.parent_line_id is None and line.parent_instance_id is None
    own: Instance | None = work.state(INSTANCE, line.instance_id) if line.instance_id is not None else None
    return line.action == "change" and own is not None and own.parent_id is None


def _root(id: str, work: Work) -> str:
    """The highest product above an instance, as far as they are heard of."""
    seen = {id}
    while (found := work.state(INSTANCE, id)) is not None and found.parent_id not in (None, *seen):
        above = work.state(INSTANCE, found.parent_id)
        if above is None or above.kind != "product":
            break
        id = found.parent_id
        seen.add(id)
    return id


def _wholes(lines: tuple[Line, ...]) -> frozenset[str]:
    """What lines add to: how many there may be is judged by how many there are."""
    return frozenset(
        line.parent_instance_id for line in lines if line.action == "add" and line.parent_instance_id
    )


def _named(lines: tuple[Line, ...]) -> list[Wish]:
    found: dict[Wish, None] = {}
    for line in lines:
        for id in (line.instance_id, line.parent_instance_id):
            if id is not None:
                found[StreamOf(INSTANCE, id)] = None
        if line.specification_id is not None:
            found[StreamOf(SPECIFICATION, line.specification_id)] = None
    return list(found)


def _following(first: Iterable[Wish], around: Around, work: Work) -> Wishes:
    wanted: set[Wish] = set(first)
    wanted |= {RowsOf(below(around.kind), id) for id in around.roots | around.wholes}
    seen: set[Wish] = set()
    while wanted:
        seen |= wanted
        yield wanted
        wanted = {further for wish in wanted for further in _next(wish, around, work)} - seen


def _next(wish: Wish, around: Around, work: Work) -> Iterator[Wish]:
    if isinstance(wish, RowsOf):
        for child in work.members(wish.kind, wish.key):
            yield StreamOf(INSTANCE, child)
            if around.roots:
                yield RowsOf(wish.kind, child)
    elif wish.category == INSTANCE:
        instance: Instance | None = work.state(INSTANCE, wish.id)
        if instance is not None:
            yield StreamOf(SPECIFICATION, instance.specification_id)
            if around.up and instance.parent_id is not None:
                yield StreamOf(INSTANCE, instance.parent_id)
    elif wish.category == SPECIFICATION:
        catalog: Specification = work.state(SPECIFICATION, wish.id)
        if (entry := catalog.latest) is not None:
            yield from (StreamOf(SPECIFICATION, target) for target in entry.realized)
            yield from (StreamOf(SPECIFICATION, item.target) for item in entry.bundles if item.mandatory)
