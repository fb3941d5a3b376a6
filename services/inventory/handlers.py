"""What each command does: reads the streams it decides over, decides, and writes events with their rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from services.chassis.personal import is_sealed
from services.chassis.service import Refused, Why, Work
from services.inventory import agreements, queue, terms, trees
from services.inventory.domain import load as loading
from services.inventory.domain.approved import Approved
from services.inventory.domain.case import Case, case_of
from services.inventory.domain.follow import BY_ITSELF, Cause
from services.inventory.domain.fulfil import Progress, progress
from services.inventory.domain.instance import Instance, Unknown
from services.inventory.domain.instance_events import (
    InstanceFreed,
    InstanceLanded,
)
from services.inventory.domain.land import PartClosed, PlanCanceled, land, release
from services.inventory.domain.onward import further
from services.inventory.domain.operation import split
from services.inventory.domain.record import Record
from services.inventory.domain.replacing import replacements
from services.inventory.domain.reservation import Reservation, ReservationAwaited
from services.inventory.domain.reserve import answered, reserve, unheard
from services.inventory.domain.revise import without
from services.inventory.domain.specification import (
    Specification,
    SpecificationHeard,
    SpecificationRelated,
    Version,
)
from services.inventory.domain.standing import Turning, wanted_beside, wanted_by_turned
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import (
    INSTANCE,
    OPERATION,
    RESERVATION,
    SPECIFICATION,
    Append,
    InstanceId,
    SpecificationId,
)

HEARD = ("specifications", "all")
"""Rows: every catalog entry heard."""

PATIENCE = timedelta(minutes=1)
"""How long an approval waits for a specification that was not heard."""
AGAIN = timedelta(milliseconds=200)
LOOK_AGAIN = "look-again"


def find(work: Work) -> loading.Find:
    """For one decision: what was looked up is not looked up again."""

    seen: dict[InstanceId, Instance | Unknown] = {}

    def instance(id: InstanceId) -> Instance | Unknown:
        if id not in seen:
            seen[id] = work.state(INSTANCE, id)
        return seen[id]

    return instance


def reservation(work: Work, order: str) -> Reservation:
    found: Reservation = work.state(RESERVATION, order)
    return found


def specification(work: Work, id: SpecificationId) -> Specification:
    found: Specification = work.state(SPECIFICATION, id)
    return found


def load_instance(record: Record, work: Work) -> None:
    """Raises `Refused` with every reason."""
    look = find(work)
    if loading.unchanged(record, look):
        return
    if reasons := tuple(loading.reasons(record, look)):
        raise Refused(*(Why(one.rule, one.message, field=one.field) for one in reasons))
    write(loading.load(record, look, lambda id: _below(id, work)), work)
    terms.follow((record.instance_id,), BY_ITSELF, work)


def _below(id: InstanceId, work: Work) -> tuple[Instance, ...]:
    installed = _installed(work, {id}, lambda _: True)
    return tuple(one for one in installed.below(id) if one.id != id)


def _installed(work: Work, ids: Iterable[InstanceId], mine: Callable[[Instance], bool]) -> Installed:
    """The trees of these instances, as far as they are one's own."""
    return _installed_as(work, ids, find(work), mine)


def _installed_as(
    work: Work, ids: Iterable[InstanceId], look: loading.Find, mine: Callable[[Instance], bool]
) -> Installed:
    everything = {member for id in ids for member in (id, *_tree_of(look(id), work))}
    found = {
        id: _readable(one, work) for id in everything if isinstance(one := look(id), Instance) and mine(one)
    }
    return Installed(
        found,
        specification=lambda id: specification(work, id),
        taken=lambda id: isinstance(look(id), Instance),
        agreed=lambda id: agreements.is_taken(id, work),
        further=lambda id: further(id, look),
    )


def _readable(instance: Instance, work: Work) -> Instance:
    """What was sealed only because its specification was not heard yet is plain to a decision."""
    record = instance.record
    if not any(map(is_sealed, record.characteristics.values())):
        return instance
    known = specification(work, record.specification_id).version(record.specification_version)
    plain = known.characteristics - known.personal if known is not None else frozenset[str]()
    values = {
        name: work.unseal(value) if name in plain else value for name, value in record.characteristics.items()
    }
    return replace(instance, record=replace(record, characteristics=values))


def _tree_of(instance: Instance | Unknown, work: Work) -> Iterable[InstanceId]:
    """Everything in the tree of an instance that has not ended for good."""
    return work.members(trees.TREE, instance.record.root_id) if isinstance(instance, Instance) else ()


def hear_specification(id: SpecificationId, heard: SpecificationHeard, work: Work) -> None:
    """A version heard before stays as it is."""
    if heard.version not in specification(work, id).versions:
        work.append(SPECIFICATION, id, heard)
        work.put(*HEARD, id)
        for target in sorted(specification(work, id).names()):
            if id not in specification(work, target).named_by:
                work.append(SPECIFICATION, target, SpecificationRelated(by=id))


def heard(work: Work) -> Iterable[str]:
    """The last version of every catalog entry heard so far, as JSON."""
    entries = (specification(work, id).latest for id in work.members(*HEARD))
    return [entry for entry in entries if entry is not None]


