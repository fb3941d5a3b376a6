"""What is judged before anything is reserved: an order beside the installed base that it would touch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.tree import Installed, affected
from services.inventory.domain.value import value
from services.inventory.domain.words import InstanceId, LineId

ORDER_AGAIN = "place this order again when it is completed"
JUST_AGAIN = "order it again"


@value
class Case:
    """An order beside the installed base, with the tree that it would touch."""

    order: Approved
    installed: Installed
    affected: Mapping[InstanceId, Line]
    now: datetime | None = None
    at_work: Collection[LineId] = frozenset()
    """Lines of an order under way that were judged when they were reserved: what others have begun since is
    not held against them."""
    day: datetime | None = None
    """When what is judged is to run, where that is later."""
    when_held: str = ORDER_AGAIN
    """What to do about an instance that another order holds."""
    when_few: str = JUST_AGAIN
    """What to do where fewer are left than a line asks for."""
    asks: bool = False
    """Whether it asks again which instances end, and how many, where more are left."""

    def named(self) -> Iterator[tuple[Line, Instance]]:
        """The lines that name an instance the account owns, with it."""
        for line in self.order.lines:
            instance = self.installed.get(line.instance_id)
            if line.action != "add" and instance is not None:
                yield line, instance


def case_of(
    order: Approved,
    installed: Installed,
    now: datetime | None = None,
    at_work: Collection[LineId] = frozenset(),
) -> Case:
    tree = affected(order.lines, installed)
    return Case(order=order, installed=installed, affected=tree, now=now, at_work=at_work)
