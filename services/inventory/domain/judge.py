"""What refuses a reservation: a list of rules, each of which names every line that breaks it."""

from __future__ import annotations

from collections.abc import Iterator

from services.inventory.domain.approved import Line
from services.inventory.domain.assessed import as_many_as_were_counted
from services.inventory.domain.case import Case
from services.inventory.domain.counted import cannot_end, too_few_left, too_many_left
from services.inventory.domain.enough import without_enough
from services.inventory.domain.gone import ended
from services.inventory.domain.instance import Instance
from services.inventory.domain.moving import elsewhere, movable_as_a_whole, moved_as_a_whole
from services.inventory.domain.outgrown import lacking
from services.inventory.domain.replacing import as_a_change, replaced
from services.inventory.domain.room import without_room
from services.inventory.domain.sentence import names
from services.inventory.domain.table import broken, needs
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import PENDING, InstanceId, LineId, OrderId, Reason

MAX_TREE = 5_000
"""Instances that one order may touch (LIM-01)."""

_ENDING_OR_RESTING = frozenset({"disconnect", "suspend", "resume"})


def judge(case: Case) -> tuple[Reason, ...]:
    """Every broken rule; none at all when the order may be reserved."""
    return tuple(reason for rule in RULES for reason in rule(case))


def known(case: Case, waiting: tuple[Line, ...] | None = None) -> Iterator[Reason]:
    """ACT-06. An instance of another account is as unknown as one that nobody has; order says the same."""
    for line in case.order.lines if waiting is None else waiting:
        adds = line.action == "add"
        field = "parentInstanceId" if adds else "instanceId"
        id = line.parent_instance_id if adds else line.instance_id
        if id is None and not adds:
            yield Reason(
                rule="ACT-06",
                line_id=line.line_id,
                field=field,
                message=f"{line.action} needs 'instanceId': name the instance that the line is about",
            )
        elif id is not None and case.installed.get(id) is None:
            yield Reason(
                rule="ACT-06",
                line_id=line.line_id,
                field=field,
                message=f"account {case.order.account_id} has no instance {id}: name one that it owns",
            )


def in_a_fitting_state(case: Case) -> Iterator[Reason]:
    """3.3 with D-07, for each instance with a line of its own."""
    for line, instance in case.named():
        rule = broken(instance.state, line.asked)
        if rule is not None and line.line_id not in case.at_work:
            yield _unfit(rule, line, instance, case.installed)


def _unfit(rule: str, line: Line, instance: Instance, installed: Installed) -> Reason:
    if instance.state == "inactive":
        anew = "what has ended is brought back by an add only"
        why = ended(instance.id, installed, "order it for", anew)
    else:
        why = f"is {instance.state}: {needs(instance.state, line.asked)}"
        if instance.state == "suspended" and line.agreed is not None and line.agreed.dated:
            why += (
                "; or load its contract line as suspended, with the dates that it is to have (contract.load)"
            )
    message = f"'{instance.id}' {why}"
    return Reason(rule=rule, line_id=line.line_id, field="instanceId", message=message)


def one_open_change(case: Case) -> Iterator[Reason]:
    """CHG-16, for everything affected: held by no other order, and named by one line only."""
    holders: dict[tuple[LineId, OrderId], list[InstanceId]] = {}
    for id, line in case.affected.items():
        instance = case.installed.get(id)
        if instance is not None and instance.held is not None and line.action != "no_change":
            holders.setdefault((line.line_id, instance.held.order_id), []).append(id)
    for (line_id, holder), ids in holders.items():
        yield Reason(
            rule="CHG-16",
            line_id=line_id,
            message=f"order '{holder}' holds {names(ids)}: {case.when_held}",
        )
    first: dict[InstanceId, Line] = {}
    for line, instance in case.named():
        if (other := first.setdefault(instance.id, line)) is not line:
            yield Reason(
                rule="CHG-16",
                line_id=line.line_id,
                message=f"'{instance.id}' already has line '{other.line_id}' in this order:"
                " write one line for it",
            )


def nothing_pending_beside_a_change(case: Case) -> Iterator[Reason]:
    """SUS-06: suspend and resume beside change and disconnect, and any instance of a line is pending."""
    actions = {line.action for line in case.order.lines}
    if not (actions & {"suspend", "resume"} and actions & {"change", "disconnect"}):
        return
    for line, instance in case.named():
        if instance.state in PENDING and line.line_id not in case.at_work:
            yield Reason(
                rule="SUS-06",
                line_id=line.line_id,
                message=f"'{instance.id}' is {instance.state}: an order that mixes suspend or resume with"
                " change or disconnect needs every instance settled; wait, or order them apart",
            )


