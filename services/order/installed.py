"""What order hears of the installed base, and the rows by which it is found again."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.service import Route, RowsOf, StreamOf, Wish, Work
from services.order import cases, handlers, heard, needs
from services.order.domain.instance import InstanceLearned, InstanceRevised
from services.order.handlers import INSTANCE


def _created(data: heard.InstanceCreated, work: Work) -> None:
    learned = InstanceLearned(
        account_id=data.account_id,
        kind=data.kind,
        specification_id=data.specification_id,
        specification_version=data.specification_version,
        parent_id=data.parent_id,
        location=data.location,
        quantity=data.quantity,
        ended=data.state == "inactive",
        external_id=data.external_id,
        moved_from=data.moved_from,
    )
    handlers.instance_learned(data.instance_id, learned, work)


def _changed(data: heard.InstanceChanged, work: Work) -> None:
    revised = InstanceRevised(
        specification_id=data.specification_id,
        specification_version=data.specification_version,
        parent_id=data.parent_id,
        location=data.location,
        quantity=data.quantity,
        external_id=data.external_id,
    )
    handlers.instance_revised(data.instance_id, revised, work)


def _state_changed(data: heard.InstanceStateChanged, work: Work) -> None:
    if data.state == "inactive":
        handlers.instance_ended(data.instance_id, data.order_id, work)
    elif data.previous_state == "inactive":
        handlers.instance_restored(data.instance_id, work)


def _of_changed(data: heard.InstanceChanged, work: Work) -> needs.Wishes:
    """The rows of the ids by which another system has known it, and knows it now."""
    yield (StreamOf(INSTANCE, data.instance_id),)
    found = work.state(INSTANCE, data.instance_id)
    if found is not None and found.external_id != data.external_id:
        called = (id for id in (found.external_id, data.external_id) if id is not None)
        yield [RowsOf(handlers.ELSEWHERE, handlers.by_external_id(found.account_id, id)) for id in called]


def _of_created(data: heard.InstanceCreated, work: Work) -> needs.Wishes:  # noqa: ARG001
    """The rows of what it stands below, and has moved from, are read as well: it may be put into them."""
    wishes: list[Wish] = [StreamOf(INSTANCE, data.instance_id)]
    if data.parent_id is not None:
        wishes.append(handlers.children_of(data.kind, data.parent_id))
    if data.moved_from is not None:
        wishes.append(RowsOf(cases.WENT_ON, data.moved_from))
    if data.external_id is not None:
        key = handlers.by_external_id(data.account_id, data.external_id)
        wishes.append(RowsOf(handlers.ELSEWHERE, key))
    yield wishes


def _may_have_ended(body: bytes) -> bool:
    """Most changes of state neither end the instance nor bring it back, and order records no others."""
    # `find`, as `in` takes bytes for a number first, and fails.
    return body.find(b'"inactive"') >= 0


def _of_ended(data: heard.InstanceStateChanged, work: Work) -> needs.Wishes:  # noqa: ARG001
    if "inactive" in (data.state, data.previous_state):
        yield (StreamOf(INSTANCE, data.instance_id),)


ROUTES: Mapping[str, Route] = {
    "instance.created": Route(model=heard.InstanceCreated, handle=_created, needs=_of_created),
    "instance.changed": Route(model=heard.InstanceChanged, handle=_changed, needs=_of_changed),
    "instance.state-changed": Route(
        model=heard.InstanceStateChanged, concerns=_may_have_ended, handle=_state_changed, needs=_of_ended
    ),
}
