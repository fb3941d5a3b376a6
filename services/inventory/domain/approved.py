"""An approved order, as inventory hears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime

from services.inventory.domain.agreement import Agreed
from services.inventory.domain.table import Asked
from services.inventory.domain.value import value
from services.inventory.domain.words import (
    Action,
    InstanceId,
    Kind,
    LineId,
    OrderId,
    ReturnPlan,
    SpecificationId,
    Values,
)


@value
class Line:
    """A line of an approved order."""

    line_id: LineId
    action: Action
    kind: Kind = "product"
    instance_id: InstanceId | None = None
    specification_id: SpecificationId | None = None
    specification_version: str | None = None
    offering_id: str | None = None
    parent_line_id: LineId | None = None
    parent_instance_id: InstanceId | None = None
    characteristics: Values = field(default_factory=dict)
    location: str | None = None
    move: bool = False
    quantity: int | None = None
    transient: bool = False
    due: datetime | None = None
    agreed: Agreed | None = None
    return_: ReturnPlan | None = None
    replaces: InstanceId | None = None
    quantity_before: int | None = None
    """How many its instance stood for when a return counted what comes back."""
    parked: bool = False
    """D-15: it waits until somebody says which instances it ends."""
    ending: tuple[InstanceId, ...] = ()
    """Those, once they were named: they are disconnected under this line, with all that is below them."""

    @property
    def moves(self) -> bool:
        return self.move and self.action == "change"

    def ends(self) -> Line:
        """The line as it goes for what it ends."""
        return Line(
            line_id=self.line_id, action="disconnect", kind=self.kind, parent_line_id=self.parent_line_id
        )

    def going_on(self, goes_on_as: Mapping[InstanceId, InstanceId]) -> Line:
        """The line about what each of these instances has become, where that is unless it moves it."""
        stays = self.instance_id in goes_on_as and not self.move
        return replace(
            self,
            location=None if stays else self.location,
            instance_id=goes_on_as.get(self.instance_id or "", self.instance_id),
            parent_instance_id=goes_on_as.get(self.parent_instance_id or "", self.parent_instance_id),
            replaces=goes_on_as.get(self.replaces or "", self.replaces),
        )

    @property
    def asked(self) -> Asked:
        if self.return_ == "replace" and self.action == "disconnect":
            return "replace"
        return "move" if self.moves else self.action


@value
class Approved:
    """An order was approved: everything in it is to be reserved, or nothing."""

    order_id: OrderId
    account_id: str
    version: int
    category: Kind
    action: str | None
    lines: tuple[Line, ...]
    priority: int | None = None
    """ORC-05, from 0 to 100."""

    def going_on(self, goes_on_as: Mapping[InstanceId, InstanceId]) -> Approved:
        return replace(self, lines=tuple(line.going_on(goes_on_as) for line in self.lines))
