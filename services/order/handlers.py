"""What order does with each command and fact, in its own terms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from schemas.topics import GATEWAY
from services.chassis.service import Refused, RowsOf, Why, Work
from services.order import cases
from services.order.domain import choice, lifecycle
from services.order.domain import instance as instances
from services.order.domain import term as terms
from services.order.domain.instance import Instance, InstanceLearned, InstanceRevised
from services.order.domain.lifecycle import Outcome
from services.order.domain.line import Line, Request
from services.order.domain.order import Order
from services.order.domain.parts import entry_at
from services.order.domain.specification import Specification
from services.order.domain.term import Contract, Term, TermEvent
from services.order.domain.words import Kind, Reason, Scalar
from services.order.domain.writing import write_out

ORDER, INSTANCE, TERM, SPECIFICATION = "order", cases.INSTANCE, "term", "specification"
NAMED_BY = "named-by"
"""The lookup rows that hold, for a specification, those that speak of it."""

ROOTS = "roots"
"""The lookup rows that hold the instances of an account that stand below no other."""

ELSEWHERE = "external-id"
"""The lookup rows that hold the instances that another system knows by an id."""

MAX_BYTES = 900_000
"""What the lines of one order may come to, so that they fit into one message of 1 MiB."""


def below(kind: Kind) -> str:
    """The kind of the lookup rows that hold the children of an instance."""
    return f"below:{kind}"


def children_of(kind: Kind, instance_id: str) -> RowsOf:
    return RowsOf(below(kind), instance_id)


def by_external_id(account: str, external_id: str) -> str:
    """The key of the rows for it; no id holds a line break."""
    return f"{account}\n{external_id}"


@dataclass(slots=True)
class Heard:
    """`Known`, read from what this service has heard; each thing once, for the rules ask again and again."""

    work: Work
    _instances: dict[str, Instance | None] = field(default_factory=dict)
    _specifications: dict[str, Specification | None] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.work.now

    def instance(self, id: str) -> Instance | None:
        if id not in self._instances:
            self._instances[id] = self.work.state(INSTANCE, id)
        return self._instances[id]

    def going_on_as(self, id: str) -> str:
        return cases.going_on_as(id, self.work)

    def ending(self, id: str) -> Mapping[str, str]:
        return cases.ending(id, self.work)

    def gone(self, line_id: str) -> bool:  # noqa: ARG002
        return False  # a new order has added nothing yet

    def term(self, id: str) -> Term | None:
        found: Term | Contract | None = self.work.state(TERM, id)
        return found if isinstance(found, Term) else None

    def contract(self, id: str) -> Contract | None:
        found: Term | Contract | None = self.work.state(TERM, id)
        return found if isinstance(found, Contract) else None

    def elsewhere(self, account: str, id: str) -> Collection[str]:
        return self.work.members(ELSEWHERE, by_external_id(account, id))

    def specification(self, id: str) -> Specification | None:
        if id not in self._specifications:
            found: Specification = self.work.state(SPECIFICATION, id)
            self._specifications[id] = found if found.versions else None
        return self._specifications[id]

    def roots(self, account: str) -> Collection[str]:
        return self.work.members(ROOTS, account)

    def children(self, id: str, kind: Kind) -> Collection[str]:
        return self.work.members(below(kind), id)


# ---------------------------------------------------------------------------------------- commands


def choose(order_id: str, line_id: str, instance_ids: tuple[str, ...], work: Work) -> None:
    """Which instances a line ends that needs attention (D-15)."""
    order = existing(order_id, work)
    chosen = choice.choose(order, opened(order, work), (line_id, instance_ids), Heard(work))
    settle(order_id, chosen, work)


def identified(work: Work) -> str | None:
    """Who sent the command, where that was established: at the gateway. Elsewhere it is hearsay (D-21)."""
    return (work.message.actor or None) if work.message.source == GATEWAY else None


def revise(order_id: str, lines: tuple[Line, ...], reason: str | None, work: Work) -> None:
    """A draft: it is edited at once."""
    order, known = existing(order_id, work), Heard(work)
    written = write_out(replace(order.request(lines), end=None), known)
    revised = lifecycle.Revise(lines=sealed(written.lines, known), reason=reason, by=identified(work))
    settle(order_id, lifecycle.decide(order, revised), work)


def command(order_id: str, wanted: lifecycle.Command, work: Work) -> None:
    """Any command that needs nothing but the order."""
    settle(order_id, lifecycle.decide(existing(order_id, work), wanted), work)


def existing(order_id: str, work: Work) -> Order:
    """The order, or a refusal: of another account's order nothing is told."""
    order: Order | None = work.state(ORDER, order_id)
    if order is None or order.account_id != work.message.account:
        message = f"account {work.message.account} has no order {order_id}: place it first, or name another"
        raise Refused(Why("REF-01", message, None, "orderId"))
    return order


def settle(order_id: str, outcome: Outcome, work: Work) -> None:
    if isinstance(outcome, Reason):
        raise Refused(why(outcome))
    work.append(ORDER, order_id, *outcome)
    cases.follow(order_id, work.state(ORDER, order_id), work)


def why(reason: Reason) -> Why:
    return Why(reason.rule, reason.message, reason.line_id, reason.field)


