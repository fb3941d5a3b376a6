"""From the resolution of a return's line to the order that carries it out (7.4, D-12, D-24)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.order.domain.capture import Asked, capture, numbering
from services.order.domain.instance import Instance
from services.order.domain.line import Known, Line, Request
from services.order.domain.mandatory import missed
from services.order.domain.parts import entry_of
from services.order.domain.policy import judge
from services.order.domain.return_case import PLANS, Assessed, ReturnLine
from services.order.domain.returnable import no_such, owned_of
from services.order.domain.tree import Tree
from services.order.domain.value import value
from services.order.domain.words import HeaderAction, Reason, ReturnPlan
from services.order.domain.writing import write_out


@value
class Resolution:
    """An order that is to be written, and what stands against it."""

    request: Request
    broken: tuple[Reason, ...]
    owned: int | None = None
    """How many the account has, where only some of them are meant."""

    @property
    def replacement(self) -> str | None:
        """The line that adds what takes the place of the instance."""
        return next((line.line_id for line in self.request.lines if line.replaces), None)


# --------------------------------------------------------------------------------------- resolving


def resolve(account_id: str, line: ReturnLine, one: Assessed, known: Known) -> Resolution:
    """The order of a line that is not rejected. Its instance was there when the return was opened."""
    instance = known.instance(line.instance_id)
    plan = PLANS[one.proposed]
    nothing = Request(account_id=account_id, category="product", lines=())
    if instance is None or instance.ended:
        message = f"{line.instance_id} has ended since: nothing of it is left to resolve; propose 'reject'"
        return Resolution(request=nothing, broken=(no_such(line, message, "instanceId"),))
    if (fewer := _fewer_left(line, one, instance)) is not None:
        return Resolution(request=nothing, broken=(fewer,))
    part = _part(line, one, instance)
    asked = _asked(account_id, _counted(line, one), part, instance, plan)
    request = write_out(_in_front(capture(asked, known), line, plan), known)
    owned = owned_of(instance) if part is not None and plan != "repair" else None
    return Resolution(request=request, broken=tuple(_broken(line, request, plan, known)), owned=owned)


def _fewer_left(line: ReturnLine, one: Assessed, instance: Instance) -> Reason | None:
    """RMA-01: fewer are left than are approved, or than came back when the return was opened."""
    owned = owned_of(instance)
    if (approved := one.approved_quantity or line.quantity or 1) <= owned:
        return None
    right = f"approve at most {owned}, or propose 'reject'" if owned else "propose 'reject'"
    message = f"{approved} of {line.instance_id} are approved and the account has {owned}: {right}"
    return Reason(rule="RMA-01", message=message, line_id=line.line_id, field="approvedQuantity")


@value
class _Part:
    """Only some of an instance are meant: so many, and so many are left."""

    approved: int
    left: int


def _part(line: ReturnLine, one: Assessed, instance: Instance) -> _Part | None:
    """None when the whole instance is meant."""
    owned = owned_of(instance)
    approved = one.approved_quantity or line.quantity or owned
    return _Part(approved=approved, left=owned - approved) if approved < owned else None


_ACTIONS: dict[ReturnPlan, HeaderAction] = {
    "refund": "disconnect",
    "replace": "change",
    "repair": "no_change",
}


def _counted(line: ReturnLine, one: Assessed) -> ReturnLine:
    """The line with how many of it were approved; none where nobody counted."""
    return replace(line, quantity=one.approved_quantity or line.quantity)


def _asked(
    account_id: str, line: ReturnLine, part: _Part | None, instance: Instance, plan: ReturnPlan
) -> Asked:
    """Of a refund the whole instance is selected, with what hangs below it (LIN-05)."""
    action = "change" if plan == "refund" and part else _ACTIONS[plan]
    own = Line(
        line_id=line.line_id,
        action="disconnect" if plan == "replace" and part is None else action,  # type: ignore[arg-type]
        kind=instance.kind,
        instance_id=line.instance_id,
        quantity=part.left if part and plan != "repair" else None,
        return_=plan,
        quantity_before=owned_of(instance) if plan != "repair" and line.quantity is not None else None,
        reason=line.reason,
    )
    return Asked(
        account_id=account_id,
        category="service" if instance.kind == "service" else "product",
        action=action,
        selection=(line.instance_id,) if action == "disconnect" else (),
        lines=(own, *_replacement(own, part, instance)) if plan == "replace" else (own,),
    )


def _replacement(own: Line, part: _Part | None, instance: Instance) -> Iterator[Line]:
    """It keeps the place of what it replaces, and all that is told of it; of many it stands for its part."""
    yield Line(
        line_id=next(numbering((own,))),
        action="add",
        kind=instance.kind,
        specification_id=instance.specification_id,
        parent_instance_id=instance.parent_id,
        location=instance.location,
        quantity=part.approved if part else None,
        return_="replace",
        replaces=own.instance_id,
        reason=own.reason,
    )


def _in_front(request: Request, line: ReturnLine, plan: ReturnPlan) -> Request:
    """The line of what comes back, then those that follow from it: they are all part of the return."""
    ours = [one for one in request.lines if one.line_id == line.line_id]
    rest = [one for one in request.lines if one.line_id != line.line_id]
    return request.with_lines(tuple(replace(one, return_=plan) for one in (*ours, *rest)))


# ----------------------------------------------------------------------------------------- judging


def _broken(line: ReturnLine, request: Request, plan: ReturnPlan, known: Known) -> Iterator[Reason]:
    """What stands against the order, said of the line of the return."""
    own = tuple(_unfit(line, plan, known))
    yield from own
    for reason in () if own else judge(request, known):
        yield replace(reason, line_id=line.line_id, message=_said(reason, request, known), field=None)


def _unfit(line: ReturnLine, plan: ReturnPlan, known: Known) -> Iterator[Reason]:
    if plan == "repair" and not _has_a_repair_plan(line, known):
        message = (
            f"the catalog has no repair plan for {line.instance_id}: publish one (action 'no_change', "
            "return 'repair') in a version that it has, or propose 'replacement' or 'refund'"
        )
        yield Reason(rule="D-24", message=message, line_id=line.line_id, field="proposed")
    if plan == "replace":
        yield from _not_replaceable(line, known)


def _has_a_repair_plan(line: ReturnLine, known: Known) -> bool:
    instance = known.instance(line.instance_id)
    entry = entry_of(instance, known) if instance is not None else None
    return any(
        plan.get("return") == "repair" and "no_change" in plan["actions"]
        for plan in (entry.content.get("plans", ()) if entry else ())
    )


def _not_replaceable(line: ReturnLine, known: Known) -> Iterator[Reason]:
    """A disconnect takes all below along (DIS-02), no action takes a product to another parent, and what has
    no line of its own is held against no other order (CHG-16)."""
    instance = known.instance(line.instance_id)
    below = sorted(known.children(line.instance_id, instance.kind)) if instance else []
    if below:
        names = ", ".join(below[:10])
        message = (
            f"{line.instance_id} has {names} below it, and what is owned stays below its parent: replace "
            "what is below one by one, or propose 'repair' or 'refund'"
        )
        yield Reason(rule="D-12", message=message, line_id=line.line_id, field="proposed")


def _said(reason: Reason, request: Request, known: Known) -> str:
    """ACT-13 offers more to whoever writes an order than to whoever assesses a return."""
    if reason.rule != "ACT-13":
        return reason.message
    tree = Tree(request, known)
    for line in request.lines:
        if line.line_id == reason.line_id and (whole := missed(line, tree)):
            return (
                f"{line.instance_id} is a mandatory part of {whole.name}, and only an optional one can be "
                f"taken back alone: propose 'replacement' or 'repair', or open a return of {whole.name}"
            )
    return reason.message
