"""What order has heard of an instance: only what it decides by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from services.order.domain.value import value
from services.order.domain.words import Kind

# ------------------------------------------------------------------------------------------ events


@value
class InstanceLearned:
    """It exists: loaded, or made by an order."""

    account_id: str
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    ended: bool = False
    external_id: str | None = None
    moved_from: str | None = None
    """What goes on as this one when it has moved (MOV-09)."""


@value
class InstanceRevised:
    """Its specification, place, parent, number or external id is another one now."""

    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    external_id: str | None = None


@value
class InstanceEnded:
    """It is inactive: for ever, unless the order that ended it is canceled."""

    order_id: str | None = None


@value
class InstanceRestored:
    """The order that had ended it was canceled: it is there as before (D-22)."""


InstanceEvent: TypeAlias = InstanceLearned | InstanceRevised | InstanceEnded | InstanceRestored

# ------------------------------------------------------------------------------------------- state


@dataclass(slots=True, kw_only=True)
class Instance:
    """Only `evolve` changes it."""

    account_id: str
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    ended: bool = False
    external_id: str | None = None
    moved_from: str | None = None
    ended_by: str | None = None
    """The order by which it has ended."""


def evolve(instance: Instance | None, event: InstanceEvent) -> Instance | None:
    """The instance after the event; changes the one it is given."""
    match event:
        case InstanceLearned():
            return Instance(
                account_id=event.account_id,
                kind=event.kind,
                specification_id=event.specification_id,
                specification_version=event.specification_version,
                parent_id=event.parent_id,
                location=event.location,
                quantity=event.quantity,
                ended=event.ended,
                external_id=event.external_id,
                moved_from=event.moved_from,
            )
        case InstanceEnded() if instance is not None:
            instance.ended, instance.ended_by = True, event.order_id
        case InstanceRestored() if instance is not None:
            instance.ended, instance.ended_by = False, None
        case InstanceRevised() if instance is not None:
            instance.specification_id = event.specification_id
            instance.specification_version = event.specification_version
            instance.parent_id, instance.location = event.parent_id, event.location
            instance.quantity = event.quantity
            instance.external_id = event.external_id
    return instance


# ---------------------------------------------------------------------------------------- decisions


def learn(instance: Instance | None, heard: InstanceLearned) -> tuple[InstanceEvent, ...]:
    """The first word of an instance counts; what it says again changes nothing."""
    return (heard,) if instance is None else ()


def revise(instance: Instance | None, heard: InstanceRevised) -> tuple[InstanceEvent, ...]:
    """What is heard is the whole record: a parent, a place or an external id that is not named is none."""
    if instance is None:
        return ()
    now = (
        instance.specification_id,
        instance.specification_version,
        instance.parent_id,
        instance.location,
        instance.quantity,
        instance.external_id,
    )
    said = (
        heard.specification_id,
        heard.specification_version,
        heard.parent_id,
        heard.location,
        heard.quantity,
        heard.external_id,
    )
    return (heard,) if said != now else ()


def end(instance: Instance | None, order_id: str | None = None) -> tuple[InstanceEvent, ...]:
    return () if instance is None or instance.ended else (InstanceEnded(order_id=order_id),)


def restore(instance: Instance | None) -> tuple[InstanceEvent, ...]:
    return () if instance is None or not instance.ended else (InstanceRestored(),)
