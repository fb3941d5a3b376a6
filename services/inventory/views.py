"""The pages of instances, with the terms that hang on them, and of contracts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.chassis.service import Page
from services.inventory import bodies
from services.inventory.domain.contract import Contract, ContractRecord
from services.inventory.domain.instance import Instance
from services.inventory.domain.instance_events import OperationNoted
from services.inventory.domain.term import Term, TermKind, TermRecord


def pages(category: str, id: str, state: Any) -> Iterable[Page]:
    """One page per instance, ended ones included, and one per contract."""
    match state:
        case Instance() if category == "instance":
            return (Page(kind="instance", id=id, account=state.record.account_id, body=_body(state)),)
        case Contract(record=record):
            return (Page(kind="contract", id=id, account=record.account_id, body=_header(record)),)
    return ()


def _header(record: ContractRecord) -> dict[str, Any]:
    """The lines stand with their instances, for they follow them and the header does not."""
    ids = {"contractId": record.contract_id, "accountId": record.account_id}
    return {**ids, **_dated(record), "contractLineIds": list(record.line_ids)}


def _operation(noted: OperationNoted) -> dict[str, Any]:
    return {
        "operationId": noted.operation_id,
        "action": noted.action,
        "state": noted.state,
        "at": noted.at.isoformat(),
        "orderId": noted.order_id,
    }


def _body(instance: Instance) -> dict[str, Any]:
    held = instance.held
    return {
        **bodies.instance(instance.record),
        "reservedBy": {"orderId": held.order_id, "version": held.version} if held else None,
        "contractLines": [_line(one.record) for one in _terms(instance, "contract_line")],
        "entitlements": [_entitlement(one.record) for one in _terms(instance, "entitlement")],
        "operations": [_operation(one) for one in instance.operations.values()],
    }


def _terms(instance: Instance, kind: TermKind) -> Iterable[Term]:
    return (one for _, one in sorted(instance.terms.items()) if one.record.kind == kind)


def _line(record: TermRecord) -> dict[str, Any]:
    ids = {"contractLineId": record.term_id, "contractId": record.contract_id}
    return {**ids, **_dated(record), **_length(record)}


def _entitlement(record: TermRecord) -> dict[str, Any]:
    ids = {"entitlementId": record.term_id, "contractLineId": record.contract_line_id}
    return {**ids, **_dated(record), **_length(record)}


def _length(record: TermRecord) -> dict[str, Any]:
    """In months, of what an order has agreed."""
    return {} if record.term is None else {"term": record.term}


def _dated(record: TermRecord | ContractRecord) -> dict[str, Any]:
    return {
        "state": record.state,
        "start": record.start.isoformat() if record.start else None,
        "end": record.end.isoformat() if record.end else None,
    }
