"""What order has heard of contracts, their lines and entitlements: which instance is ordered for by an id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.order.domain.value import value
from services.order.domain.words import Action

TermKind: TypeAlias = Literal["contract_line", "entitlement"]
AgreedType: TypeAlias = Literal["no_change", "new", "upsell", "amend", "cancel", "renew"]

USUAL: Mapping[Action, AgreedType] = {
    "add": "new",
    "change": "amend",
    "disconnect": "cancel",
    "suspend": "no_change",
    "resume": "no_change",
    "no_change": "no_change",
}
"""What a line does about a contract line where nobody says it (CON-08)."""


@value
class ContractLine:
    """What is asked of a contract line with a line of an order; inventory judges it (CON-11)."""

    type: AgreedType
    start: datetime | None = None
    end: datetime | None = None
    term: int | None = None


@value
class TermLearned:
    """As it was last said: `under` is the contract line of an entitlement that has one."""

    account_id: str
    kind: TermKind
    instance_id: str
    under: str | None = None
    over: bool = False


@value
class ContractLearned:
    """A contract as it was last said, with its lines."""

    account_id: str
    line_ids: tuple[str, ...] = ()


TermEvent: TypeAlias = TermLearned | ContractLearned


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What all its lines are agreed in. It is not ordered for: each of its lines follows its product."""

    account_id: str
    line_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`over` once it is expired or canceled."""

    account_id: str
    kind: TermKind
    instance_id: str
    under: str | None = None
    over: bool = False


def evolve(state: Term | Contract | None, event: TermEvent) -> Term | Contract:  # noqa: ARG001
    if isinstance(event, ContractLearned):
        return Contract(account_id=event.account_id, line_ids=event.line_ids)
    return Term(
        account_id=event.account_id,
        kind=event.kind,
        instance_id=event.instance_id,
        under=event.under,
        over=event.over,
    )


def learn(term: Term | Contract | None, heard: TermEvent) -> tuple[TermEvent, ...]:
    """What it says again changes nothing."""
    return (heard,) if term != evolve(None, heard) else ()


def stands_for(id: str, term: Term) -> str | None:
    """The instance that is ordered for when this is selected; None when it cannot be selected by itself."""
    return None if refusal(id, term) else term.instance_id


def refusal(id: str, term: Term | Contract) -> str | None:
    """Why it cannot be selected by itself; None when it can (CON-10)."""
    if isinstance(term, Contract):
        return _of_a_contract(id, term)
    name = term.kind.replace("_", " ")
    if term.under is not None:
        return f"{name} {id} goes along with contract line {term.under}: select {term.under} instead"
    if term.over:
        return f"{name} {id} is over, and nothing brings it back: select the instance {term.instance_id}"
    return None


_FEW = 10


def _of_a_contract(id: str, contract: Contract) -> str:
    lines = ", ".join(contract.line_ids[:_FEW]) + (" and more" if len(contract.line_ids) > _FEW else "")
    which = f", {lines}," if lines else ""
    return (
        f"{id} is a contract, which nothing is ordered for: its lines{which} follow the products that they "
        "are about, so select those lines or products"
    )
