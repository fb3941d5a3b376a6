"""What inventory reserved for an order: its lines, and the instances they touch."""

from __future__ import annotations

from dataclasses import field

from services.fulfillment.domain.catalog import Kind, LineAction, ReturnPlan, Scalar, Side
from services.fulfillment.domain.value import value


@value
class Line:
    line_id: str
    action: LineAction
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    instance_id: str | None = None
    new_instance_id: str | None = None
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    location: str | None = None
    quantity: int | None = None
    return_: ReturnPlan | None = None
    """The plan of the catalog by which a return is carried out, of a line that a return has written."""

    def stands_for(self, instance_id: str) -> bool:
        return instance_id in (self.instance_id, self.new_instance_id)


@value
class Instance:
    """One instance of the affected tree, as it stood when it was reserved."""

    instance_id: str
    line_id: str
    action: LineAction
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    side: Side | None = None
    pair_id: str | None = None
    new: bool = False
    quantity: int | None = None


@value
class Standing:
    """A product of a hierarchy in which the order touches what others require or exclude."""

    instance_id: str
    root_id: str
    specification_id: str
    specification_version: str | None = None
    pending: bool = False
    """Another order is about to add it."""
    account_wide: bool = False
    """A new root that requires what may stand anywhere in the account, or such a product elsewhere in it."""


@value
class Reservation:
    """`tree` names parents before their children. `operations` are parts of the order that follow. `dropped`
    are lines that it was about before it was revised.

    One that is such a part itself names its `operation_id`.
    """

    order_id: str
    account_id: str
    version: int
    lines: tuple[Line, ...]
    tree: tuple[Instance, ...]
    operations: tuple[str, ...] = ()
    operation_id: str | None = None
    priority: int | None = None
    standing: tuple[Standing, ...] = ()
    dropped: tuple[str, ...] = ()
