"""The policy: every rule that order judges alone. This list is what an order is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from services.order.domain.line import Known, Request
from services.order.domain.rules.changes import (
    keeps_its_kind,
    keeps_its_quantity,
    only_a_change_changes,
    values_are_right,
)
from services.order.domain.rules.matrix import obeys_the_matrix
from services.order.domain.rules.moves import goes_somewhere_else, goes_to_one_place, moves_as_a_whole
from services.order.domain.rules.references import (
    fits_the_category,
    hangs_below_something,
    names_what_it_changes,
    one_line_an_instance,
    specification_is_offered,
)
from services.order.domain.rules.scope import is_not_too_large, keeps_what_is_mandatory, starts_now
from services.order.domain.tree import Tree
from services.order.domain.words import Reason

Rule: TypeAlias = Callable[[Tree], Iterable[Reason]]

POLICY: tuple[Rule, ...] = (
    is_not_too_large,
    starts_now,
    names_what_it_changes,
    fits_the_category,
    specification_is_offered,
    hangs_below_something,
    one_line_an_instance,
    obeys_the_matrix,
    moves_as_a_whole,
    goes_to_one_place,
    goes_somewhere_else,
    only_a_change_changes,
    keeps_its_quantity,
    keeps_its_kind,
    values_are_right,
    keeps_what_is_mandatory,
)


def judge(request: Request, known: Known) -> tuple[Reason, ...]:
    """Every rule that the request breaks; never only the first. Personal values must be readable."""
    tree = Tree(request, known)
    return tuple(reason for rule in POLICY for reason in rule(tree))
