"""What order does with a new order: placed, submitted, approved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.chassis.service import Refused, Work
from services.order.domain import lifecycle
from services.order.domain.approver import at_once
from services.order.domain.capture import Asked, capture
from services.order.domain.compatibility import warnings
from services.order.domain.events import OrderPlaced
from services.order.domain.fewer import fewer
from services.order.domain.line import Request
from services.order.domain.order import Order
from services.order.domain.policy import judge
from services.order.domain.priority import priority
from services.order.domain.tree import Tree
from services.order.domain.writing import MAX_LINES, write_out
from services.order.handlers import ORDER, Heard, existing, identified, opened, sealed, settle, why


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A new order; personal texts sealed, characteristics still plain."""

    order_id: str
    asked: Asked
    draft: bool = False
    approve: bool = False
    reason: str | None = None


def place(command: Place, work: Work) -> None:
    """Raises `Refused` when whoever is known to place it asks for its approval as well (D-21)."""
    by, known = identified(work), Heard(work)
    if command.approve and (own := at_once(by)) is not None:
        raise Refused(why(own))
    request = write_out(capture(command.asked, known), known)
    broken = () if command.draft else judge(request, known)
    placed = OrderPlaced(
        account_id=request.account_id,
        status="draft" if command.draft else "new",
        category=request.category,
        action=request.action,
        lines=sealed(() if _too_many(request, command) else request.lines, known),
        location=request.location,
        end=request.end,
        cascade=request.cascade,
        upgrade=request.upgrade,
        ranks=request.ranks,
        reason=command.reason,
        asked_by=by,
    )
    order: Order | None = work.state(ORDER, command.order_id)
    approved = _judged(lifecycle.Approve(), request, known) if command.approve and not broken else None
    settle(command.order_id, lifecycle.place(order, placed, broken, approved), work)


def _judged(approve: lifecycle.Approve, request: Request, known: Heard) -> lifecycle.Approve:
    """What is found out of an order when it is approved."""
    return replace(
        approve,
        fewer=fewer(request, known),
        priority=priority(Tree(request, known)),
        warnings=warnings(request, known),
    )


def _too_many(request: Request, command: Place) -> bool:
    """LIM-01: what is selected may have any size; the order is rejected, and keeps none of the lines."""
    return len(request.lines) > MAX_LINES and not command.draft


def submit(order_id: str, reason: str | None, work: Work) -> None:
    order, known = existing(order_id, work), Heard(work)
    written = write_out(opened(order, work), known)
    broken = judge(written, known)
    lines = sealed(written.lines, known)
    submitted = lifecycle.Submit(lines=lines, broken=broken, reason=reason, by=identified(work))
    settle(order_id, lifecycle.decide(order, submitted), work)


def approve(order_id: str, reason: str | None, work: Work) -> None:
    order = existing(order_id, work)
    wanted = lifecycle.Approve(reason=reason, by=identified(work))
    if order.status == "new":
        readable, known = opened(order, work), Heard(work)
        wanted = _judged(replace(wanted, broken=judge(readable, known)), readable, known)
    settle(order_id, lifecycle.decide(order, wanted), work)
