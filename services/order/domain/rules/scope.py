"""How large an order may be (LIM-01), and what a product cannot be without (ACT-13)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.line import Line
from services.order.domain.mandatory import beyond, missed
from services.order.domain.parts import ending_beside
from services.order.domain.tree import Tree
from services.order.domain.words import Reason
from services.order.domain.writing import MAX_LINES


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


def keeps_what_is_mandatory(tree: Tree) -> Iterator[Reason]:
    """ACT-13, ACT-14, D-14: a mandatory part goes only with the whole, and only when confirmed."""
    for line in tree.lines:
        if whole := missed(line, tree):
            beside = ending_beside(whole, line.specification_id or _own(line, tree), tree)
            why = f" ({beside} beside it, which comes back only if that is canceled)" if beside else ""
            message = (
                f"{line.instance_id} is a mandatory part of {whole.name}, and only an optional one can be "
                f"taken away{why}: add one of its kind in the same order, or {_whole_too(line, tree)}"
            )
            yield Reason(rule="ACT-13", message=message, line_id=line.line_id, field="instanceId")


def _own(line: Line, tree: Tree) -> str | None:
    own = tree.instance(line.instance_id)
    return own.specification_id if own is not None else None


def _whole_too(line: Line, tree: Tree) -> str:
    """A service order ends services and never a product, so `cascade` reaches as far as its services."""
    if product := beyond(line.instance_id or "", tree):
        return (
            f"end {product.name} as a whole with an order of category 'product': a service order ends no "
            "product, with 'cascade' neither"
        )
    return f"say 'cascade': true to end the whole {line.kind}"
