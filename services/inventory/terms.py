"""Contracts, contract lines and entitlements: loaded, following instances, brought on by their dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from services.chassis.ports import Row
from services.chassis.service import Refused, Why, Work
from services.inventory.domain import contract as headers
from services.inventory.domain.contract import (
    Contract,
    ContractAgreed,
    ContractChanged,
    ContractLoaded,
    ContractRecord,
)
from services.inventory.domain.follow import Below, Cause, expired, followed, moved, reached
from services.inventory.domain.in_hand import goes_with, overdue, runs_on
from services.inventory.domain.instance import Instance, Unknown
from services.inventory.domain.load_terms import (
    Wanted,
    above_reasons,
    edits,
    header_reasons,
    reasons,
    unchanged,
)
from services.inventory.domain.operation import Operation
from services.inventory.domain.term import (
    TermChanged,
    TermGivenUp,
    TermId,
    TermLoaded,
    TermMade,
    TermRecord,
    Terms,
    TermTakenOver,
    next_date,
)
from services.inventory.domain.words import CONTRACT, INSTANCE, OPERATION, Append, InstanceId, Reason

STANDS_ON = "term"
"""Rows: a contract line or entitlement to the instance that it hangs on."""
UNDER = "entitled-by"
"""Rows: a contract line to the instances with entitlements under it."""
TERM_DUE = "term-due"
CONTRACT_DUE = "contract-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermDue:
    """A timer: a date of this contract line or entitlement has come."""

    term_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDue:
    """A timer: a date of this contract has come."""

    contract_id: str


def stands_on(id: TermId, work: Work) -> InstanceId | None:
    return next(iter(work.members(STANDS_ON, id)), None)


def rows_of(id: InstanceId, terms: Terms) -> Iterator[Row]:
    """The lookup rows of the terms on an instance."""
    for term, one in terms.items():
        yield Row(STANDS_ON, term, id)
        if (line := one.record.contract_line_id) is not None:
            yield Row(UNDER, line, id)


# ------------------------------------------------------------------------------------------ loading


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A record with the instance that it names, and the field to name in a refusal."""

    record: TermRecord
    instance_id: InstanceId
    field: str = "instanceId"


def load_contract(record: ContractRecord, lines: tuple[Placed, ...], work: Work) -> None:
    """The header and all of its lines, or none. Raises `Refused` with every reason."""
    known: Contract | None = work.state(CONTRACT, record.contract_id)
    wanted = [_wanted(line, record.account_id, work) for line in lines]
    new = [one for one in wanted if not unchanged(one)]
    broken = list(header_reasons(record, known, any(map(edits, wanted))))
    for one in new:
        broken += [*above_reasons(one, f"contract '{record.contract_id}'", record.state), *reasons(one)]
    _refuse(broken)
    if known is None or known.loaded != record:
        previous = known.record.state if known is not None else None
        loaded = ContractLoaded(record=record, previous=previous)
        write([Append(CONTRACT, record.contract_id, loaded)], work)
    _load(new, work)


def load_entitlement(placed: Placed, account: str, work: Work) -> None:
    """Raises `Refused` with every reason."""
    wanted = _wanted(placed, account, work)
    if unchanged(wanted):
        return
    _refuse([*_line_reasons(wanted, work), *reasons(wanted)])
    _load([wanted], work)


def _line_reasons(wanted: Wanted, work: Work) -> Iterator[Reason]:
    if (id := wanted.record.contract_line_id) is None:
        return
    above = _instance(on, work) if (on := stands_on(id, work)) is not None else None
    line = above.terms.get(id) if isinstance(above, Instance) else None
    if line is None or line.record.kind != "contract_line":
        message = f"the account has no contract line '{id}': load its contract first, for this account"
        yield Reason(rule="REF-01", field="contractLineId", message=message)
    else:
        yield from above_reasons(
            replace(wanted, field="contractLineId"), f"contract line '{id}'", line.record.state
        )


def _wanted(placed: Placed, account: str, work: Work) -> Wanted:
    return Wanted(
        record=placed.record,
        account_id=account,
        instance_id=placed.instance_id,
        instance=_instance(placed.instance_id, work),
        stands_on=stands_on(placed.record.term_id, work),
        field=placed.field,
    )


def _refuse(broken: list[Reason]) -> None:
    if broken:
        raise Refused(*(Why(one.rule, one.message, field=one.field) for one in broken))


def _load(wanted: Iterable[Wanted], work: Work) -> None:
    for one in wanted:
        here = _instance(one.instance_id, work)
        known = here.terms.get(one.record.term_id) if isinstance(here, Instance) else None
        loaded = TermLoaded(record=one.record, previous=known.record.state if known is not None else None)
        write([Append(INSTANCE, one.instance_id, loaded)], work)


# ---------------------------------------------------------------------------------------- following


def follow(ids: Iterable[InstanceId], cause: Cause, work: Work) -> None:
    """The terms of these instances follow the states that they have now."""
    for id in ids:
        while appends := _following(id, cause, work):
            write(appends, work)


def _following(id: InstanceId, cause: Cause, work: Work) -> Sequence[Append]:
    instance = _instance(id, work)
    if not isinstance(instance, Instance) or not instance.terms:
        return ()
    return followed(instance, work.now, cause, below(work))


