"""What may come back (RMA-01): what the account owns, and of that no more than other returns have left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from services.order.domain.instance import Instance
from services.order.domain.line import Known, Request
from services.order.domain.return_case import Case, CaseLine, ReturnLine
from services.order.domain.rules.references import unusable
from services.order.domain.tree import Tree
from services.order.domain.value import value
from services.order.domain.words import Reason


@value
class Claim:
    """A line of another return that is not done yet; `quantity` is None for the whole instance."""

    return_id: str
    line_id: str
    quantity: int | None


Claims = Callable[[str], Iterable[Claim]]
"""What comes back of an instance already."""


def owned_of(instance: Instance) -> int:
    """How many an instance stands for; one where nobody counts."""
    return 1 if instance.quantity is None else instance.quantity


def instances_of(case: Case | None) -> frozenset[str]:
    """What is coming back by the lines that are not done."""
    lines = case.lines.values() if case is not None else ()
    return frozenset(line.asked.instance_id for line in lines if not line.done)


def claims_of(return_id: str, case: Case, instance_id: str) -> Iterator[Claim]:
    """What a return takes of an instance, as long as that line is not done."""
    for line in case.lines.values():
        if line.asked.instance_id == instance_id and not line.done:
            yield Claim(return_id=return_id, line_id=line.asked.line_id, quantity=_taken(line))


def _taken(line: CaseLine) -> int | None:
    approved = line.assessed.approved_quantity if line.assessed is not None else None
    return line.asked.quantity if approved is None else approved


def returnable(
    account_id: str, lines: Iterable[ReturnLine], known: Known, claims: Claims
) -> Iterator[Reason]:
    """What stands against each line: what it names, or how much of it."""
    tree = Tree(Request(account_id=account_id, category="product", lines=()), known)
    for line in lines:
        if (problem := unusable(line.instance_id, tree)) is not None:
            yield no_such(line, problem[1], "instanceId")
        elif (instance := known.instance(line.instance_id)) is None:
            continue
        elif instance.kind == "resource":
            message = (
                f"{line.instance_id} is a resource, which no order is about: return the product or "
                "service that uses it"
            )
            yield no_such(line, message, "instanceId")
        else:
            yield from _too_many(line, owned_of(instance), tuple(claims(line.instance_id)))


def no_such(line: ReturnLine, message: str, field: str) -> Reason:
    """RMA-01 of a line."""
    return Reason(rule="RMA-01", message=message, line_id=line.line_id, field=field)


def _too_many(line: ReturnLine, owned: int, claims: tuple[Claim, ...]) -> Iterator[Reason]:
    id, wanted = line.instance_id, owned if line.quantity is None else line.quantity
    left = max(owned - sum(owned if one.quantity is None else one.quantity for one in claims), 0)
    if wanted <= left and left:
        return
    if not claims:
        yield no_such(line, _more_than_owned(id, wanted, owned), "quantity")
    elif left:
        message = (
            f"{owned - left} of the {owned} of {id} come back in {_named(claims)} already: give a 'quantity' "
            f"of at most {left}"
        )
        yield no_such(line, message, "quantity")
    else:
        message = (
            f"{id} comes back in {_named(claims)} already: assess it there, or open this return when that "
            "line is resolved or rejected"
        )
        yield no_such(line, message, "instanceId")


def _more_than_owned(id: str, wanted: int, owned: int) -> str:
    if owned == 1:
        return f"{wanted} of {id} come back and the account has one: leave 'quantity' out"
    if owned == 0:
        return f"of {id} the account has none left: take the line out"
    return f"{wanted} of {id} come back and the account has {owned}: give at most {owned}"


def _named(claims: tuple[Claim, ...]) -> str:
    return ", ".join(f"line {one.line_id} of return {one.return_id}" for one in claims[:10])
