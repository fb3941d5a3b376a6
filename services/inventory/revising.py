"""What the handlers do about a revision under way: it is reserved, settled with the plan, or given up."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from services.chassis.service import StreamOf, Wish, Work
from services.inventory import handlers, heard, running, scheduling
from services.inventory import needs as approval
from services.inventory.domain.land import PartClosed
from services.inventory.domain.parts import parts
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.reserve import unheard
from services.inventory.domain.revise import Now, answered, give_up, revise, settle
from services.inventory.domain.revision import ReservationRevised, RevisedOrder, RevisionAwaited
from services.inventory.domain.words import INSTANCE, OPERATION, RESERVATION


def asked(revised: RevisedOrder, work: Work) -> None:
    """`order.revised`, approved: reserves what is new, at once or when the catalog it needs was heard."""
    before = handlers.reservation(work, revised.order.order_id)
    if not answered(revised, before) and before.revising is None:
        _answer(revised, before, work.now + handlers.PATIENCE, work)


def look_again(timer: handlers.LookAgain, work: Work) -> None:
    """An approval or a revision that waited for the catalog may be answered now."""
    scheduling.look_again(timer, work)
    before = handlers.reservation(work, timer.order_id)
    if isinstance(waiting := before.revising, RevisionAwaited):
        _answer(waiting.revised, before, waiting.until, work)


def _answer(revised: RevisedOrder, before: Reservation, until: datetime, work: Work) -> None:
    operations = [running.operation(work, id) for id in before.operations]
    found = parts(revised, before, operations, work.now)
    case = handlers.case_without(found.at_work, revised.order, before, work)
    if (missing := unheard(case)) and work.now < until:
        if before.revising is None:
            awaited = RevisionAwaited(revised=revised, specification_ids=missing, until=until)
            work.append(RESERVATION, before.order_id, awaited)
        handlers.wait_for_catalog(before.order_id, work)
        return
    now = Now(case=case, parts=found, before=before, find=handlers.find(work))
    handlers.write(revise(revised, now), work)


def settled(order_id: str, version: int, work: Work) -> None:
    """`plan.changed`: the plan has followed the revision of this version."""
    before = handlers.reservation(work, order_id)
    revised, ids = before.revising, before.operations
    if not isinstance(revised, ReservationRevised) or revised.version != version:
        return
    started = tuple(id for id in ids if running.operation(work, id).status == "started")
    handlers.write(tuple(settle(revised, order_id, handlers.find(work), started)), work)
    scheduling.reschedule(ids, revised, work)
    for id in started:
        running.drop(id, order_id, work)
    running.delayed(handlers.reservation(work, order_id).operations, work)
    running.released(order_id, work)


def declined(order_id: str, version: int, work: Work) -> None:
    """`order.change-declined`: what was reserved for that version is given up."""
    before = handlers.reservation(work, order_id)
    if isinstance(before.revising, ReservationRevised) and before.revising.version == version:
        _give_up(before, before.revising, work)


def part_closed(part: PartClosed, work: Work) -> None:
    """The plan that completes is the one before a revision that it has not followed (design, races)."""
    before = handlers.reservation(work, part.order_id)
    if part.last and isinstance(before.revising, ReservationRevised):
        _give_up(before, before.revising, work)
    scheduling.part_closed(part, work)


def _give_up(before: Reservation, revised: ReservationRevised, work: Work) -> None:
    handlers.write(tuple(give_up(revised, before.order_id, handlers.find(work))), work)
    running.delayed(before.operations, work)
    running.released(before.order_id, work)


def needs(data: object, work: Work) -> Iterator[Collection[Wish]]:
    """What is reserved for the order, and what waits."""
    order_id = str(getattr(data, "order_id", ""))
    yield [StreamOf(RESERVATION, order_id)]
    before = handlers.reservation(work, order_id)
    held = [StreamOf(INSTANCE, id) for ids in before.open.values() for id in ids]
    yield [*held, *(StreamOf(OPERATION, id) for id in before.operations)]


def asked_needs(data: heard.OrderRevised, work: Work) -> Iterator[Collection[Wish]]:
    """All lines are judged again, new ones among them."""
    yield from needs(data, work)
    yield from approval.approved(data, work)
