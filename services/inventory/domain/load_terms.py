"""Contracts and entitlements are loaded as they stand today: why a record cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.inventory.domain.contract import Contract, ContractRecord
from services.inventory.domain.instance import Instance, Unknown
from services.inventory.domain.term import OVER, ContractId, Term, TermId, TermKind, TermRecord, TermState
from services.inventory.domain.value import value
from services.inventory.domain.words import InstanceId, Reason, State


@value
class Wanted:
    """A record to be loaded onto an instance, and where a term of this id stands already."""

    record: TermRecord
    account_id: str
    instance_id: InstanceId
    instance: Instance | Unknown
    stands_on: InstanceId | None = None
    field: str = "instanceId"


def unchanged(wanted: Wanted) -> bool:
    """The same record again, whatever has become of it since; or one that is as it stands."""
    known = _known(wanted)
    if known is None:
        return False
    return known.loaded == wanted.record or replace(known.record, term=wanted.record.term) == wanted.record


def edits(wanted: Wanted) -> bool:
    """CON-06: the dates of what is suspended, whoever has suspended it, or agreed them."""
    known = _known(wanted)
    return known is not None and (known.record.state, wanted.record.state) == ("suspended", "suspended")


def reasons(wanted: Wanted) -> Iterator[Reason]:
    """Why the record cannot be loaded; none at all when it can."""
    instance, record = wanted.instance, wanted.record
    if not isinstance(instance, Instance) or instance.record.account_id != wanted.account_id:
        yield _reason(
            wanted,
            "REF-01",
            f"the account has no instance '{wanted.instance_id}': load the instance first, for this account",
        )
        return
    yield from _clashes(wanted)
    if instance.held is not None:
        yield _reason(
            wanted,
            "CON-07",
            f"order '{instance.held.order_id}' is changing instance '{instance.id}':"
            f" load '{record.term_id}' when it is completed",
        )
    elif record.state not in (fitting := _FITTING[instance.state]):
        yield _reason(
            wanted,
            "CON-07",
            f"'{record.term_id}' is {record.state} and instance '{instance.id}' is {instance.state}:"
            f" with that it can be {' or '.join(fitting)}",
        )


_FITTING: dict[State, tuple[TermState, ...]] = {
    "active": ("draft", "active", "expired", "canceled"),
    "suspended": ("suspended", "expired", "canceled"),
    "inactive": ("expired", "canceled"),
}
"""The states that a term can have on an instance at rest (CON-07)."""


def _clashes(wanted: Wanted) -> Iterator[Reason]:
    record, known = wanted.record, _known(wanted)
    if wanted.stands_on not in (None, wanted.instance_id):
        yield _reason(
            wanted,
            "REF-04",
            f"'{record.term_id}' hangs on instance '{wanted.stands_on}': it goes to another one by a move",
        )
    if known is None:
        return
    if _identity(known.record) != _identity(record):
        yield _reason(
            wanted, "REF-04", f"'{record.term_id}' is the id of something else: load this under its own id"
        )
    elif known.record.state == "suspended" and record.state not in OVER and record.state != "suspended":
        yield _reason(
            wanted,
            "CON-06",
            f"'{record.term_id}' is suspended, and only its dates can be edited: load it as suspended, with"
            f" the dates that it is to have; it is {record.state} again when its instance is",
        )
    elif known.changed_by is not None and not edits(wanted):
        yield _reason(
            wanted,
            "REF-03",
            f"order '{known.changed_by}' has changed '{record.term_id}' since it was loaded:"
            f" {_INSTEAD[record.kind]}",
        )
    elif known.record.state == "suspended" and record.state != "suspended":
        yield _reason(
            wanted,
            "CON-06",
            f"'{record.term_id}' is suspended, and only its dates can be edited: end it with its instance",
        )


_INSTEAD: dict[TermKind, str] = {
    "contract_line": "change it by an order",
    "entitlement": "suspend it by an order, load it suspended with the dates it is to have, and resume it",
}
"""An order amends contract lines only (CON-08); the dates of what rests can be edited (CON-06)."""


def _known(wanted: Wanted) -> Term | None:
    here = wanted.instance
    return here.terms.get(wanted.record.term_id) if isinstance(here, Instance) else None


def _identity(record: TermRecord) -> tuple[TermKind, ContractId | None, TermId | None]:
    return record.kind, record.contract_id, record.contract_line_id


def _reason(wanted: Wanted, rule: str, message: str) -> Reason:
    return Reason(rule=rule, message=message, field=wanted.field)


# -------------------------------------------------------------------------------- what stands above


def header_reasons(record: ContractRecord, known: Contract | None, editing: bool) -> Iterator[Reason]:
    """Why the header cannot be loaded; none at all when it can.

    `editing` the dates of a line that is suspended, its own dates may go along (CON-06).
    """
    if known is None:
        return
    if known.record.account_id != record.account_id:
        yield Reason(
            rule="REF-04",
            field="contractId",
            message=f"'{record.contract_id}' is the id of another contract: load this one under its own id",
        )
    if known.changed_by is not None and not (editing and known.record.state == record.state):
        yield Reason(
            rule="REF-03",
            field="contractId",
            message=f"order '{known.changed_by}' has made or changed contract '{record.contract_id}':"
            " change it by an order",
        )
    for id in known.record.line_ids:
        if id not in record.line_ids:
            yield Reason(
                rule="REF-04",
                field="lines",
                message=f"contract '{record.contract_id}' has a line '{id}' that the record leaves out:"
                " give all of its lines, as canceled what is over",
            )


def above_reasons(wanted: Wanted, above: str, state: str) -> Iterator[Reason]:
    """CON-02: below what is over, everything is over."""
    if state in OVER and wanted.record.state not in OVER:
        yield _reason(
            wanted,
            "CON-02",
            f"{above} is {state} and '{wanted.record.term_id}' is {wanted.record.state}:"
            " below it everything is expired or canceled",
        )
