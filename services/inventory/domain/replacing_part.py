"""What a return replaces of many: the rest stays as it is, what is new has terms of its own like those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.one_contract import running
from services.inventory.domain.replacing import ends_with, replaced
from services.inventory.domain.term import OVER, ComingTerm, TermRecord
from services.inventory.domain.words import LineId


def terms_beside(case: Case) -> Iterator[tuple[LineId, ComingTerm]]:
    """D-12: a contract line in the same contract until the same day; where there is none, an entitlement.

    What hangs on the rest stays there, for it goes on to be used.
    """
    for line in case.order.lines:
        old = replaced(line, case.affected, case.installed)
        if old is not None and not ends_with(line, case.affected) and (known := _term(old)) is not None:
            id = f"{case.order.order_id}~{_WORDS[known.kind]}.{line.line_id}"
            yield line.line_id, ComingTerm(record=replace(known, term_id=id, state="draft"))


_WORDS = {"contract_line": "contract", "entitlement": "entitlement"}


def _term(old: Instance) -> TermRecord | None:
    """The first that runs, a contract line before an entitlement."""
    found = (term.record for _, term in sorted(old.terms.items()))
    entitlements = (one for one in found if one.kind == "entitlement" and one.state not in OVER)
    return next(iter(running(old)), None) or next(entitlements, None)