def under_a_settled_parent(case: Case) -> Iterator[Reason]:
    """D-23: nothing is added under what is pending, ended, or about to end or rest."""
    parents = {line.line_id: line.instance_id for line in case.order.lines}
    for line in case.order.lines:
        if line.action != "add":
            continue
        id = parents.get(line.parent_line_id or "") or line.parent_instance_id
        parent = case.installed.get(id)
        if parent is not None and (trouble := _unsettled(case, line, parent)) is not None:
            yield Reason(
                rule="D-23",
                line_id=line.line_id,
                field="parentInstanceId",
                message=f"the parent '{parent.id}' {trouble}",
            )


def _unsettled(case: Case, line: Line, parent: Instance) -> str | None:
    above = case.affected.get(parent.id)
    if above is not None and above.action in _ENDING_OR_RESTING:
        return f"goes along under line '{above.line_id}', a {above.action}: add under a parent that stays"
    if line.line_id in case.at_work:
        return None
    if parent.state == "inactive":
        return ended(parent.id, case.installed, "add under", "add under a parent that is there")
    if parent.held is not None:
        state = f"is {parent.state}: order" if parent.state in PENDING else "is not free: order"
        return f"{state} '{parent.held.order_id}' holds it, so {case.when_held}"
    return None


def has_room(case: Case) -> Iterator[Reason]:
    """LIN-01: not more below a parent than its specification has there."""
    return without_room(case.order.lines, case.installed, case.when_held)


def keeps_enough(case: Case) -> Iterator[Reason]:
    """LIN-01, ACT-13: not fewer below a parent than its specification needs, however others come out."""
    return without_enough(case)


def has_what_it_needs(case: Case) -> Iterator[Reason]:
    """CHG-15: what a new specification requires, and the instance has not, is given with the change."""
    for line, instance in case.named():
        for name, listed in lacking(line, instance, case.installed):
            values = f" one of {', '.join(map(repr, listed))}" if listed else ""
            yield Reason(
                rule="CHG-15",
                line_id=line.line_id,
                field=f"characteristics.{name}",
                message=f"'{instance.id}' becomes a {line.specification_id}, which needs '{name}', and has "
                f"none that it takes: give it{values}",
            )


def takes_its_place(case: Case) -> Iterator[Reason]:
    """CHG-15, D-12: what a return replaces has the values that the new one needs."""
    for line in case.order.lines:
        old = replaced(line, case.affected, case.installed)
        for name, _ in lacking(as_a_change(line, old), old, case.installed) if old is not None else ():
            yield Reason(
                rule="CHG-15",
                line_id=line.line_id,
                field=f"characteristics.{name}",
                message=f"what replaces '{line.replaces}' needs '{name}', which that does not have: give it "
                "a default in the catalog, or end the one and add the other with an order",
            )


def ends_what_it_counts_less(case: Case) -> Iterator[Reason]:
    """CHG-08: fewer of something ends as many instances, those that were named (D-15)."""
    yield from cannot_end(case.order.lines, case.affected)
    yield from too_many_left(case)
    yield from too_few_left(case)


def of_a_size_that_travels(case: Case) -> Iterator[Reason]:
    """LIM-01: the affected tree fits into one message."""
    moved = sum(1 for line in case.affected.values() if line.moves)
    size = len(case.affected) + moved + sum(1 for line in case.order.lines if line.action == "add")
    if size > MAX_TREE:
        yield too_large(f"{size} instances", f"{MAX_TREE}")


def too_large(size: str, allowed: str) -> Reason:
    return Reason(
        rule="LIM-01",
        message=f"the order touches {size}: {allowed} are allowed; order it in several smaller ones",
    )


RULES = (
    known,
    in_a_fitting_state,
    movable_as_a_whole,
    one_open_change,
    as_many_as_were_counted,
    nothing_pending_beside_a_change,
    under_a_settled_parent,
    moved_as_a_whole,
    elsewhere,
    has_room,
    keeps_enough,
    has_what_it_needs,
    takes_its_place,
    ends_what_it_counts_less,
    of_a_size_that_travels,
)
"""The rules of a reservation, in the order in which their reasons are named."""
