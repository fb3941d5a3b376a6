"""Which action may stand below which (rule book 2.3; D-04 by line, D-23 by instance)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.order.domain.line import Line
from services.order.domain.tree import Tree
from services.order.domain.words import Action, Reason

_ALL: frozenset[Action] = frozenset(("add", "change", "disconnect", "suspend", "resume", "no_change"))

ALLOWED: Mapping[str, frozenset[Action]] = {
    "add": frozenset(("add",)),
    "change": _ALL,
    "move": frozenset(("add", "change", "disconnect")),
    "disconnect": frozenset(("disconnect",)),
    "suspend": frozenset(("suspend", "no_change")),
    "resume": frozenset(("resume", "no_change")),
    "no_change": _ALL,
}
"""Action of the line above to the actions allowed below it; `move` is a change that moves."""

_WHY = {
    "add": "what is new has nothing yet to be changed",
    "move": "a move takes the whole hierarchy along",
    "disconnect": "what is below ends as well",
    "suspend": "what is below follows it",
    "resume": "what is below follows it",
}


def obeys_the_matrix(tree: Tree) -> Iterator[Reason]:
    for line in tree.lines:
        for upper in tree.above(line):
            word = "move" if upper.action == "change" and upper.move else upper.action
            if line.action not in ALLOWED[word]:
                yield _broken(line, upper, word)


def _broken(line: Line, upper: Line, word: str) -> Reason:
    by_line = line.parent_line_id == upper.line_id
    place = f"line {upper.line_id}" if by_line else f"line {upper.line_id}, which is for {upper.instance_id}"
    allowed = ", ".join(sorted(ALLOWED[word]))
    return Reason(
        rule="D-04" if by_line else "D-23",
        line_id=line.line_id,
        field="action",
        message=(
            f"'{line.action}' cannot stand below the '{word}' of {place}: {_WHY[word]}; "
            f"allowed here: {allowed}, or an order of its own"
        ),
    )
