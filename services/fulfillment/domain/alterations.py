"""What happens to a plan because its order is held, or is to change under way."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.fulfillment.domain.blueprint import Reason
from services.fulfillment.domain.reservation import Reservation
from services.fulfillment.domain.value import value

Because = Literal["hold", "cancel", "revise"]


@value
class Charge:
    """What a change of this line costs: it is past a soft point of no return (D-11)."""

    line_id: str
    task_id: str
    charge: str


@value
class PlanHeld:
    """Nothing new is asked for: the order was held, or the change of this version was requested."""

    version: int
    account_id: str
    because: Because
    charges: tuple[Charge, ...] = ()


@value
class PlanReleased:
    """It goes on in the exact state before (D-02)."""

    version: int
    because: Because


@value
class ChangeRefused:
    """The change of this version cannot be: the plan stays as it is, and is not held for it."""

    version: int
    reasons: tuple[Reason, ...]


@value
class ReservationKept:
    """It was heard while nothing may be planned: because of a hold or request, or for want of the catalog."""

    reservation: Reservation
    at: datetime
