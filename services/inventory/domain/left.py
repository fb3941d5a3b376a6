"""What may be left of a specification below an instance, however the orders of others come out.

What another order ends or makes may still be canceled, so it is there in one outcome and not in the other.
For how many there may be at most it counts; for how many there have to be it does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Held, Instance
from services.inventory.domain.room import added
from services.inventory.domain.sentence import names
from services.inventory.domain.words import InstanceId, OrderId, SpecificationId


class Left(NamedTuple):
    """Once an order is done: what is left in every outcome, and what only in some."""

    surely: int
    open: tuple[Instance, ...]

    @property
    def at_most(self) -> int:
        return self.surely + len(self.open)


def left(parent: InstanceId, target: SpecificationId, case: Case) -> Left:
    """Of a specification directly below an instance. What the order itself adds counts."""
    surely, open_ = len(added(case.order.lines).get((parent, target), ())), list[Instance]()
    for id in case.installed.children(parent):
        one = case.installed.get(id)
        if one is None:
            continue
        outcomes = set(_outcomes(one, case.affected.get(id), target))
        if outcomes == {True}:
            surely += 1
        elif True in outcomes:
            open_.append(one)
    return Left(surely, tuple(open_))


def _outcomes(one: Instance, line: Line | None, target: SpecificationId) -> Iterator[bool]:
    """Whether it is one of these, in each way in which it may come out."""
    here = one.record.specification_id == target
    if line is not None and line.action != "no_change":
        own = line.specification_id if line.action == "change" and line.instance_id == one.id else None
        yield line.action != "disconnect" and (own == target if own else here)
        return
    yield here
    if one.held is not None:
        yield _afterwards(one.held, here, target)


def _afterwards(held: Held, here: bool, target: SpecificationId) -> bool:
    """The other outcome of what an order holds: of what it ends and turns when it lands, of what it has made
    when it is canceled."""
    if held.action == "disconnect" or held.found is None:
        return False
    return held.coming.specification_id == target if held.coming.specification_id else here


def undecided(open_: tuple[Instance, ...]) -> str:
    """Which orders have not come out yet, for a sentence; empty when there are none."""
    by_order: dict[tuple[OrderId, str], list[InstanceId]] = {}
    for one in open_:
        if one.held is not None:
            by_order.setdefault((one.held.order_id, _doing(one.held)), []).append(one.id)
    return "; ".join(
        f"order '{order}' is still {doing} {names(ids)}" for (order, doing), ids in by_order.items()
    )


def _doing(held: Held) -> str:
    if held.found is None:
        return "adding"
    return "ending" if held.action == "disconnect" else "changing"
