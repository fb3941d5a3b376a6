"""What a line names must be there: its instance, its specification, its parents (ACT-06, CHG-17, D-23)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.dates import windows
from services.order.domain.line import Line
from services.order.domain.naming import known_elsewhere_as
from services.order.domain.term import Contract, refusal
from services.order.domain.tree import Tree
from services.order.domain.words import Reason


def names_what_it_changes(tree: Tree) -> Iterator[Reason]:
    """ACT-06: every action but add names an instance of the account that has not ended (CHG-17).

    What stands against the suspend of a window is not said again of its resume.
    """
    ends = {resume.line_id for _, resume in windows(tree.lines)}
    for line in tree.lines:
        if line.action == "add":
            if line.instance_id is not None:
                yield _of(
                    line,
                    "ACT-06",
                    "an add makes a new instance, so it names and selects none: leave it out",
                    "instanceId",
                )
        elif line.instance_id is None:
            message = f"a '{line.action}' names the instance it is about: give its 'instanceId'"
            yield _of(line, "ACT-06", message, "instanceId")
        elif line.line_id not in ends and (problem := unusable(line.instance_id, tree)):
            rule, message = problem
            yield _of(line, rule, message, "instanceId")


def unusable(instance_id: str, tree: Tree) -> tuple[str, str] | None:
    """Why an instance cannot be ordered for, as (rule, message).

    One of another account is as unknown as one that nobody has: a stranger is not told what there is.
    """
    found = tree.known.instance(instance_id)
    account = tree.request.account_id
    if found is None and (problem := _term(instance_id, tree)) is not None:
        return "CON-10", problem
    if found is None and len(meant := known_elsewhere_as(instance_id, account, tree.known)) > 1:
        names = ", ".join(sorted(meant))
        return "SUS-14", f"{instance_id} is the external id of {names}: give the instance's own id"
    if found is None or found.account_id != account:
        return "ACT-06", f"account {account} has no instance {instance_id}: name one that it owns"
    if found.ended and (now := tree.known.going_on_as(instance_id)) != instance_id:
        return (
            "CHG-17",
            f"{instance_id} has moved, and goes on as {now}: order it for that one",
        )
    if found.ended:
        return "CHG-17", f"{instance_id} is inactive and stays so: to have it again, add a new one"
    return None


def _term(id: str, tree: Tree) -> str | None:
    """CON-10: what is wrong with an id of a contract, contract line or entitlement of the account."""
    term = tree.known.term(id) or tree.known.contract(id)
    if term is None or term.account_id != tree.request.account_id:
        return None
    if isinstance(term, Contract):
        return refusal(id, term)
    kind = "a contract line" if term.kind == "contract_line" else "an entitlement"
    return refusal(id, term) or (
        f"{id} is the id of {kind}: give it in the 'selection', or instance {term.instance_id} in the line"
    )


def fits_the_category(tree: Tree) -> Iterator[Reason]:
    """1.2: a product order has lines for products, a service order for services (LIN-02)."""
    category = tree.request.category
    for line in tree.lines:
        if line.kind != category and (line.instance_id or line.specification_id):
            what = line.instance_id or line.specification_id
            right = (
                f"order it with category '{line.kind}'"
                if line.kind in ("product", "service")
                else "order the product or service that uses it; resources follow"
            )
            message = f"{what} is a {line.kind} and this is a {category} order: {right}"
            yield _of(line, "LIN-02" if category == "service" else "LIN-01", message)


def specification_is_offered(tree: Tree) -> Iterator[Reason]:
    """What an order needs of the catalog is published; what it newly needs is not retired."""
    for line in tree.lines:
        if line.specification_id is None:
            if line.action == "add":
                message = "an add says what to add: give its 'specificationId'"
                yield _of(line, "LIN-01", message, "specificationId")
            continue
        yield from _specification(line, line.specification_id, tree)


def _specification(line: Line, specification_id: str, tree: Tree) -> Iterator[Reason]:
    catalog = tree.known.specification(specification_id)
    own = tree.instance(line.instance_id)
    new = line.action == "add" or (own is not None and own.specification_id != specification_id)
    if catalog is None:
        message = f"specification {specification_id} is not published: publish it first, or name another"
        yield _of(line, "REF-01", message, "specificationId")
    elif new and (catalog.offered is None or line.specification_version in catalog.retired):
        message = (
            f"specification {specification_id} is retired: what is owned stays, nothing new is made by it; "
            "name another, or publish a new version"
        )
        yield _of(line, "REF-01", message, "specificationId")
    elif line.action in ("add", "change"):
        for target in sorted(unpublished(specification_id, tree)):
            message = (
                f"{specification_id} is realized with {target}, which is not published yet: publish it, "
                "then order again"
            )
            yield _of(line, "REF-01", message, "specificationId")


def unpublished(specification_id: str, tree: Tree) -> set[str]:
    """What the entry cannot do without, down the catalog, and nobody has published."""
    missing: set[str] = set()
    seen = {specification_id}
    waiting = [specification_id]
    while waiting:
        catalog = tree.known.specification(name := waiting.pop())
        entry = catalog.latest if catalog else None
        if entry is None:
            missing.add(name)
        else:
            waiting += [target for target in entry.realized if target not in seen]
            seen.update(entry.realized)
    return missing


def hangs_below_something(tree: Tree) -> Iterator[Reason]:
    """Parents are lines of the order, or instances of the account that have not ended (D-23)."""
    for line in tree.lines:
        if line.parent_line_id is not None:
            yield from _parent_line(line, tree)
        if line.action == "add" and line.parent_instance_id is not None:
            problem = unusable(line.parent_instance_id, tree)
            if problem and line.parent_instance_id not in tree.by_instance:
                rule, message = problem
                rule = "D-23" if rule == "CHG-17" else rule
                yield _of(line, rule, f"its parent cannot take it: {message}", "parentInstanceId")
        own = tree.instance(line.instance_id)
        if own and line.parent_instance_id not in (None, own.parent_id):
            message = (
                f"{line.instance_id} hangs below {own.parent_id or 'nothing'}: no action takes it to another "
                "parent; leave 'parentInstanceId' out"
            )
            yield _of(line, "CHG-01", message, "parentInstanceId")


def _parent_line(line: Line, tree: Tree) -> Iterator[Reason]:
    if line.parent_line_id not in tree.by_id:
        others = ", ".join(id for id in tree.by_id if id != line.line_id)
        right = f"name one of {others}" if others else "leave 'parentLineId' out"
        message = f"there is no line {line.parent_line_id} to hang below: {right}, or drop this line too"
        yield _of(line, "REF-01", message, "parentLineId")
    elif line.parent_line_id == line.line_id or _circle(line, tree):
        message = "the line hangs below itself: lines form a tree, so leave 'parentLineId' out at its root"
        yield _of(line, "REF-01", message, "parentLineId")


def _circle(line: Line, tree: Tree) -> bool:
    seen: set[str] = set()
    here: Line | None = line
    while here is not None and here.parent_line_id is not None and here.line_id not in seen:
        seen.add(here.line_id)
        here = tree.by_id.get(here.parent_line_id)
    return here is line and bool(seen)


def one_line_an_instance(tree: Tree) -> Iterator[Reason]:
    """CHG-16: one open change an instance, so one line; a suspend may have its resume beside it (ACT-11)."""
    for line in tree.lines:
        first = tree.by_instance.get(line.instance_id or "")
        if first is None or first is line:
            continue
        if {first.action, line.action} != {"suspend", "resume"}:
            message = (
                f"{line.instance_id} has line {first.line_id} already: an instance has one line in an order, "
                "say there what is to change"
            )
            yield _of(line, "CHG-16", message, "instanceId")


def _of(line: Line, rule: str, message: str, field: str | None = None) -> Reason:
    return Reason(rule=rule, message=message, line_id=line.line_id, field=field)