def hand_over(pairs: Mapping[InstanceId, InstanceId], rule: str, cause: Cause, work: Work) -> None:
    """The terms of these go over: to the new side of a move (D-05), or to what replaces them (D-12)."""
    for old, new in pairs.items():
        instance = _instance(old, work)
        if isinstance(instance, Instance) and cause.order_id is not None:
            write(tuple(moved(instance, new, rule, cause)), work)


def term_due(timer: TermDue, work: Work) -> None:
    """Nothing when the date was changed since, or has taken effect."""
    if (id := stands_on(timer.term_id, work)) is None:
        return
    if isinstance(instance := _instance(id, work), Instance) and not _runs_on(instance, timer.term_id, work):
        brought = tuple(reached(instance, timer.term_id, work.now, below(work)))
        record = instance.terms[timer.term_id].record if brought else None
        write(brought, work, _came((record.start, record.end), work.now) if record else None)


def contract_due(timer: ContractDue, work: Work) -> None:
    """CON-02: when a contract expires, its lines and the entitlements under them do."""
    known: Contract | None = work.state(CONTRACT, timer.contract_id)
    if known is None or (event := headers.due(known.record, work.now)) is None:
        return
    if event.record.state == "expired" and any(_line_runs_on(id, work) for id in event.record.line_ids):
        return
    since = _came((known.record.start, known.record.end), work.now)
    write([Append(CONTRACT, timer.contract_id, event)], work, since)
    for line in event.record.line_ids if event.record.state == "expired" else ():
        on = _instance(stands_on(line, work) or "", work)
        if isinstance(on, Instance):
            write(tuple(expired(on, line, below(work))), work, since)


def _runs_on(instance: Instance, id: TermId, work: Work) -> bool:
    """Whether an order has other dates in hand for a contract line, or for that of an entitlement with it."""
    term = instance.terms.get(id)
    if term is None or (above := term.record.contract_line_id) is None:
        return runs_on(instance, id, lambda operation: _operation(operation, work))
    on = _instance(stands_on(above, work) or "", work)
    line = on.terms.get(above) if isinstance(on, Instance) else None
    return line is not None and goes_with(term.record, line.record) and _line_runs_on(above, work)


def _line_runs_on(id: TermId, work: Work) -> bool:
    on = _instance(stands_on(id, work) or "", work)
    return isinstance(on, Instance) and _runs_on(on, id, work)


def _operation(id: str, work: Work) -> Operation:
    found: Operation = work.state(OPERATION, id)
    return found


def look_again(id: InstanceId, work: Work) -> None:
    """What waited for an order that has ended otherwise, or holds no other dates any more, runs out now."""
    instance = _instance(id, work)
    for term in overdue(instance, work.now) if isinstance(instance, Instance) else ():
        _look_at(term.record, work)
        header: Contract | None = work.state(CONTRACT, term.record.contract_id or "")
        if header is not None and headers.due(header.record, work.now) is not None:
            _look_at_header(header.record, work)


def below(work: Work) -> Below:
    """The instances with entitlements under a contract line."""

    def instances(line: TermId) -> list[Instance]:
        found = (_instance(id, work) for id in work.members(UNDER, line))
        return [one for one in found if isinstance(one, Instance)]

    return instances


def _instance(id: InstanceId, work: Work) -> Instance | Unknown:
    found: Instance | Unknown = work.state(INSTANCE, id)
    return found


# ------------------------------------------------------------------------------------------ writing


def _came(dates: Iterable[datetime | None], now: datetime) -> datetime | None:
    """The last of the dates that has come: what it brought is so since then, however late it is looked at."""
    return max((date for date in dates if date is not None and date <= now), default=None)


def write(appends: Iterable[Append], work: Work, effective: datetime | None = None) -> None:
    """Appends the events, with the lookup rows and the timers that follow from them."""
    for category, id, event in appends:
        match event:
            case TermLoaded(record=record) | TermMade(record=record) | TermTakenOver(record=record):
                _stand(record, id, work)
                _look_at(record, work)
            case TermGivenUp(term_id=term):
                _leave(term, id, work)
            case TermChanged(record=record):
                _look_at(record, work)
            case ContractLoaded() | ContractChanged() | ContractAgreed():
                _look_at_header(event.record, work)
        work.append(category, id, event, effective=effective)


def _stand(record: TermRecord, id: InstanceId, work: Work) -> None:
    work.put(STANDS_ON, record.term_id, id)
    if record.contract_line_id is not None:
        work.put(UNDER, record.contract_line_id, id)


def _leave(term: TermId, id: InstanceId, work: Work) -> None:
    """An entitlement that stays here under the same line keeps the row."""
    instance = _instance(id, work)
    here = instance.terms if isinstance(instance, Instance) else {}
    work.drop(STANDS_ON, term, id)
    line = here[term].record.contract_line_id if term in here else None
    others = (one.record.contract_line_id for other, one in here.items() if other != term)
    if line is not None and line not in others:
        work.drop(UNDER, line, id)


def _look_at(record: TermRecord, work: Work) -> None:
    timer = TermDue(term_id=record.term_id)
    _at(next_date(record), f"term/{record.term_id}", (TERM_DUE, asdict(timer)), work)


def _look_at_header(record: ContractRecord, work: Work) -> None:
    timer = ContractDue(contract_id=record.contract_id)
    _at(headers.next_date(record), f"contract/{record.contract_id}", (CONTRACT_DUE, asdict(timer)), work)


def _at(when: datetime | None, id: str, timer: tuple[str, dict[str, str]], work: Work) -> None:
    if when is None:
        work.cancel_timer(id)
    else:
        work.timer(id, when, *timer)
