"""The contract lines and entitlements that the lines of an order bring, or why not (CON-08, 09 and 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from datetime import datetime

from services.inventory.domain.agreement import FITTING, Agreed, Period, amended, begun, renewed
from services.inventory.domain.approved import Line
from services.inventory.domain.instance import Instance
from services.inventory.domain.judge import Case
from services.inventory.domain.make import Made
from services.inventory.domain.one_contract import (
    about_a_contract,
    above,
    contract_above,
    contract_of,
    own_contract,
    running,
)
from services.inventory.domain.replacing_part import terms_beside
from services.inventory.domain.term import ComingTerm, ContractId, TermRecord
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

    `before` is the contract of an order of which an earlier part was reserved. Of lines that wait for their
    day only what needs no instance is judged; the rest then.
    """
    if not any(line.agreed is not None for line in (*case.order.lines, *waiting)):
        return _beside(case)
    contract = before or contract_of(case, waiting)
    found = {line.line_id: _brought(line, case, contract) for line in case.order.lines}
    lines = {id: one for id, one in found.items() if isinstance(one, ComingTerm)}
    return Agreements(
        contract_id=contract if lines or contract != own_contract(case.order.order_id) else None,
        lines={**lines, **dict(_entitled(case, lines))},
        reasons=(
            *(one for one in found.values() if isinstance(one, Reason)),
            *_not_for_its_day(waiting, case),
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


# --------------------------------------------------------------------------------------------- one line


def _brought(line: Line, case: Case, contract: ContractId) -> ComingTerm | Reason | None:
    agreed = line.agreed
    if agreed is None:
        return None
    if (wrong := _wrong(line, agreed)) is not None:
        return wrong
    if not about_a_contract(line):
        return None
    if line.action == "add" or agreed.type == "new":
        return _new(line, agreed, case, contract)
    return _amended(line, agreed, case, contract)


def _wrong(line: Line, agreed: Agreed) -> Reason | None:
    """What can be said of a line without its instance."""
    fitting = FITTING[line.action]
    if agreed.type not in fitting:
        message = f"{_an(line.action)} has no contract line to {_word(agreed)}: with it the type can be " + (
            f"{' or '.join(fitting)}; left out it is {fitting[0]}"
        )
        return _of(line, "CON-08", message, "contractLine.type")
    if line.moves and agreed.type != "no_change":
        message = "a move takes contract lines along as they are (D-05): change them in an order of their own"
        return _of(line, "CON-08", message, "contractLine")
    if agreed.type in ("cancel", "no_change") and agreed.dated:
        message = f"a contract line has no dates where its type is {agreed.type}: leave them out"
        return _of(line, "CON-11", message, "contractLine")
    if line.transient and agreed.dated:
        message = "what is delivered once runs for no time: leave start, end and term out"
        return _of(line, "CON-11", message, "contractLine")
    return None


def _new(line: Line, agreed: Agreed, case: Case, contract: ContractId) -> ComingTerm | Reason | None:
    instance = case.installed.get(line.instance_id)
    if line.action != "add" and instance is None:
        return None
    if (clash := _not_beside(line, agreed, instance, case, contract)) is not None:
        return clash
    dates: Period | str | None = None if line.transient else begun(agreed)
    if isinstance(dates, str):
        return _of(line, "CON-11", dates, "contractLine")
    if dates is not None and _past(dates, case.now):
        return _over(line, dates)
    return ComingTerm(record=_record(f"{case.order.order_id}~contract.{line.line_id}", contract, dates))


def _not_beside(
    line: Line, agreed: Agreed, instance: Instance | None, case: Case, contract: ContractId
) -> Reason | None:
    """CON-09: an instance has one contract line, an order one contract."""
    if instance is not None and (there := running(instance)):
        message = f"'{instance.id}' has contract line '{there[0].term_id}': amend or renew that one"
        return _of(line, "CON-09", message, "contractLine.type")
    if agreed.type != "upsell" or any(map(about_a_contract, above(line, case))):
        return None
    found = contract_above(line, case)
    if found is None:
        message = "an upsell adds to a contract, and nothing above has one: say 'new'"
        return _of(line, "CON-08", message, "contractLine.type")
    return None if found == contract else _another(line, found, contract)


def _amended(line: Line, agreed: Agreed, case: Case, contract: ContractId) -> ComingTerm | Reason | None:
    if (instance := case.installed.get(line.instance_id)) is None:
        return None
    there = running(instance)
    if len(there) != 1:
        return _not_one(line, instance, there)
    known = there[0]
    if known.contract_id is not None and known.contract_id != contract:
        return _another(line, known.contract_id, contract)
    dates = renewed(agreed, known) if agreed.type == "renew" else amended(agreed, known)
    if isinstance(dates, str):
        return _of(line, "CON-11", dates, "contractLine")
    if dates is not None and _past(dates, case.now):
        return _over(line, dates)
    if dates is None:
        return ComingTerm(record=known, amends=True)
    record = replace(known, start=dates.start, end=dates.end, term=dates.term)
    return ComingTerm(record=record, amends=True)


def _not_one(line: Line, instance: Instance, there: list[TermRecord]) -> Reason:
    if there:
        names = ", ".join(f"'{one.term_id}'" for one in there)
        message = (
            f"'{instance.id}' has contract lines {names}, and an order changes one: leave 'contractLine' out"
        )
        return _of(line, "CON-09", message, "contractLine")
    message = f"'{instance.id}' has no contract line that runs: say 'new' to give it one"
    return _of(line, "CON-08", message, "contractLine.type")


def _past(dates: Period, now: datetime | None) -> bool:
    return now is not None and dates.end <= now


def _over(line: Line, dates: Period) -> Reason:
    message = f"it would be over on {dates.end.isoformat()}, which is past: give an end to come"
    return _of(line, "CON-11", message, "contractLine.end")


def _another(line: Line, one: ContractId, contract: ContractId) -> Reason:
    message = f"the order is about contract '{contract}' and this line about '{one}': order them apart"
    return _of(line, "CON-09", message, "contractLine")


def _record(id: str, contract: ContractId | None, dates: Period | None) -> TermRecord:
    """As it is to be; its state follows when it lands."""
    return TermRecord(
        term_id=id,
        kind="contract_line",
        contract_id=contract,
        state="draft",
        start=dates.start if dates else None,
        end=dates.end if dates else None,
        term=dates.term if dates else None,
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


def _not_for_its_day(waiting: tuple[Line, ...], case: Case) -> Iterator[Reason]:
    for line in waiting:
        if (agreed := line.agreed) is None:
            continue
        if (wrong := _wrong(line, agreed)) is not None:
            yield wrong
        elif (line.action == "add" or agreed.type == "new") and not line.transient:
            dates = begun(agreed)
            if isinstance(dates, str):
                yield _of(line, "CON-11", dates, "contractLine")
            elif _past(dates, line.due or case.now):
                yield _over(line, dates)


def _taken(lines: Mapping[LineId, ComingTerm], case: Case, contract: ContractId | None) -> Iterator[Reason]:
    """An id of ours that somebody has loaded something by."""
    own = own_contract(case.order.order_id)
    ids = [(None, own)] if contract == own else []
    for line, id in (*ids, *((id, one.record.term_id) for id, one in lines.items() if not one.amends)):
        if case.installed.agreed(id):
            message = f"the order would make '{id}', and that id is taken: give the order another id"
            yield Reason(rule="REF-04", line_id=line, message=message)


def _an(action: str) -> str:
    return f"{'an' if action == 'add' else 'a'} {action}"


def _word(agreed: Agreed) -> str:
    return {"new": "make", "no_change": "leave as it is"}.get(agreed.type, agreed.type)


def _of(line: Line, rule: str, message: str, field: str) -> Reason:
    return Reason(rule=rule, line_id=line.line_id, field=field, message=message)
