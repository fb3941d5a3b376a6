"""CON-09: which contract an order is about. One that its lines stand in already, or one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.term import OVER, ContractId, TermRecord
from services.inventory.domain.words import LineId, OrderId


def own_contract(order: OrderId) -> ContractId:
    """Order ids never contain `~`: the order can be read from it."""
    return f"{order}~contract"


def about_a_contract(line: Line) -> bool:
    """Whether the line brings a contract line, or changes one."""
    return line.agreed is not None and line.agreed.type not in ("cancel", "no_change")


def contract_of(case: Case, waiting: tuple[Line, ...]) -> ContractId:
    """The first that a line is about; where none is there yet, one of its own."""
    at_once = ((line, case) for line in case.order.lines)
    later = ((line, replace(case, day=line.due or case.now)) for line in waiting)
    found = (_there(line, its) for line, its in (*at_once, *later) if about_a_contract(line))
    return next((one for one in found if one is not None), own_contract(case.order.order_id))


def _there(line: Line, case: Case) -> ContractId | None:
    instance = case.installed.get(line.instance_id)
    if instance is not None and line.action != "add" and len(terms := running(instance, case.day)) == 1:
        return terms[0].contract_id
    return contract_above(line, case) if line.agreed and line.agreed.type == "upsell" else None


def contract_above(line: Line, case: Case) -> ContractId | None:
    """That of the nearest instance at or above a line that has a contract line which runs."""
    ids = (
        one.parent_instance_id if one.action == "add" else one.instance_id
        for one in (line, *above(line, case))
    )
    start = next((id for id in ids if id is not None), "")
    found = (term.contract_id for one in case.installed.above(start) for term in running(one, case.day))
    return next(found, None)


def above(line: Line, case: Case) -> Iterator[Line]:
    """The lines above in the order, nearest first."""
    lines = {one.line_id: one for one in case.order.lines}
    seen: set[LineId] = {line.line_id}
    while (upper := lines.get(line.parent_line_id or "")) is not None and upper.line_id not in seen:
        seen.add(upper.line_id)
        yield upper
        line = upper


def running(instance: Instance, day: datetime | None = None) -> list[TermRecord]:
    """The contract lines on an instance that are not over, or as far as is known will not be on that day."""
    found = (term.record for _, term in sorted(instance.terms.items()))
    return [
        one
        for one in found
        if one.kind == "contract_line"
        and one.state not in OVER
        and (day is None or one.end is None or one.end > day)
    ]
