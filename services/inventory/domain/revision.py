"""What becomes of a reservation when its order is revised under way: asked, reserved, settled or given up.

Only what is new is held at once. The rest of a revision takes effect when the plan follows it.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TypeAlias

from services.inventory.domain.approved import Approved
from services.inventory.domain.operation import Later
from services.inventory.domain.record import Coming
from services.inventory.domain.reserved import Affected, ReservedLine, Scheduled, Standing
from services.inventory.domain.value import value
from services.inventory.domain.words import InstanceId, Kind, LineId, Reason, SpecificationId


@value
class LineChange:
    """What the revision does to one line; `names` are the characteristics that differ."""

    line_id: LineId
    operation: str
    types: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@value
class RevisedOrder:
    """An approved revision: `order` has all lines that it should have, in the version of the request."""

    order: Approved
    changes: tuple[LineChange, ...] = ()


# ------------------------------------------------------------------------------------------ events


@value
class RevisionAwaited:
    """The revision is answered when these specifications are heard, or at `until` without them."""

    revised: RevisedOrder
    specification_ids: tuple[SpecificationId, ...]
    until: datetime


@value
class ReservationRevised:
    """Said as accepted: `lines` and `tree` are all that is at work, `added` is what is held newly.

    `coming`, `later` and `dropped` take effect when the plan has followed.
    """

    version: int
    category: Kind
    action: str | None
    lines: tuple[ReservedLine, ...]
    tree: tuple[Affected, ...]
    operations: tuple[Scheduled, ...] = ()
    contract_id: str | None = None
    added: dict[LineId, tuple[InstanceId, ...]] = field(default_factory=dict)
    moved: int = 0
    order: Approved
    changes: tuple[LineChange, ...] = ()
    coming: dict[InstanceId, Coming] = field(default_factory=dict)
    later: tuple[Later, ...] = ()
    dropped: tuple[LineId, ...] = ()
    standing: tuple[Standing, ...] = ()


@value
class RevisionRefused:
    """What is new of it cannot be held; everything else stays held as before."""

    version: int
    reasons: tuple[Reason, ...]


@value
class RevisionSettled:
    """The plan has followed: it is the reservation now."""

    version: int
    dropped: tuple[LineId, ...] = ()
    operations: tuple[str, ...] = ()


@value
class RevisionGivenUp:
    """The plan could not follow: what was held newly is free again, and nothing else has changed."""

    version: int


@value
class ReservationReduced:
    """Domain orders of the line were canceled: it holds these no more."""

    line_id: LineId
    instance_ids: tuple[InstanceId, ...]


RevisionEvent: TypeAlias = (
    RevisionAwaited
    | ReservationRevised
    | RevisionRefused
    | RevisionSettled
    | RevisionGivenUp
    | ReservationReduced
)
