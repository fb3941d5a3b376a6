"""What order hears of contracts, their lines and entitlements: their ids may stand for products (D-16)."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.service import Route, StreamOf, Work
from services.order import handlers, heard, needs
from services.order.domain.term import ContractLearned, TermLearned


def _contract_changed(data: heard.ContractChanged, work: Work) -> None:
    learned = ContractLearned(account_id=data.account_id, line_ids=data.contract_line_ids)
    handlers.term_learned(data.contract_id, learned, work)


def _contract_line_changed(data: heard.ContractLineStateChanged, work: Work) -> None:
    learned = TermLearned(
        account_id=data.account_id,
        kind="contract_line",
        instance_id=data.instance_id,
        over=data.state in _OVER,
    )
    handlers.term_learned(data.contract_line_id, learned, work)


def _entitlement_changed(data: heard.EntitlementStateChanged, work: Work) -> None:
    learned = TermLearned(
        account_id=data.account_id,
        kind="entitlement",
        instance_id=data.instance_id,
        under=data.contract_line_id,
        over=data.state in _OVER,
    )
    handlers.term_learned(data.entitlement_id, learned, work)


_OVER = frozenset({"expired", "canceled"})


def _of_contract(data: heard.ContractChanged, work: Work) -> needs.Wishes:  # noqa: ARG001
    yield (StreamOf(handlers.TERM, data.contract_id),)


def _of_contract_line(data: heard.ContractLineStateChanged, work: Work) -> needs.Wishes:  # noqa: ARG001
    yield (StreamOf(handlers.TERM, data.contract_line_id),)


def _of_entitlement(data: heard.EntitlementStateChanged, work: Work) -> needs.Wishes:  # noqa: ARG001
    yield (StreamOf(handlers.TERM, data.entitlement_id),)


ROUTES: Mapping[str, Route] = {
    "contract.changed": Route(model=heard.ContractChanged, handle=_contract_changed, needs=_of_contract),
    "contract-line.state-changed": Route(
        model=heard.ContractLineStateChanged, handle=_contract_line_changed, needs=_of_contract_line
    ),
    "entitlement.state-changed": Route(
        model=heard.EntitlementStateChanged, handle=_entitlement_changed, needs=_of_entitlement
    ),
}