# --------------------------------------------------------------------------------- personal values


def sealed(lines: Iterable[Line], known: Heard) -> tuple[Line, ...]:
    """Personal characteristics as tokens; those of an unknown specification all count as personal."""
    written = tuple([_line_sealed(line, known) if line.characteristics else line for line in lines])
    size = sum(
        300 + sum(len(name) + len(str(value)) + 6 for name, value in line.characteristics.items())
        for line in written
    )
    if size > MAX_BYTES:
        message = (
            f"the lines come to {size} bytes written out and {MAX_BYTES} are allowed: select fewer "
            "instances, or change fewer characteristics at once"
        )
        raise Refused(Why("LIM-01", message, None, "lines"))
    return written


def _line_sealed(line: Line, known: Heard) -> Line:
    entry = entry_at(line.specification_id, line.specification_version, known)
    public = {item.name for item in entry.characteristics.values() if not item.personal} if entry else set()
    if public >= line.characteristics.keys():
        return line
    values = {name: _seal(name, value, public, known.work) for name, value in line.characteristics.items()}
    return replace(line, characteristics=values)


def _seal(name: str, value: Scalar, public: set[str], work: Work) -> Scalar:
    token: Scalar = value if name in public else work.seal(value)
    return token


def opened(order: Order, work: Work) -> Request:
    lines = tuple(
        replace(
            line, characteristics={name: work.unseal(value) for name, value in line.characteristics.items()}
        )
        if line.characteristics
        else line
        for line in order.lines
    )
    return order.request(lines)


# ------------------------------------------------------------------------------------------- facts


def fact(order_id: str, heard: lifecycle.Command, work: Work) -> None:
    """Something that happened to the reservation or the plan. Of an unknown order it tells nothing."""
    order: Order | None = work.state(ORDER, order_id)
    if order is not None:
        settle(order_id, lifecycle.decide(order, heard), work)


def instance_learned(instance_id: str, heard: InstanceLearned, work: Work) -> None:
    events = instances.learn(work.state(INSTANCE, instance_id), heard)
    work.append(INSTANCE, instance_id, *events)
    if events and not heard.ended:
        work.put(*place(heard.account_id, heard.kind, heard.parent_id), instance_id)
    if events and heard.moved_from is not None:
        work.put(cases.WENT_ON, heard.moved_from, instance_id)
    if events and heard.external_id is not None:
        work.put(ELSEWHERE, by_external_id(heard.account_id, heard.external_id), instance_id)


def term_learned(id: str, heard: TermEvent, work: Work) -> None:
    work.append(TERM, id, *terms.learn(work.state(TERM, id), heard))


def instance_revised(instance_id: str, heard: InstanceRevised, work: Work) -> None:
    instance: Instance | None = work.state(INSTANCE, instance_id)
    events = instances.revise(instance, heard)
    if instance is None or not events:
        return
    before, kind, called = instance.parent_id, instance.kind, instance.external_id
    work.append(INSTANCE, instance_id, *events)
    if heard.external_id != called:
        _called(instance_id, instance.account_id, (called, heard.external_id), work)
    if heard.parent_id == before:
        return
    if instance.ended:
        _ended_elsewhere(instance_id, instance, before, work)
        return
    work.drop(*place(instance.account_id, kind, before), instance_id)
    work.put(*place(instance.account_id, kind, heard.parent_id), instance_id)


def _ended_elsewhere(id: str, instance: Instance, before: str | None, work: Work) -> None:
    """It was loaded below another parent after an order had ended it."""
    if instance.ended_by is not None and before is not None:
        work.drop(cases.ENDED_BELOW, before, id)
    if instance.ended_by is not None and instance.parent_id is not None:
        work.put(cases.ENDED_BELOW, instance.parent_id, id)


def place(account: str, kind: Kind, parent: str | None) -> tuple[str, str]:
    """The row in which it stands: below its parent, or among the roots of the account."""
    return (ROOTS, account) if parent is None else (below(kind), parent)


def _called(instance_id: str, account: str, ids: tuple[str | None, str | None], work: Work) -> None:
    """Another system knows it by another id now."""
    before, now = ids
    if before is not None:
        work.drop(ELSEWHERE, by_external_id(account, before), instance_id)
    if now is not None:
        work.put(ELSEWHERE, by_external_id(account, now), instance_id)


def instance_ended(instance_id: str, order_id: str | None, work: Work) -> None:
    instance: Instance | None = work.state(INSTANCE, instance_id)
    events = instances.end(instance, order_id)
    work.append(INSTANCE, instance_id, *events)
    if instance is not None:
        work.drop(*place(instance.account_id, instance.kind, instance.parent_id), instance_id)
    if events and instance is not None and instance.parent_id is not None and order_id is not None:
        work.put(cases.ENDED_BELOW, instance.parent_id, instance_id)


def instance_restored(instance_id: str, work: Work) -> None:
    instance: Instance | None = work.state(INSTANCE, instance_id)
    events = instances.restore(instance)
    work.append(INSTANCE, instance_id, *events)
    if events and instance is not None:
        work.put(*place(instance.account_id, instance.kind, instance.parent_id), instance_id)
        if instance.parent_id is not None:
            work.drop(cases.ENDED_BELOW, instance.parent_id, instance_id)
