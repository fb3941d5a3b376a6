"""The stable name of every stored event. A name is for ever; a new form of an event gets a new version."""

from __future__ import annotations

from services.chassis.service import Category, Version
from services.inventory.domain import contract, instance, operation, reservation, specification, term

CATEGORIES = (
    Category(name="instance", initial=instance.initial, evolve=instance.evolve),
    Category(name="reservation", initial=reservation.initial, evolve=reservation.evolve),
    Category(name="operation", initial=operation.initial, evolve=operation.evolve),
    Category(name="specification", initial=specification.initial, evolve=specification.evolve, shared=True),
    Category(name="contract", initial=contract.initial, evolve=contract.evolve),
)

STORED = (
    Version(name="instance.loaded.v1", type=instance.InstanceLoaded),
    Version(name="instance.reloaded.v1", type=instance.InstanceReloaded),
    Version(name="instance.state-reloaded.v1", type=instance.InstanceStateReloaded),
    Version(name="instance.rerooted.v1", type=instance.InstanceRerooted),
    Version(name="instance.made.v1", type=instance.InstanceMade),
    Version(name="instance.reserved.v1", type=instance.InstanceReserved),
    Version(name="instance.flipped.v1", type=instance.InstanceFlipped),
    Version(name="instance.landed.v1", type=instance.InstanceLanded),
    Version(name="instance.freed.v1", type=instance.InstanceFreed),
    Version(name="instance.released.v1", type=instance.InstanceReleased),
    Version(name="instance.child-added.v1", type=instance.ChildAdded),
    Version(name="instance.child-ended.v1", type=instance.ChildEnded),
    Version(name="instance.operation-noted.v1", type=instance.OperationNoted),
    Version(name="reservation.awaited.v1", type=reservation.ReservationAwaited),
    Version(name="reservation.accepted.v1", type=reservation.ReservationAccepted),
    Version(name="reservation.refused.v1", type=reservation.ReservationRefused),
    Version(name="reservation.extended.v1", type=reservation.ReservationExtended),
    Version(name="reservation.widened.v1", type=reservation.ReservationWidened),
    Version(name="reservation.narrowed.v1", type=reservation.ReservationNarrowed),
    Version(name="reservation.fulfilled.v1", type=reservation.ReservationFulfilled),
    Version(name="reservation.released.v1", type=reservation.ReservationReleased),
    Version(name="operation.scheduled.v1", type=operation.OperationScheduled),
    Version(name="operation.instances-named.v1", type=operation.InstancesNamed),
    Version(name="operation.redated.v1", type=operation.OperationRedated),
    Version(name="operation.delayed.v1", type=operation.OperationDelayed),
    Version(name="operation.started.v1", type=operation.OperationStarted),
    Version(name="operation.completed.v1", type=operation.OperationCompleted),
    Version(name="operation.canceled.v1", type=operation.OperationCanceled),
    Version(name="specification.heard.v1", type=specification.SpecificationHeard),
    Version(name="contract.loaded.v1", type=contract.ContractLoaded),
    Version(name="contract.changed.v1", type=contract.ContractChanged),
    Version(name="contract.agreed.v1", type=contract.ContractAgreed),
    Version(name="term.loaded.v1", type=term.TermLoaded),
    Version(name="term.made.v1", type=term.TermMade),
    Version(name="term.changed.v1", type=term.TermChanged),
    Version(name="term.given-up.v1", type=term.TermGivenUp),
    Version(name="term.taken-over.v1", type=term.TermTakenOver),
)
