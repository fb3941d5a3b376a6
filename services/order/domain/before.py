"""The world as it was before an order began: what it has made since, and ended, is not held against it.

What others have ended since is gone all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line
from services.order.domain.specification import Specification
from services.order.domain.term import Contract, Term
from services.order.domain.words import Kind


@dataclass(slots=True, kw_only=True)
class Before:
    """`Known` without the work of this order, whose lines are given. Order ids never contain `:` or `~`."""

    known: Known
    order_id: str
    lines: tuple[Line, ...]

    @property
    def now(self) -> datetime:
        return self.known.now

    def instance(self, id: str) -> Instance | None:
        if self._made(id):
            return None
        found = self.known.instance(id)
        if (
            found is not None
            and self._has_ended(found)
            and any(line.instance_id == id for line in self.lines)
        ):
            return replace(found, ended=False)
        return found

    def going_on_as(self, id: str) -> str:
        return self.known.going_on_as(id)

    def ending(self, id: str) -> Mapping[str, str]:
        return self.known.ending(id)

    def gone(self, line_id: str) -> bool:
        made = self.known.instance(self.known.going_on_as(f"{self.order_id}:{line_id}"))
        return made is not None and made.ended and not self._has_ended(made)

    def term(self, id: str) -> Term | None:
        return self.known.term(id)

    def contract(self, id: str) -> Contract | None:
        return self.known.contract(id)

    def elsewhere(self, account: str, id: str) -> Collection[str]:
        return self.known.elsewhere(account, id)

    def specification(self, id: str) -> Specification | None:
        return self.known.specification(id)

    def roots(self, account: str) -> Collection[str]:
        return [id for id in self.known.roots(account) if not self._made(id)]

    def children(self, id: str, kind: Kind) -> Collection[str]:
        there = [child for child in self.known.children(id, kind) if not self._made(child)]
        return [*there, *(child for child in self._ended(id, kind) if child not in there)]

    def _ended(self, parent: str, kind: Kind) -> list[str]:
        named = {line.instance_id for line in self.lines if line.instance_id is not None}
        found = {id: self.known.instance(id) for id in sorted(named)}
        return [
            id
            for id, one in found.items()
            if one is not None and self._has_ended(one) and (one.parent_id, one.kind) == (parent, kind)
        ]

    def _has_ended(self, instance: Instance) -> bool:
        """Itself, or who knows who has."""
        return instance.ended and instance.ended_by in (None, self.order_id)

    def _made(self, id: str) -> bool:
        """By a line, as the other side of a move, or by the plan, which counts what it makes (`O1.7`)."""
        own = self.order_id
        return id.startswith((f"{own}:", f"{own}~")) or (
            id.startswith(f"{own}.") and id[len(own) + 1 :].isdecimal()
        )
