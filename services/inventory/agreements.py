"""What orders have agreed with their lines: kept with the instances they hold, made when their part lands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.chassis.service import Work
from services.inventory import terms
from services.inventory.domain.contract import Contract
from services.inventory.domain.follow import Cause
from services.inventory.domain.instance import Instance
from services.inventory.domain.settle import Settling, header, settled
from services.inventory.domain.term import ComingTerm
from services.inventory.domain.words import CONTRACT, INSTANCE, InstanceId


def is_taken(id: str, work: Work) -> bool:
    """Whether a contract, contract line or entitlement of any account goes by this id."""
    return terms.stands_on(id, work) is not None or work.state(CONTRACT, id) is not None


def coming(ids: Iterable[InstanceId], work: Work) -> dict[InstanceId, ComingTerm]:
    """What the instances are to bring when they land; asked before they do."""
    held = ((id, work.state(INSTANCE, id).held) for id in ids)
    return {id: one.coming.term for id, one in held if one is not None and one.coming.term is not None}


def settle(coming: Mapping[InstanceId, ComingTerm], cause: Cause, work: Work) -> None:
    """Makes and amends what was agreed: contract lines first, as entitlements stand under them."""
    for id, one in sorted(coming.items(), key=lambda each: (each[1].record.kind, each[0])):
        instance: Instance = work.state(INSTANCE, id)
        known: Contract | None = work.state(CONTRACT, one.record.contract_id or "")
        landing = Settling(instance=instance, coming=one, header=known)
        appends = tuple(settled(landing, work.now, cause, terms.below(work)))
        if appends:
            terms.write(header(known, one.record, instance.record.account_id, work.now, cause), work)
        terms.write(appends, work)
