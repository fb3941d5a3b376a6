"""What is said of what an order holds: its lines, the affected tree, and the parts that wait."""

from __future__ import annotations

from services.inventory.domain.value import value
from services.inventory.domain.words import (
    Action,
    InstanceId,
    Kind,
    LineId,
    ReturnPlan,
    Side,
    SpecificationId,
    State,
    Values,
)


@value
class ReservedLine:
    """A line with the instance it stands for, and the one that was made for it."""

    line_id: LineId
    action: Action
    kind: Kind
    move: bool
    instance_id: InstanceId | None
    new_instance_id: InstanceId | None
    parent_line_id: LineId | None
    specification_id: SpecificationId
    specification_version: str | None
    characteristics: Values
    location: str | None
    quantity: int | None
    transient: bool
    return_: ReturnPlan | None = None


@value
class Affected:
    """An instance of the affected tree as it stood when it was reserved, or as it was made."""

    instance_id: InstanceId
    line_id: LineId
    action: Action
    kind: Kind
    specification_id: SpecificationId
    specification_version: str | None
    parent_id: InstanceId | None
    state: State
    location: str | None
    characteristics: Values
    side: Side | None = None
    pair_id: InstanceId | None = None
    new: bool = False
    quantity: int | None = None


@value
class Scheduled:
    """An operation of the order, and the lines that wait in it."""

    operation_id: str
    line_ids: tuple[LineId, ...]


@value
class Standing:
    """A product in a hierarchy in which the order adds, ends or turns what others require or exclude.

    Of a hierarchy that the order makes its root alone, pending. `account_wide` is such a root that requires
    other products, and what it requires in other hierarchies of the account.
    """

    instance_id: InstanceId
    root_id: InstanceId
    specification_id: SpecificationId
    specification_version: str | None
    state: State
    account_wide: bool = False
