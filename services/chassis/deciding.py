"""How one message comes to its outcome inside a batch: handled, refused, or queued behind a parked one."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic_core import from_json

from schemas.envelope import MAX_ATTRIBUTE, Unreadable
from services.chassis import answers
from services.chassis.answers import identity, refusal
from services.chassis.batch import Batch, wishes
from services.chassis.heard import UNREAD, unread
from services.chassis.outbox import TooLarge
from services.chassis.parking import Parking
from services.chassis.ports import PortError
from services.chassis.service import Refused, Why, the_order_id
from services.chassis.taken import Faulted, Handled, Taken
from services.chassis.work import MessageWork


def work_of(batch: Batch, one: Taken) -> MessageWork:
    return MessageWork(batch, one.envelope, one.key, one.body if one.external else None)


def decide_all(batch: Batch, parking: Parking, taken: Sequence[Taken], handled: Handled) -> None:
    """Every message in its turn, what they need being read beforehand. Raises `Faulted`."""
    works = [work_of(batch, one) for one in taken]
    # A command from outside is kept with what it caused, sealed with its account's key.
    batch.know_keys([one.envelope.account for one in taken if one.external and one.envelope.account])
    _grant(batch, taken, works)
    for one, work in zip(taken, works, strict=True):
        handled.counts[_decide(batch, parking, one, work)] += 1


def read_beforehand(batch: Batch, taken: Sequence[Taken]) -> None:
    """What all of these need, of which one may still take another away. Raises `Faulted`."""
    _grant(batch, taken, [work_of(batch, one) for one in taken])


def run(batch: Batch, one: Taken, work: MessageWork) -> Literal["handled", "refused"]:
    """Has the route handle it. A command from outside may be refused; all else that goes wrong is a fault."""
    mark = batch.mark()
    try:
        if one.refusal:
            raise Refused(*one.refusal)
        assert one.route is not None
        one.route.handle(one.data, work)
    except Refused as refused:
        if not one.external:
            raise Faulted(one.record) from refused
        batch.back_to(mark)
        _refuse(batch, one, refused.reasons)
        return "refused"
    except (PortError, Faulted):
        raise
    except Exception as error:
        raise Faulted(one.record) from error
    return "handled"


def said(error: BaseException) -> str:
    """What went wrong, without a value of the message: what is parked is published as it is."""
    cause = error if isinstance(error, Unreadable) else error.__cause__ or error
    if isinstance(cause, Unreadable):
        return str(cause)
    kind = type(cause).__name__
    if isinstance(cause, Refused | TooLarge | PortError):
        return f"{kind}: {cause}"
    if isinstance(cause, UNREAD):
        return f"{kind}: {unread(cause)}"
    frames = traceback.extract_tb(cause.__traceback__)
    where = f" in {frames[-1].name} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{kind}{where}"


def _grant(batch: Batch, taken: Sequence[Taken], works: Sequence[MessageWork]) -> None:
    try:
        needs = [
            one.route.needs(one.data, work)
            for one, work in zip(taken, works, strict=True)
            if one.route is not None and not one.refusal
        ]
        wishes(needs, batch)
    except PortError:
        raise
    except Exception as error:
        raise Faulted(taken[0].record) from error


def _decide(batch: Batch, parking: Parking, one: Taken, work: MessageWork) -> str:
    order = order_of(one)
    if order is not None and (blocker := parking.blocker(order)) is not None:
        parking.queue(batch, work, one.record, (order, blocker))
        return "queued"
    return run(batch, one, work)


def order_of(one: Taken) -> str | None:
    """The order that the message is about. Raises `Faulted` where the route fails to say."""
    if one.route is None or one.refusal:
        return None
    try:
        return one.route.order(one.data)
    except Exception as error:
        raise Faulted(one.record) from error


def _refuse(batch: Batch, one: Taken, reasons: tuple[Why, ...]) -> None:
    # A work of its own: the first may have given the command to an event that did not take effect.
    work = work_of(batch, one)
    envelope = one.envelope
    about = _about(one)
    event = refusal(envelope, reasons, about)
    work.append(answers.REFUSED, identity(envelope.source, envelope.id), event)
    if about is not None:
        work.put("refused", about, identity(envelope.source, envelope.id))


def _about(one: Taken) -> str | None:
    """The order that a refused command names, also where the rest of it could not be understood."""
    if one.data is not None:
        return one.route.order(one.data) if one.route is not None else None
    body = from_json(one.body)
    unread = one.route.unread if one.route is not None else the_order_id
    named = unread(body) if isinstance(body, dict) else None
    if isinstance(named, str) and len(named) <= MAX_ATTRIBUTE and named.isprintable():
        return named
    return None
