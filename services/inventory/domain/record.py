"""An instance as it is shown, and what is to land on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.inventory.domain.words import InstanceId, Kind, SpecificationId, State, Value, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An instance as it is shown."""

    instance_id: InstanceId
    account_id: str
    kind: Kind
    specification_id: SpecificationId
    specification_version: str | None = None
    offering_id: str | None = None
    parent_id: InstanceId | None = None
    root_id: InstanceId
    name: str | None = None
    state: State
    location: str | None = None
    quantity: int | None = None
    characteristics: Values = field(default_factory=dict)
    external_id: str | None = None
    start: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What lands when the part of the order closes; what is None stays as it is."""

    values: Values = field(default_factory=dict)
    specification_id: SpecificationId | None = None
    specification_version: str | None = None
    offering_id: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A characteristic that landed, with the value it had (CHG-04)."""

    name: str
    value: Value = None
    previous: Value = None