def approve(order: Approved, work: Work) -> None:
    """Reserves the order; at once, or when the catalog it depends on was heard."""
    before, (at_once, later) = reservation(work, order.order_id), split(order, work.now)
    case = case_at(at_once, order, work)
    if answered(order, before) or before.waiting is not None:
        return
    if missing := unheard(case):
        until = work.now + PATIENCE
        awaited = ReservationAwaited(order=order, specification_ids=missing, until=until)
        work.append(RESERVATION, order.order_id, awaited)
        wait_for_catalog(order.order_id, work)
    else:
        write(reserve(case, before, later), work)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """A timer: the approval of this order may be answered now."""

    order_id: str


def look_again(timer: LookAgain, work: Work) -> None:
    """Answers an approval that waits, if nothing it waits for is missing or it has waited long enough."""
    before = reservation(work, timer.order_id)
    if (waiting := before.waiting) is None:
        return
    at_once, later = split(waiting.order, work.now)
    case = case_at(at_once, waiting.order, work)
    if unheard(case) and work.now < waiting.until:
        wait_for_catalog(waiting.order.order_id, work)
    else:
        write(reserve(case, before, later), work)


def wait_for_catalog(order_id: str, work: Work) -> None:
    """Looks again in a moment."""
    timer = LookAgain(order_id=order_id)
    work.timer(f"reserve/{order_id}", work.now + AGAIN, LOOK_AGAIN, asdict(timer))


def case_at(part: Approved, order: Approved, work: Work) -> Case:
    """A part of an order beside all that the order names."""
    ids = named(order).union(_account_of(part, work))
    installed = _installed(work, ids, _of_account(order.account_id))
    return case_of(part, installed, work.now)


def case_without(part: Approved, order: Approved, before: Reservation, work: Work) -> Case:
    """A part of an order under way beside the installed base as it would be if the order had not begun."""
    seen = find(work)

    def look(id: InstanceId) -> Instance | Unknown:
        one = seen(id)
        return one if isinstance(one, Unknown) else without(one, part.order_id) or Unknown()

    held = {id for ids in before.open.values() for id in ids}
    mine = _of_account(part.account_id)
    installed = _installed_as(work, named(order).union(held, _account_of(part, work)), look, mine)
    return case_of(part, installed, work.now, frozenset(before.open))


def _account_of(part: Approved, work: Work) -> Collection[InstanceId]:
    """Every root of the account, where something new requires what may stand anywhere in it (DOM-04)."""
    for line in part.lines:
        if line.specification_id is not None and line.action in ("add", "change"):
            known = specification(work, line.specification_id).version(line.specification_version)
            if wanted_beside(line, known) or turns(line, known, work):
                return work.members(trees.ROOTS, part.account_id)
    return ()


def turns(line: Turning, version: Version | None, work: Work) -> bool:
    """Whether it makes another product of a root that requires something beside it then."""
    if line.instance_id is None or version is None or not version.beside:
        return False
    instance = find(work)(line.instance_id)
    return isinstance(instance, Instance) and bool(wanted_by_turned(line, instance, version))


def _of_account(account_id: str) -> Callable[[Instance], bool]:
    return lambda one: one.record.account_id == account_id


def named(order: Approved) -> set[InstanceId]:
    """The instances that the lines of an order name."""
    ids = {line.instance_id for line in order.lines} | {line.parent_instance_id for line in order.lines}
    return {id for id in ids if id is not None}


def domain_order(change: Progress, work: Work) -> None:
    write(progress(change, reservation(work, change.order_id), find(work)), work)


def part_closed(part: PartClosed, work: Work) -> Mapping[InstanceId, InstanceId]:
    """Lands it. Answers what has moved or was replaced by it, with what that goes on as."""
    before = reservation(work, part.order_id)
    dropped = frozenset(before.dropped)
    appends = land(part, before, find(work))
    landed = [one.id for one in appends if isinstance(one.event, InstanceFreed | InstanceLanded)]
    pairs, places = _pairs(landed, work), replacements(landed, find(work), dropped)
    coming = agreements.coming(landed, work)
    write(appends, work)
    cause = Cause(order_id=part.order_id, version=part.version)
    agreements.settle(coming, cause, work)
    terms.hand_over(pairs, "D-05", cause, work)
    terms.hand_over(places, "D-12", cause, work)
    terms.follow(landed, cause, work)
    return {**pairs, **places}


def _pairs(ids: Iterable[InstanceId], work: Work) -> dict[InstanceId, InstanceId]:
    """The old sides of a move with their new ones."""
    found = ((id, work.state(INSTANCE, id).held) for id in ids)
    return {id: held.pair_id for id, held in found if held and held.side == "cease" and held.pair_id}


def plan_canceled(canceled: PlanCanceled, work: Work) -> None:
    write(release(canceled, reservation(work, canceled.order_id), find(work)), work)


def write(appends: Iterable[Append], work: Work) -> None:
    """Appends the events, and the lookup rows and timers that follow from them."""
    changed: dict[InstanceId, None] = {}
    for category, id, event in appends:
        if category == INSTANCE:
            trees.follow(id, event, work)
            changed[id] = None
        if category == OPERATION:
            queue.append(id, event, work)
        else:
            work.append(category, id, event)
    for id in changed:
        terms.look_again(id, work)
