"""How large an order may be and when it may start (LIM-01, D-08, D-09, SUS-01), and what a product cannot be
without (ACT-13)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.line import Line
from services.order.domain.mandatory import beyond, missed
from services.order.domain.tree import Tree
from services.order.domain.words import Reason
from services.order.domain.writing import MAX_LINES

_NO_END = (
    "an 'end' asks for a resume at a date, and scheduling is not available in this version: leave it out, "
    "and order the resume when it is time"
)


def is_not_too_large(tree: Tree) -> Iterator[Reason]:
    """LIM-01: an order is one message."""
    if len(tree.lines) > MAX_LINES:
        message = (
            f"the order comes to {len(tree.lines)} lines and {MAX_LINES} are allowed: select fewer "
            "instances, and order the rest apart"
        )
        yield Reason(rule="LIM-01", message=message, field="lines")


def has_lines(tree: Tree) -> Iterator[Reason]:
    """A reworked order may have none: those of one that was too large were not kept."""
    if not tree.lines:
        message = "the order has no lines, so there is nothing to do: write them with order.revise"
        yield Reason(rule="LIN-01", message=message, field="lines")


def starts_now(tree: Tree) -> Iterator[Reason]:
    """D-09: a date to come is a schedule, which this version does not have; a past one means now (D-08)."""
    without = "scheduling is not available in this version; without the date it happens at once"
    for line in tree.lines:
        if line.due_date is not None and line.due_date > tree.known.now:
            rule = "SUS-01" if line.action in ("suspend", "resume") else "D-09"
            message = f"{line.due_date.isoformat()} is still to come: {without}"
            yield Reason(rule=rule, message=message, line_id=line.line_id, field="dueDate")
    if tree.request.end is not None:
        yield Reason(rule="D-09", message=_NO_END, field="end")


def keeps_what_is_mandatory(tree: Tree) -> Iterator[Reason]:
    """ACT-13, ACT-14, D-14: a mandatory part goes only with the whole, and only when confirmed."""
    for line in tree.lines:
        if whole := missed(line, tree):
            message = (
                f"{line.instance_id} is a mandatory part of {whole.name}, and only an optional one can be "
                f"taken away: add one of its kind in the same order, or {_whole_too(line, tree)}"
            )
            yield Reason(rule="ACT-13", message=message, line_id=line.line_id, field="instanceId")


def _whole_too(line: Line, tree: Tree) -> str:
    """A service order ends services and never a product, so `cascade` reaches as far as its services."""
    if product := beyond(line.instance_id or "", tree):
        return (
            f"end {product.name} as a whole with an order of category 'product': a service order ends no "
            "product, with 'cascade' neither"
        )
    return f"say 'cascade': true to end the whole {line.kind}"
