"""The policy: every rule that order judges alone. This list is what an order is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from services.order.domain.dates import has_a_window
from services.order.domain.line import Known, Request
from services.order.domain.rules.changes import (
    keeps_its_kind,
    only_a_change_changes,
    values_are_right,
)
from services.order.domain.rules.matrix import obeys_the_matrix
from services.order.domain.rules.moves import goes_somewhere_else, goes_to_one_place, moves_as_a_whole
from services.order.domain.rules.parents import has_one_parent, stands_below_its_kind
from services.order.domain.rules.parts import (
    keeps_its_counts,
    stands_below_what_takes_it,
    takes_its_parts_along,
)
from services.order.domain.rules.quantities import (
    adds_no_more_than_it_counts,
    asks_for_a_quantity,
    asks_for_as_many_as_there_may_be,
    asks_for_fewer_apart_from_a_move,
)
from services.order.domain.rules.references import (
    fits_the_category,
    hangs_below_something,
    names_what_it_changes,
    one_line_an_instance,
    specification_is_offered,
)
from services.order.domain.rules.scope import has_lines, is_not_too_large, keeps_what_is_mandatory
from services.order.domain.rules.versions import keeps_its_version
from services.order.domain.tree import Tree
from services.order.domain.words import Reason

MAX_BYTES = 800_000
"""What the reasons of one order may come to, so that they fit into one message of 1 MiB."""
_AROUND = 150
"""What a reason takes beside its sentence and its field."""

Rule: TypeAlias = Callable[[Tree], Iterable[Reason]]

POLICY: tuple[Rule, ...] = (
    is_not_too_large,
    has_lines,
    has_a_window,
    names_what_it_changes,
    fits_the_category,
    specification_is_offered,
    hangs_below_something,
    has_one_parent,
    stands_below_its_kind,
    stands_below_what_takes_it,
    one_line_an_instance,
    obeys_the_matrix,
    moves_as_a_whole,
    goes_to_one_place,
    goes_somewhere_else,
    only_a_change_changes,
    asks_for_a_quantity,
    asks_for_as_many_as_there_may_be,
    adds_no_more_than_it_counts,
    asks_for_fewer_apart_from_a_move,
    keeps_its_kind,
    keeps_its_version,
    values_are_right,
    keeps_what_is_mandatory,
    keeps_its_counts,
    takes_its_parts_along,
)


def judge(request: Request, known: Known) -> tuple[Reason, ...]:
    """Every rule that the request breaks; never only the first. Personal values must be readable."""
    tree = Tree(request, known)
    return _that_fit(reason for rule in POLICY for reason in rule(tree))


def _that_fit(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """LIM-01 for the answer itself: what is left out is counted."""
    size, named, more = 0, list[Reason](), 0
    for reason in reasons:
        size += _AROUND + len(reason.message.encode()) + len((reason.field or "").encode())
        if size <= MAX_BYTES:
            named.append(reason)
        else:
            more += 1
    if more:
        message = f"{more} more reasons do not fit into one answer: mend those that are named first"
        named.append(Reason(rule="LIM-01", message=message))
    return tuple(named)
