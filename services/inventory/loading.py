"""Records that are loaded and catalog entries, as commands of the domain, sealed on the way in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from schemas import catalog, inventory
from services.chassis.service import Refused, Why, Work
from services.inventory import handlers, terms
from services.inventory.domain.contract import ContractRecord
from services.inventory.domain.record import Record
from services.inventory.domain.sentence import moment
from services.inventory.domain.specification import SpecificationHeard
from services.inventory.domain.term import TermRecord
from services.inventory.domain.words import Values

# --------------------------------------------------------------------------------------- crm.inventory


def load(data: inventory.LoadInstance, work: Work) -> None:
    """`instance.load`. Raises `Refused`."""
    _of_its_account(data.account_id, work)
    handlers.load_instance(_record(data, work), work)


def _record(data: inventory.LoadInstance, work: Work) -> Record:
    return Record(
        instance_id=data.instance_id,
        account_id=data.account_id,
        kind=data.kind,
        specification_id=data.specification_id,
        specification_version=data.specification_version,
        offering_id=data.offering_id,
        parent_id=data.parent_id,
        root_id=data.instance_id,
        name=work.seal(data.name),
        state=data.state,
        location=data.location,
        quantity=data.quantity,
        characteristics=_sealed(data, work),
        external_id=data.external_id,
        start=data.start,
    )


def _sealed(data: inventory.LoadInstance, work: Work) -> Values:
    """What the catalog marks as personal, or does not know, is sealed."""
    known = handlers.specification(work, data.specification_id).version(data.specification_version)
    plain = known.characteristics - known.personal if known is not None else frozenset[str]()
    return {
        name: value if name in plain else work.seal(value)
        for name, value in data.characteristics.items()
        if value is not None
    }


def load_contract(data: inventory.LoadContract, work: Work) -> None:
    """`contract.load`. Raises `Refused`."""
    _of_its_account(data.account_id, work)
    record = ContractRecord(
        contract_id=data.contract_id,
        account_id=data.account_id,
        state=data.state,
        start=data.start,
        end=data.end,
        line_ids=tuple(line.contract_line_id for line in data.lines),
    )
    _dated_and_once(data)
    terms.load_contract(record, tuple(_lines_of(data)), work)


def _lines_of(data: inventory.LoadContract) -> Iterator[terms.Placed]:
    for number, line in enumerate(data.lines):
        record = TermRecord(
            term_id=line.contract_line_id,
            kind="contract_line",
            contract_id=data.contract_id,
            state=line.state,
            start=line.start,
            end=line.end,
        )
        yield terms.Placed(record=record, instance_id=line.instance_id, field=f"lines.{number}")


def load_entitlement(data: inventory.LoadEntitlement, work: Work) -> None:
    """`entitlement.load`. Raises `Refused`."""
    _of_its_account(data.account_id, work)
    record = TermRecord(
        term_id=data.entitlement_id,
        kind="entitlement",
        contract_line_id=data.contract_line_id,
        state=data.state,
        start=data.start,
        end=data.end,
    )
    if broken := tuple(_dates_the_wrong_way("end", data)):
        raise Refused(*broken)
    terms.load_entitlement(terms.Placed(record=record, instance_id=data.instance_id), data.account_id, work)


def _dated_and_once(data: inventory.LoadContract) -> None:
    broken = list(_dates_the_wrong_way("end", data))
    for number, line in enumerate(data.lines):
        broken += _dates_the_wrong_way(f"lines.{number}.end", line)
        if line.contract_line_id in {other.contract_line_id for other in data.lines[:number]}:
            message = f"line '{line.contract_line_id}' is given twice: each line has an id of its own"
            broken.append(Why("REF-04", message, field=f"lines.{number}.contractLineId"))
    if broken:
        raise Refused(*broken)


def _dates_the_wrong_way(
    field: str, data: inventory.LoadContract | inventory.LoadContractLine | inventory.LoadEntitlement
) -> Iterator[Why]:
    if data.start is not None and data.end is not None and data.end <= data.start:
        yield Why("FIELD", f"it ends on {moment(data.end)}, before it starts: give a later end", field=field)


def _of_its_account(account_id: str, work: Work) -> None:
    if work.message.account != account_id:
        message = f"the message is about account '{work.message.account}': give both the same account"
        raise Refused(Why("FIELD", message, field="accountId"))


# ------------------------------------------------------------------------------- catalog.specifications


def publish(data: catalog.Specification, work: Work) -> None:
    """`specification.publish`: what breaks a rule of the catalog is passed over, for order answers it."""
    known = {entry.specification_id: entry for entry in map(_parsed, handlers.heard(work))}
    if not catalog.check(data, known):
        entry = data.model_dump_json(by_alias=True, exclude_defaults=True)
        version = SpecificationHeard(version=data.version, entry=entry)
        handlers.hear_specification(data.specification_id, version, work)


@lru_cache(maxsize=4096)
def _parsed(entry: str) -> catalog.Specification:
    return catalog.Specification.model_validate_json(entry)
