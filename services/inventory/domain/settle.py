"""What an order has agreed lands with its part: contract lines, entitlements, the contract (CON-08)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from services.inventory.domain.contract import Contract, ContractAgreed, ContractRecord
from services.inventory.domain.follow import Below, Cause
from services.inventory.domain.instance import Instance
from services.inventory.domain.term import (
    OVER,
    ComingTerm,
    ContractId,
    Term,
    TermChanged,
    TermMade,
    TermRecord,
    TermState,
    by_dates,
)
from services.inventory.domain.value import value
from services.inventory.domain.words import CONTRACT, INSTANCE, Append


@value
class Settling:
    """An instance that has landed, with what it was to bring; `header` is the contract as it stands."""

    instance: Instance
    coming: ComingTerm
    header: Contract | None = None


def settled(one: Settling, now: datetime, cause: Cause, below: Below) -> Iterator[Append]:
    """The term that is made, or the one with other dates; nothing where the instance did not come to be."""
    record, instance = one.coming.record, one.instance
    known = instance.terms.get(record.term_id)
    if one.coming.amends:
        if known is not None and known.record.state not in OVER:
            yield from _amended(one, known, now, cause, below)
    elif known is None and (instance.state != "inactive" or instance.transient):
        state: TermState = "expired" if _is_over(one) else by_dates(record, now)
        made = TermMade(
            record=replace(record, state=state),
            rule="CON-08" if record.kind == "contract_line" else "CON-09",
            order_id=cause.order_id or "",
            version=cause.version or 0,
        )
        yield Append(INSTANCE, instance.id, made)


def _is_over(one: Settling) -> bool:
    """What was delivered once is done (INV-17); below a contract that is over everything is (CON-02)."""
    return one.instance.state == "inactive" or (one.header is not None and one.header.record.state in OVER)


def _amended(one: Settling, known: Term, now: datetime, cause: Cause, below: Below) -> Iterator[Append]:
    before, after = known.record, one.coming.record
    if _dates(before) == _dates(after):
        return
    yield Append(INSTANCE, one.instance.id, _with_dates(before, after, now, cause))
    for instance in below(before.term_id):
        for term in tuple(instance.terms.values()):
            same = term.record.contract_line_id == before.term_id and _dates(term.record) == _dates(before)
            if same and term.record.state not in OVER:
                yield Append(INSTANCE, instance.id, _with_dates(term.record, after, now, cause))


def _dates(record: TermRecord) -> tuple[datetime | None, datetime | None]:
    return record.start, record.end


def _with_dates(record: TermRecord, after: TermRecord, now: datetime, cause: Cause) -> TermChanged:
    dated = replace(record, start=after.start, end=after.end, term=after.term)
    state: TermState = "suspended" if record.state == "suspended" else by_dates(dated, now)
    return TermChanged(
        record=replace(dated, state=state),
        previous=record.state,
        rule="CON-08",
        order_id=cause.order_id,
        version=cause.version,
    )


# ------------------------------------------------------------------------------------------ the header


def header(
    known: Contract | None, line: TermRecord, account: str, now: datetime, cause: Cause
) -> Iterator[Append]:
    """The contract has this line, and runs as long as it does; one that is over stays so."""
    if (id := line.contract_id) is None or (known is not None and known.record.state in OVER):
        return
    before = known.record if known is not None else None
    record = _begun(id, account, line) if before is None else _covering(before, line)
    waits = record.start is not None and record.start > now
    record = replace(record, state="draft" if waits else "active")
    if record != before:
        agreed = ContractAgreed(
            record=record,
            previous=before.state if before is not None else None,
            order_id=cause.order_id or "",
            version=cause.version or 0,
        )
        yield Append(CONTRACT, id, agreed)


def _begun(id: ContractId, account: str, line: TermRecord) -> ContractRecord:
    return ContractRecord(
        contract_id=id,
        account_id=account,
        state="draft",
        start=line.start,
        end=line.end,
        line_ids=(line.term_id,),
    )


def _covering(record: ContractRecord, line: TermRecord) -> ContractRecord:
    """What has no start or no end gets none."""
    ids = record.line_ids if line.term_id in record.line_ids else (*record.line_ids, line.term_id)
    start, end = record.start, record.end
    if start is not None and line.start is not None:
        start = min(start, line.start)
    if end is not None and line.end is not None:
        end = max(end, line.end)
    return replace(record, line_ids=ids, start=start, end=end)
