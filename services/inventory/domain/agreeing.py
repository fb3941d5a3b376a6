"""The contract lines and entitlements that the lines of an order bring, or why not (CON-08, 09 and 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace

from services.inventory.domain.approved import Line
from services.inventory.domain.asked_terms import brought, impossible
from services.inventory.domain.case import Case
from services.inventory.domain.make import Made
from services.inventory.domain.one_contract import above, contract_of, own_contract
from services.inventory.domain.replacing_part import terms_beside
from services.inventory.domain.term import ComingTerm, ContractId
from services.inventory.domain.value import value
from services.inventory.domain.words import LineId, Reason


@value
class Agreements:
    """What lands with each line; `contract_id` is the one contract of the order, None while it is open."""

    contract_id: ContractId | None = None
    lines: Mapping[LineId, ComingTerm] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()


NOTHING = Agreements()


def agree(case: Case, waiting: tuple[Line, ...] = (), before: ContractId | None = None) -> Agreements:
    """What the lines bring, or every reason why not.

    `before` is the contract of an order of which an earlier part was reserved. Lines that wait bring theirs
    on their day; what is impossible then is said now.
    """
    if not any(line.agreed is not None for line in (*case.order.lines, *waiting)):
        return _beside(case)
    contract = before or contract_of(case, waiting)
    found = {line.line_id: brought(line, case, contract) for line in case.order.lines}
    lines = {id: one for id, one in found.items() if isinstance(one, ComingTerm)}
    return Agreements(
        contract_id=contract if lines or contract != own_contract(case.order.order_id) else None,
        lines={**lines, **dict(_entitled(case, lines))},
        reasons=(
            *(one for one in found.values() if isinstance(one, Reason)),
            *_not_for_their_day(waiting, case, contract),
            *_taken(lines, case, contract if before is None else None),
        ),
    )


def _beside(case: Case) -> Agreements:
    """What a return has written agrees nothing; what it replaces of many has terms like those of the rest."""
    lines = dict(terms_beside(case))
    if not lines:
        return NOTHING
    contract = next((one.record.contract_id for one in lines.values()), None)
    return Agreements(contract_id=contract, lines=lines, reasons=tuple(_taken(lines, case, None)))


def with_terms(made: tuple[Made, ...], agreed: Agreements) -> tuple[Made, ...]:
    """New instances bring what their lines have agreed; the new sides of a move take over what is there."""
    if not agreed.lines:
        return made
    return tuple(
        replace(one, event=replace(one.event, coming=replace(one.event.coming, term=term)))
        if one.replaces is None and (term := agreed.lines.get(one.line.line_id)) is not None
        else one
        for one in made
    )


# --------------------------------------------------------------------------------- the order as a whole


def _entitled(case: Case, lines: Mapping[LineId, ComingTerm]) -> Iterator[tuple[LineId, ComingTerm]]:
    """CON-09: what comes with a line under contract, and has none of its own, is an entitlement under it."""
    for line in case.order.lines:
        if line.action != "add" or line.agreed is not None or line.transient:
            continue
        upper = next((lines[one.line_id] for one in above(line, case) if one.line_id in lines), None)
        if upper is not None:
            own = f"{case.order.order_id}~entitlement.{line.line_id}"
            under = upper.record.term_id
            record = replace(
                upper.record, term_id=own, kind="entitlement", contract_id=None, contract_line_id=under
            )
            yield line.line_id, ComingTerm(record=record)


def _not_for_their_day(waiting: tuple[Line, ...], case: Case, contract: ContractId) -> Iterator[Reason]:
    """Of a revision only what it says anew: other lines have been judged, and wait on for their day."""
    whole = replace(case, order=replace(case.order, lines=(*case.order.lines, *waiting)))
    for line in waiting:
        if line.line_id not in case.at_work:
            found = impossible(line, replace(whole, day=line.due or case.now), contract)
            yield from () if found is None else (found,)


def _taken(lines: Mapping[LineId, ComingTerm], case: Case, contract: ContractId | None) -> Iterator[Reason]:
    """An id of ours that somebody has loaded something by."""
    own = own_contract(case.order.order_id)
    ids = [(None, own)] if contract == own else []
    for line, id in (*ids, *((id, one.record.term_id) for id, one in lines.items() if not one.amends)):
        if case.installed.agreed(id):
            message = f"the order would make '{id}', and that id is taken: give the order another id"
            yield Reason(rule="REF-04", line_id=line, message=message)
