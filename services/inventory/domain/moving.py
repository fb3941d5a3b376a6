"""What refuses a move where the installed base is: MOV-V3 with V7, V8, and MOV-V5 as it stands by then."""

from __future__ import annotations

from collections.abc import Iterator

from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.sentence import names
from services.inventory.domain.words import InstanceId, LineId, Reason


def movable_as_a_whole(case: Case) -> Iterator[Reason]:
    """D-07 (MOV-V8) for what would be moved along without a line of its own."""
    resting: dict[LineId, list[InstanceId]] = {}
    for id, line in case.affected.items():
        instance = case.installed.get(id)
        if line.moves and id != line.instance_id and instance and instance.state == "suspended":
            resting.setdefault(line.line_id, []).append(id)
    for line_id, ids in resting.items():
        them = "is suspended and would be moved along: resume it"
        if len(ids) > 1:
            them = "are suspended and would be moved along: resume them"
        message = f"{names(ids)} {them} first"
        yield Reason(rule="D-07", line_id=line_id, message=message)


def moved_as_a_whole(case: Case) -> Iterator[Reason]:
    """MOV-V3 with V7 and D-05: a move names its whole hierarchy, from the root on.

    What counts is product instances in a product order, service instances in a service order.
    """
    named = {instance.id for line, instance in case.named() if line.moves or line.action == "disconnect"}
    seen: set[InstanceId] = set()
    for line, instance in case.named():
        if not line.moves or instance.id in seen:
            continue
        top = _top(case, instance)
        whole = [
            one.id
            for one in case.installed.below(top.id)
            if one.record.kind == case.order.category and not _ends(one, case)
        ]
        seen.update(whole)
        if missing := [id for id in whole if id not in named]:
            yield Reason(
                rule="MOV-V3",
                line_id=line.line_id,
                field="instanceId",
                message=f"a move takes all of '{top.id}' along: write lines for {names(missing)} too,"
                " change with move: true, or disconnect for what stays behind",
            )


def _ends(instance: Instance, case: Case) -> bool:
    """What somebody is ending need not be named by a move of a later day."""
    later = case.day is not None and instance.state == "inactivation_pending"
    return later or instance.state == "inactive"


def elsewhere(case: Case) -> Iterator[Reason]:
    """MOV-V5: where it goes is not where it is, by the day on which it goes."""
    moving = {line.line_id for line in case.order.lines if line.moves}
    for line, instance in case.named():
        if line.moves and line.parent_line_id not in moving and line.location == instance.record.location:
            yield Reason(
                rule="MOV-V5",
                line_id=line.line_id,
                field="location",
                message=f"'{instance.id}' is at {line.location} already: leave the move out, or order one to "
                "another location",
            )


def _top(case: Case, instance: Instance) -> Instance:
    """The topmost instance above it of the kind that the order is about."""
    top = instance
    for above in case.installed.above(instance.id):
        if above.record.kind == case.order.category and above.state != "inactive":
            top = above
    return top
