"""The header of a contract: its own state by its own dates, whatever becomes of its instances (CON-03)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeAlias

from services.inventory.domain.term import OVER, ContractId, TermId
from services.inventory.domain.value import value
from services.inventory.domain.words import OrderId

ContractState: TypeAlias = Literal["draft", "active", "expired", "canceled"]
"""A header is never suspended (CON-01)."""


@value
class ContractRecord:
    """The header as it is shown, with the ids of its lines."""

    contract_id: ContractId
    account_id: str
    state: ContractState
    start: datetime | None = None
    end: datetime | None = None
    line_ids: tuple[TermId, ...] = ()


@value
class ContractLoaded:
    record: ContractRecord
    previous: ContractState | None = None


@value
class ContractChanged:
    """Its dates have brought it to another state, by this rule."""

    record: ContractRecord
    previous: ContractState
    rule: str


@value
class ContractAgreed:
    """An order has made it, or given it another line or other dates (CON-09)."""

    record: ContractRecord
    previous: ContractState | None = None
    order_id: OrderId
    version: int


ContractEvent: TypeAlias = ContractLoaded | ContractChanged | ContractAgreed


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """`loaded` is what was loaded last; `changed_by` is the last order that left its mark on it."""

    record: ContractRecord
    loaded: ContractRecord | None = None
    changed_by: OrderId | None = None


def initial(id: str) -> None:  # noqa: ARG001
    return None


def evolve(state: Contract | None, event: ContractEvent) -> Contract | None:
    match event:
        case ContractLoaded(record=record):
            return Contract(record=record, loaded=record)
        case ContractChanged(record=record):
            return replace(state, record=record) if state is not None else None
        case ContractAgreed(record=record, order_id=order):
            loaded = state.loaded if state is not None else None
            return Contract(record=record, loaded=loaded, changed_by=order)


def due(record: ContractRecord, now: datetime) -> ContractChanged | None:
    """What its dates have brought it to; None as long as nothing is due."""
    if record.state in OVER:
        return None
    if record.end is not None and record.end <= now:
        return _changed(record, "expired")
    if record.state == "draft" and record.start is not None and record.start <= now:
        return _changed(record, "active")
    return None


def _changed(record: ContractRecord, state: ContractState) -> ContractChanged:
    return ContractChanged(record=replace(record, state=state), previous=record.state, rule="CON-01")


def next_date(record: ContractRecord) -> datetime | None:
    """When it is to be looked at again; None when no date will change it."""
    if record.state in OVER:
        return None
    dates = (record.start if record.state == "draft" else None, record.end)
    return min((date for date in dates if date is not None), default=None)
