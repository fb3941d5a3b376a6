"""What a return was assessed by is still so: as many are there as were counted then (RMA-01)."""

from __future__ import annotations

from collections.abc import Iterator

from services.inventory.domain.case import Case
from services.inventory.domain.words import Reason


def as_many_as_were_counted(case: Case) -> Iterator[Reason]:
    """Some of many come back, so what is left of another number is not what was approved."""
    for line, instance in case.named():
        there = 1 if instance.record.quantity is None else instance.record.quantity
        if line.quantity_before in (None, there):
            continue
        yield Reason(
            rule="RMA-01",
            line_id=line.line_id,
            field="quantity",
            message=f"'{instance.id}' stands for {there} now, and for {line.quantity_before} when the return "
            "was assessed: assess the line of the return anew",
        )
