"""A small installed base in memory, and short ways to say what stands in it and what is asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from services.inventory.domain import instance, reservation, specification
from services.inventory.domain import load as loading
from services.inventory.domain.approved import Approved, Line
from services.inventory.domain.case import case_of
from services.inventory.domain.fulfil import Progress, progress
from services.inventory.domain.instance import Instance
from services.inventory.domain.land import PartClosed, PlanCanceled, land, release
from services.inventory.domain.record import Record
from services.inventory.domain.reserve import reserve
from services.inventory.domain.specification import SpecificationHeard
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import INSTANCE, RESERVATION, SPECIFICATION, Append

MODULES = {INSTANCE: instance, RESERVATION: reservation, SPECIFICATION: specification}


def record(id: str, parent: str | None = None, **facts: Any) -> Record:
    """A product of account A that is active, unless said otherwise."""
    given: dict[str, Any] = {
        "account_id": "A",
        "kind": "product",
        "specification_id": f"spec-{id}",
        "root_id": id,
        "state": "active",
        **facts,
    }
    return Record(instance_id=id, parent_id=parent, **given)


def line(id: str, action: Any, instance: str | None = None, **facts: Any) -> Line:
    return Line(line_id=id, action=action, instance_id=instance, **facts)


def order(id: str, *lines: Line, **facts: Any) -> Approved:
    given: dict[str, Any] = {
        "account_id": "A",
        "version": 1,
        "category": "product",
        "action": None,
        **facts,
    }
    return Approved(order_id=id, lines=lines, **given)


class Base:
    """Streams folded in memory. Each `when` decides, keeps what was appended, and answers with it."""

    def __init__(self, *records: Record) -> None:
        self.states: dict[tuple[str, str], Any] = {}
        for one in records:
            appends = self.load(one)
            assert appends, f"{one.instance_id} was not loaded"

    # ------------------------------------------------------------------------------------- looking

    def state(self, category: str, id: str) -> Any:
        return self.states.get((category, id)) or MODULES[category].initial(id)

    def find(self, id: str) -> Any:
        return self.state(INSTANCE, id)

    def instances(self) -> list[Instance]:
        return [one for one in self.states.values() if isinstance(one, Instance)]

    def shown(self) -> dict[str, Record]:
        """Everything as it is shown."""
        return {one.id: one.record for one in self.instances()}

    def words(self) -> dict[str, str]:
        """Instance to state."""
        return {one.id: str(one.state) for one in self.instances()}

    def installed(self, account: str = "A") -> Installed:
        own = {one.id: one for one in self.instances() if one.record.account_id == account}
        return Installed(
            own,
            specification=lambda id: self.state(SPECIFICATION, id),
            taken=lambda id: isinstance(self.find(id), Instance),
        )

    # ------------------------------------------------------------------------------------- deciding

    def load(self, one: Record) -> tuple[Append, ...]:
        assert not tuple(loading.reasons(one, self.find))
        return self.keep(loading.load(one, self.find, self._below))

    def _below(self, id: str) -> tuple[Instance, ...]:
        return tuple(one for one in self.installed().below(id) if one.id != id)

    def approve(self, approved: Approved) -> tuple[Append, ...]:
        before = self.state(RESERVATION, approved.order_id)
        return self.keep(reserve(case_of(approved, self.installed(approved.account_id)), before))

    def refused(self, approved: Approved) -> list[tuple[str, str | None]]:
        """The rule and line of each reason for which the order is refused."""
        (append,) = self.approve(approved)
        assert isinstance(append.event, reservation.ReservationRefused)
        return [(reason.rule, reason.line_id) for reason in append.event.reasons]

    def accepted(self, approved: Approved) -> reservation.ReservationAccepted:
        """The order is accepted."""
        event = self.approve(approved)[-1].event
        assert isinstance(event, reservation.ReservationAccepted), event
        return event

    def close(self, order: str, line: str, id: str | None, action: Any, **facts: Any) -> tuple[Append, ...]:
        """A domain order for this instance closes."""
        return self.progress(order, line, id, action, closed=True, **facts)

    def progress(
        self, order: str, line: str, id: str | None, action: Any, **facts: Any
    ) -> tuple[Append, ...]:
        given: dict[str, Any] = {
            "account_id": "A",
            "version": 1,
            "kind": "product",
            "specification_id": f"spec-{id}",
            **facts,
        }
        change = Progress(order_id=order, line_id=line, instance_id=id, action=action, **given)
        return self.keep(progress(change, self.state(RESERVATION, order), self.find))

    def complete(self, order: str, *lines: str, last: bool = True) -> tuple[Append, ...]:
        part = PartClosed(order_id=order, version=1, line_ids=lines, last=last)
        return self.keep(land(part, self.state(RESERVATION, order), self.find))

    def cancel(self, order: str, *reasons: Any, version: int = 1) -> tuple[Append, ...]:
        canceled = PlanCanceled(order_id=order, version=version, reasons=reasons)
        return self.keep(release(canceled, self.state(RESERVATION, order), self.find))

    def hear(self, id: str, version: str = "1", **entry: Any) -> None:
        """A catalog entry is published."""
        text = json.dumps({"specificationId": id, "version": version, **entry})
        self.keep([Append(SPECIFICATION, id, SpecificationHeard(version=version, entry=text))])

    def keep(self, appends: Iterable[Append]) -> tuple[Append, ...]:
        """Folds what was appended."""
        kept = tuple(appends)
        for category, id, event in kept:
            self.states[category, id] = MODULES[category].evolve(self.state(category, id), event)
        return kept


def events(appends: Iterable[Append], id: str) -> list[Any]:
    """What was appended to one stream."""
    return [append.event for append in appends if append.id == id]
