"""Which quantities a line may ask for (CHG-01, CHG-07, CHG-09, CHG-14, DIS-06)."""

from __future__ import annotations

from collections.abc import Iterator

from services.order.domain.fewer import of_line
from services.order.domain.line import Line
from services.order.domain.quantity import counts, entry_after, may_be_none
from services.order.domain.specification import Relation
from services.order.domain.tree import Tree
from services.order.domain.words import Reason, Scalar


def asks_for_a_quantity(tree: Tree) -> Iterator[Reason]:
    """A quantity stands on an add or a change, and is not none."""
    for line in tree.lines:
        if line.quantity is not None and (problem := _problem(line, line.quantity)) is not None:
            rule, message = problem
            yield Reason(rule=rule, message=message, line_id=line.line_id, field="quantity")


def _problem(line: Line, quantity: int) -> tuple[str, str] | None:
    match line.action:
        case "disconnect":
            message = "a disconnect ends the whole instance: fewer of it is a change with a lower quantity"
            return "DIS-06", message
        case "add" if quantity == 0:
            return "CHG-14", "an add of none makes nothing: give a quantity of 1, or leave it out"
        case "change" if quantity == 0 and not may_be_none(line):
            message = (
                "a change to none is for terms that are amended or renewed: say so in 'contractLine', or "
                "disconnect the instance"
            )
            return "CHG-14", message
        case "add" | "change":
            return None
    message = f"a '{line.action}' changes no quantity: leave it out, or ask for it with action 'change'"
    return "CHG-01", message


def asks_for_as_many_as_there_may_be(tree: Tree) -> Iterator[Reason]:
    """CHG-07: a value that counts parts is a whole number within what the catalog allows."""
    for line in tree.lines:
        entry = entry_after(line, tree) if line.action in ("add", "change") and line.characteristics else None
        for relation in entry.relations if entry else ():
            name = relation.counted_by or ""
            if name in line.characteristics and (wrong := _wrong(relation, line.characteristics[name])):
                message = f"'{name}' says how many {relation.target} there are: {wrong}"
                yield Reason(
                    rule="CHG-07", message=message, line_id=line.line_id, field=f"characteristics.{name}"
                )


def adds_no_more_than_it_counts(tree: Tree) -> Iterator[Reason]:
    """CHG-07: what is new has as many parts as its value says, so an add is written with no more of them."""
    for line in tree.lines:
        for relation, asked in counts(line, tree) if line.action == "add" else ():
            own = [one.line_id for one in tree.lines if _is_part(one, line, relation.target)]
            if len(own) > asked:
                field = f"characteristics.{relation.counted_by}"
                message = _too_many(relation, asked, own)
                yield Reason(rule="CHG-07", message=message, line_id=line.line_id, field=field)


def _too_many(relation: Relation, asked: int, own: list[str]) -> str:
    """Of the lines `own`; the first few name what is meant."""
    count, few = len(own), ", ".join(own[:10])
    return (
        f"'{relation.counted_by}' says how many {relation.target} there are: it asks for {asked}, and lines "
        f"{few}{' and more' if count > 10 else ''} add {count}: ask for {count}, or leave out "
        f"{count - asked} of the lines"
    )


def _is_part(line: Line, above: Line, target: str) -> bool:
    below = line.action == "add" and line.parent_line_id == above.line_id
    return below and line.specification_id == target


def asks_for_fewer_apart_from_a_move(tree: Tree) -> Iterator[Reason]:
    """CHG-08: a move takes all along, so what ends is not asked for in its middle."""
    for line in tree.lines:
        if line.move and any(of_line(line, tree)):
            message = "a move takes all of it along: order the smaller number before it, or after"
            yield Reason(rule="CHG-08", message=message, line_id=line.line_id, field="characteristics")


def _wrong(relation: Relation, asked: Scalar) -> str | None:
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        return None  # that it is no number is said already
    if asked != int(asked) or asked < 0:
        return "give a whole number of 0 or more"
    if asked < relation.least:
        return f"at least {relation.least} are needed, and {int(asked)} were asked for"
    if relation.most is not None and asked > relation.most:
        return f"at most {relation.most} are allowed, and {int(asked)} were asked for"
    return None
