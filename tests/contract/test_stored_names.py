"""A stored name is for ever: what was written once under it is read by every later version."""

from __future__ import annotations

import pytest

from services.chassis import answers
from services.chassis.service import Version
from services.fulfillment.stored import STORED as FULFILLMENT
from services.inventory.stored import STORED as INVENTORY
from services.order.stored import STORED as ORDER

OF_ORDER = """
contract.learned.v1 instance.ended.v1 instance.learned.v1 instance.restored.v1 instance.revised.v1
order.approved.v1
order.canceled.v1 order.cancellation-approved.v1 order.cancellation-requested.v1 order.change-declined.v1
order.completed.v1 order.held.v1 order.information-awaited.v1 order.instances-chosen.v1
order.lines-completed.v1 order.operation-heard.v1 order.placed.v1 order.redated.v1 order.rejected.v1
order.released.v1 order.revised.v1 order.revision-approved.v1 order.revision-requested.v1
order.reworked.v1 order.started.v1 order.submitted.v1 return.assessed.v1 return.closed.v1
return.line-moved.v1 return.line-revised.v1 return.opened.v1 return.outcome-found.v1 return.resolved.v1
specification.published.v1 specification.retired.v1 term.learned.v1
"""
OF_INVENTORY = """
contract.agreed.v1 contract.changed.v1 contract.loaded.v1 instance.child-added.v1 instance.child-ended.v1
instance.expected.v1 instance.flipped.v1 instance.freed.v1 instance.landed.v1 instance.loaded.v1
instance.made.v1 instance.operation-handed-on.v1 instance.operation-noted.v1 instance.released.v1
instance.reloaded.v1
instance.reopened.v1 instance.rerooted.v1 instance.reserved.v1 instance.state-reloaded.v1
operation.canceled.v1 operation.choice-declined.v1 operation.choice-recounted.v1 operation.completed.v1
operation.delayed.v1 operation.queued.v1 operation.followed.v1 operation.instances-named.v1
operation.redated.v1 operation.scheduled.v1 operation.started.v1 reservation.accepted.v1
reservation.awaited.v1 reservation.extended.v1 reservation.fulfilled.v1 reservation.narrowed.v1
reservation.reduced.v1 reservation.refused.v1 reservation.released.v1 reservation.revised.v1
reservation.revision-awaited.v1 reservation.revision-given-up.v1 reservation.revision-refused.v1
reservation.revision-settled.v1 reservation.widened.v1 specification.heard.v1
specification.related.v1 term.changed.v1 term.given-up.v1 term.loaded.v1 term.made.v1 term.taken-over.v1
"""
OF_FULFILLMENT = """
account.changes-awaited.v1 account.changes-noted.v1 account.changes-taken.v1
compatibility.waived.v1 domain-order.stopped.v1 hierarchy.changed.v1 hierarchy.joined.v1 hierarchy.left.v1
plan.standing-changed.v1 plan.standing-noted.v1
domain-order.canceled.v1 domain-order.closed.v1 domain-order.dropped.v1 domain-order.planned.v1
domain-order.revised.v1 domain-order.started.v1 domain-order.values-copied.v1 fallout.changed.v1
fallout.closed.v1 fallout.opened.v1 jeopardy.assessed.v1 plan.canceled.v1 plan.cancellation-begun.v1
plan.change-refused.v1 plan.completed.v1 plan.created.v1 plan.dates-moved.v1 plan.dates-planned.v1
plan.extended.v1 plan.extension-refused.v1 plan.grown.v1 plan.held.v1 plan.operation-dropped.v1
plan.part-completed.v1 plan.part-postponed.v1 plan.postponed.v1 plan.released.v1 plan.reservation-kept.v1
plan.revised.v1 plan.watch-paused.v1 ponr.passed.v1 report.ignored.v1 specification.published.v1
specification.retired.v1 task.attempt-failed.v1 task.closed.v1 task.done-all-the-same.v1 task.dropped.v1
task.held.v1 task.redone.v1 task.released.v1 task.started.v1 task.withdrawn.v1
"""
OF_CHASSIS = """
command.refused.v1 message.parked.v1 message.resolved.v1 message.retry-failed.v1
"""


@pytest.mark.parametrize(
    ("names", "stored"),
    [
        pytest.param(OF_ORDER, ORDER, id="order"),
        pytest.param(OF_INVENTORY, INVENTORY, id="inventory"),
        pytest.param(OF_FULFILLMENT, FULFILLMENT, id="fulfillment"),
        pytest.param(OF_CHASSIS, answers.STORED, id="chassis"),
    ],
)
def test_every_name_that_was_ever_stored_is_still_read(names: str, stored: tuple[Version, ...]) -> None:
    known = {version.name for version in stored}
    assert set(names.split()) - known == set(), "old logs would not be read any more"
    assert known - set(names.split()) == set(), "add the new name to the list above: it is for ever"
