"""What order has heard of a contract line or an entitlement: which instance is ordered for by its id."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`over` once it is expired or canceled."""

    account_id: str
    kind: TermKind
    instance_id: str
    under: str | None = None
    over: bool = False


def evolve(state: Term | None, event: TermLearned) -> Term:  # noqa: ARG001
    return Term(
        account_id=event.account_id,
        kind=event.kind,
        instance_id=event.instance_id,
        under=event.under,
        over=event.over,
    )


def learn(term: Term | None, heard: TermLearned) -> tuple[TermLearned, ...]:
    """What it says again changes nothing."""
    return (heard,) if term != evolve(None, heard) else ()


def stands_for(id: str, term: Term) -> str | None:
    """The instance that is ordered for when this is selected; None when it cannot be selected by itself."""
    return None if refusal(id, term) else term.instance_id


def refusal(id: str, term: Term) -> str | None:
    """Why it cannot be selected by itself; None when it can (CON-10)."""
    name = term.kind.replace("_", " ")
    if term.under is not None:
        return f"{name} {id} goes along with contract line {term.under}: select {term.under} instead"
    if term.over:
        return f"{name} {id} is over, and nothing brings it back: select the instance {term.instance_id}"
    return None
