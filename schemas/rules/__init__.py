"""Every rule of the product by its id: what refuses cites it, what shows it is marked with it.

The sections are those of the rule book; `ours` are the rules of the house beside them. `make rules` prints
how far we are with each.
"""

from collections.abc import Mapping

from schemas.rules import (
    actions,
    changes,
    contracts,
    decisions,
    decomposition,
    fallout,
    in_flight,
    lifecycle,
    moves,
    ours,
    resting,
    returns,
    states,
)
from schemas.rules.rule import Rule, Section

SECTIONS: tuple[Section, ...] = (
    decisions.SECTION,
    actions.SECTION,
    states.SECTION,
    resting.SECTION,
    moves.SECTION,
    changes.SECTION,
    returns.SECTION,
    contracts.SECTION,
    lifecycle.SECTION,
    decomposition.SECTION,
    in_flight.SECTION,
    fallout.SECTION,
)
"""The rule book: what the scoreboard counts."""

RULES: Mapping[str, Rule] = {
    rule.id: rule for rules in (*(section.rules for section in SECTIONS), ours.RULES) for rule in rules
}

__all__ = ["RULES", "SECTIONS", "Rule", "Section"]
