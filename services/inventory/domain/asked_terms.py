"""What one line of an order brings of contract lines, or which rule stands against it (CON-08, 09 and 11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.inventory.domain.agreement import FITTING, Agreed, Period, amended, begun, renewed
from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.one_contract import about_a_contract, above, contract_above, running
from services.inventory.domain.sentence import moment
from services.inventory.domain.term import ComingTerm, ContractId, TermRecord
from services.inventory.domain.words import Reason


def brought(line: Line, case: Case, contract: ContractId) -> ComingTerm | Reason | None:
    """What lands with a line of the case; None where it is about no contract line, or about no instance."""
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


def impossible(line: Line, case: Case, contract: ContractId) -> Reason | None:
    """Why a line that waits could not land on its day, `case.day`, whatever comes by then (CON-09, CON-11).

    Contracts count as they stand. That there is none yet to amend (CON-08) is judged on the day.
    """
    if (agreed := line.agreed) is None:
        return None
    found = brought(line, case, contract)
    if isinstance(found, Reason) and found.rule == "CON-08":
        return _wrong(line, agreed) or _over(line, agreed.end, case)
    return found if isinstance(found, Reason) else None


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
    if isinstance(dates := _said(line, agreed), str):
        return _of(line, "CON-11", dates, "contractLine")
    return None


def _said(line: Line, agreed: Agreed) -> Period | str | None:
    """The period that a line says all of; one that begins has no other, one that goes on may have."""
    begins = line.action == "add" or agreed.type == "new"
    whole = agreed.start is not None and (agreed.end, agreed.term) != (None, None)
    return begun(agreed) if whole or (begins and not line.transient) else None


def _new(line: Line, agreed: Agreed, case: Case, contract: ContractId) -> ComingTerm | Reason | None:
    instance = case.installed.get(line.instance_id)
    if line.action != "add" and instance is None:
        return None
    if (clash := _not_beside(line, agreed, instance, case, contract)) is not None:
        return clash
    dates = _said(line, agreed)
    assert not isinstance(dates, str), "dates that are wrong in themselves are refused before"
    if (over := _over(line, dates.end if dates else None, case)) is not None:
        return over
    return ComingTerm(record=_record(f"{case.order.order_id}~contract.{line.line_id}", contract, dates))


def _not_beside(
    line: Line, agreed: Agreed, instance: Instance | None, case: Case, contract: ContractId
) -> Reason | None:
    """CON-09: an instance has one contract line, an order one contract."""
    if instance is not None and (there := running(instance, case.day)):
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
    there = running(instance, case.day)
    if len(there) != 1:
        return _not_one(line, instance, there)
    known = there[0]
    if known.contract_id is not None and known.contract_id != contract:
        return _another(line, known.contract_id, contract)
    dates = renewed(agreed, known) if agreed.type == "renew" else amended(agreed, known)
    if isinstance(dates, str):
        return _of(line, "CON-11", dates, "contractLine")
    if (over := _over(line, dates.end if dates else None, case)) is not None:
        return over
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


def _over(line: Line, end: datetime | None, case: Case) -> Reason | None:
    """What a line brings on its day must have some time yet to run."""
    begins = case.day or case.now
    if end is None or begins is None or end > begins:
        return None
    wrong = "which is past: give an end to come"
    if case.day is not None:
        wrong = f"and the line waits until {moment(case.day)}: give a later end, or an earlier date"
    return _of(
        line, "CON-11", f"the contract line would be over on {moment(end)}, {wrong}", "contractLine.end"
    )


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


def _an(action: str) -> str:
    return f"{'an' if action == 'add' else 'a'} {action}"


def _word(agreed: Agreed) -> str:
    return {"new": "make", "no_change": "leave as it is"}.get(agreed.type, agreed.type)


def _of(line: Line, rule: str, message: str, field: str) -> Reason:
    return Reason(rule=rule, line_id=line.line_id, field=field, message=message)
