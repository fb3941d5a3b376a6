"""An order line: one product or service, one action."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field, replace
from datetime import datetime
from typing import Protocol

from services.order.domain.instance import Instance
from services.order.domain.specification import Specification
from services.order.domain.term import Contract, ContractLine, Term
from services.order.domain.value import value
from services.order.domain.words import Action, Category, HeaderAction, Kind, ReturnPlan, Scalar


@value
class Line:
    """As asked, and then written out. `move` is None while nobody said it and nothing showed it.

    `return_` and `replaces` stand on lines that a return has written: what is added takes over the place and
    the contract lines of the instance that it replaces. `quantity_before` is how many the instance stood for
    when the return counted what comes back.
    """

    line_id: str
    action: Action
    kind: Kind = "product"
    instance_id: str | None = None
    specification_id: str | None = None
    specification_version: str | None = None
    offering_id: str | None = None
    parent_line_id: str | None = None
    parent_instance_id: str | None = None
    characteristics: dict[str, Scalar] = field(default_factory=dict)
    location: str | None = None
    move: bool | None = None
    quantity: int | None = None
    due_date: datetime | None = None
    transient: bool = False
    contract_line: ContractLine | None = None
    return_: ReturnPlan | None = None
    replaces: str | None = None
    quantity_before: int | None = None
    reason: str | None = None
    copy_of: str | None = None
    """CHG-09: the line that asked for so many, where this is one of the others."""


@value
class Ranks:
    """How urgent an order is, from 0 to 100: because of who asks, and because of what is asked (ORC-05)."""

    customer: int | None = None
    urgency: int | None = None


@value
class Request:
    """What an order asks for, as lines: what is judged, stored and approved."""

    account_id: str
    category: Category
    action: HeaderAction | None = None
    lines: tuple[Line, ...]
    location: str | None = None
    end: datetime | None = None
    cascade: bool = False
    upgrade: bool = False
    """CHG-05: versions may change although the catalog lets them stay."""
    ranks: Ranks | None = None

    def with_lines(self, lines: tuple[Line, ...]) -> Request:
        """The same request with these lines."""
        return Request(
            account_id=self.account_id,
            category=self.category,
            action=self.action,
            lines=lines,
            location=self.location,
            end=self.end,
            cascade=self.cascade,
            upgrade=self.upgrade,
            ranks=self.ranks,
        )


def as_returned(lines: tuple[Line, ...], before: Collection[Line]) -> tuple[Line, ...]:
    """Lines of an order that a return wrote, written again: nobody but the return says what they are for."""
    there = {line.line_id: line for line in before}
    return tuple(
        replace(line, return_=own.return_, replaces=own.replaces, quantity_before=own.quantity_before)
        if (own := there.get(line.line_id)) is not None
        and own.return_ is not None
        and (own.action, own.instance_id) == (line.action, line.instance_id)
        else line
        for line in lines
    )


def as_they_stand(lines: tuple[Line, ...], before: Collection[Line]) -> tuple[Line, ...]:
    """The draft of an order that a return wrote, written again: what is left out is as the return has it."""
    there = {line.line_id: line for line in before if line.return_ is not None}
    return tuple(
        replace(
            line,
            specification_id=line.specification_id or own.specification_id,
            parent_instance_id=line.parent_instance_id
            or (None if line.parent_line_id else own.parent_instance_id),
            location=line.location or own.location,
            quantity=own.quantity if line.quantity is None else line.quantity,
            reason=line.reason or own.reason,
        )
        if (own := there.get(line.line_id)) is not None and line.return_ is not None
        else line
        for line in lines
    )


class Known(Protocol):
    """What order has heard of the world. Nothing here is unknown by accident: it was not said, or not yet."""

    @property
    def now(self) -> datetime: ...

    def instance(self, id: str) -> Instance | None: ...

    def going_on_as(self, id: str) -> str:
        """The id by which the account has an instance now: what has moved ends, and goes on as another."""
        ...

    def ending(self, id: str) -> Mapping[str, str]:
        """What an order that can still be canceled has ended directly below an instance, with the order."""
        ...

    def gone(self, line_id: str) -> bool:
        """Whether what this line of the order has added was ended by another order since."""
        ...

    def term(self, id: str) -> Term | None:
        """A contract line or an entitlement."""
        ...

    def contract(self, id: str) -> Contract | None: ...

    def elsewhere(self, account: str, id: str) -> Collection[str]:
        """The instances of an account that another system knows by this id."""
        ...

    def specification(self, id: str) -> Specification | None:
        """None when no version of it was published."""
        ...

    def roots(self, account: str) -> Collection[str]:
        """The instances of an account that stand below no other, without those that ended."""
        ...

    def children(self, id: str, kind: Kind) -> Collection[str]:
        """The instances of a kind directly below one, without those that ended."""
        ...


def by_id(lines: tuple[Line, ...]) -> Mapping[str, Line]:
    return {line.line_id: line for line in lines}
