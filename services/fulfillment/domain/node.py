"""A domain order in the making."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.fulfillment.domain.blueprint import AwaitedTarget, Quantity
from services.fulfillment.domain.catalog import Kind, LineAction, ReturnPlan, Side, Specification, Values
from services.fulfillment.domain.reservation import Instance, Line


@dataclass(slots=True, kw_only=True, eq=False)
class Node:
    """What is known of one domain order so far. `named` are the values its own line sets: they stay.

    `had` are those that its instance had before, also at the place that it moves from; none of a new one.
    """

    id: str
    kind: Kind
    action: LineAction
    line_id: str
    specification_id: str
    version: str | None
    specification: Specification | None
    instance_id: str
    parent: Node | None
    parent_instance_id: str | None
    location: str | None
    side: Side | None = None
    return_: ReturnPlan | None = None
    quantity: Quantity | None = None
    values: Values = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    had: Values = field(default_factory=dict)
    new_instance: bool = False
    needless: bool = False
    composed_of: list[str] = field(default_factory=list)
    pair: Node | None = None
    awaits: list[AwaitedTarget] = field(default_factory=list)

    def ancestors(self) -> Iterator[Node]:
        """From the parent up."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def lands(self) -> bool:
        """Whether its values become those of its instance."""
        return self.action in ("add", "change") and self.side != "cease"


def action_of(instance: Instance) -> LineAction:
    """DEC-06: the line's action at each level; of a move, change and add (MOV-03, MOV-04)."""
    if instance.action == "disconnect" or instance.side is None:
        return instance.action
    return "add" if instance.side == "provide" else "change"


def location_of(instance: Instance, line: Line) -> str | None:
    if instance.side == "provide":
        return line.location or instance.location
    return instance.location or line.location


def quantity_of(instance: Instance, line: Line) -> Quantity | None:
    """DIS-06: what the line says of its own instance, else what there is; a new one alone is not counted."""
    before = None if instance.new else instance.quantity
    own = line.quantity if line.stands_for(instance.instance_id) else None
    after = instance.quantity if own is None else own
    if after is None or (before is None and after == 1):
        return None
    return Quantity(after=after, before=None if before == after else before)
