"""What stands in the hierarchies in which an order makes another product of what others rely on (DOM-04).

Fulfillment judges by it whether the products still go together when their domain orders close. Nothing is
told of hierarchies in which nothing is touched that the catalog relates to another product. Of one that the
order itself makes the root is told, as pending: nothing stands there without the order. What such a root
requires may stand anywhere in the account, so of that all is told, and of what ends as a whole all that
the catalog relates to another entry: somebody else may count it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Protocol

from services.inventory.domain.approved import Line
from services.inventory.domain.case import Case
from services.inventory.domain.instance import Instance
from services.inventory.domain.make import Made
from services.inventory.domain.record import Record
from services.inventory.domain.reserved import Standing
from services.inventory.domain.specification import Version
from services.inventory.domain.words import InstanceId, SpecificationId


class Turning(Protocol):
    """What is looked at of a line that may make another product of its instance."""

    @property
    def action(self) -> str: ...
    @property
    def instance_id(self) -> InstanceId | None: ...
    @property
    def specification_id(self) -> SpecificationId | None: ...
    @property
    def specification_version(self) -> str | None: ...
    @property
    def move(self) -> bool: ...


def standing(case: Case, made: tuple[Made, ...]) -> Iterator[Standing]:
    """The products of each such hierarchy that have not ended, pending ones among them.

    Of one that ends as a whole what new roots of other orders may count.
    """
    touched: dict[InstanceId, set[SpecificationId]] = {}
    for root, specification in (*_added(case, made), *_ended_or_turned(case)):
        touched.setdefault(root, set()).add(specification)
    yield from _new_roots(made, case)
    turned = _turned_roots(case)
    told = set[InstanceId]()
    for root, specifications in touched.items():
        if _ends(root, case):
            told.add(root)
            yield from _ending(root, case)
            continue
        products = [
            one
            for one in case.installed.below(root)
            if one.record.kind == "product" and one.state != "inactive"
        ]
        others = {one.record.specification_id for one in products}
        if any(case.installed.related(id, others) for id in specifications):
            told.add(root)
            yield from (replace(_stands(one), account_wide=one.id in turned) for one in products)
    wanted = {target for one in made for target in _beside(one, case)}
    yield from _elsewhere(wanted.union(*turned.values()), case, told)


def _ends(id: InstanceId, case: Case) -> bool:
    line = case.affected.get(id)
    return line is not None and line.action == "disconnect"


def _ending(root: InstanceId, case: Case) -> Iterator[Standing]:
    for one in case.installed.below(root):
        of_use = one.record.kind == "product" and case.installed.named(one.record.specification_id)
        if of_use and one.state != "inactive" and _ends(one.id, case):
            yield replace(_stands(one), account_wide=True)


def wanted_beside(line: Line, version: Version | None) -> frozenset[SpecificationId]:
    """What a line's new root requires beside it, wherever the account has it; what a return puts in the place
    of another requires no more than that did."""
    new = line.action == "add" and line.kind == "product" and line.replaces is None
    top = line.parent_line_id is None and line.parent_instance_id is None
    return version.beside if new and top and version is not None else frozenset()


def wanted_by_turned(
    line: Turning, instance: Instance, version: Version | None
) -> frozenset[SpecificationId]:
    """What a root requires beside it, wherever the account has it, by another entry that a change turns it
    into, or by another version of its own. One that says no version is of the one on offer."""
    record = instance.record
    other = line.specification_id not in (None, record.specification_id)
    newer = record.specification_version is not None and _is_newer(line, record)
    top = record.kind == "product" and record.root_id == instance.id
    changes = line.action == "change" and (other or newer)
    return version.beside if changes and top and version is not None else frozenset()


def _turned_roots(case: Case) -> dict[InstanceId, frozenset[SpecificationId]]:
    """With what each requires beside it."""
    found: dict[InstanceId, frozenset[SpecificationId]] = {}
    for id, line in case.affected.items():
        instance = case.installed.get(id)
        if instance is not None and (turned := _turned(line, instance)) is not None:
            version = case.installed.version(turned, line.specification_version)
            if wanted := wanted_by_turned(line, instance, version):
                found[id] = wanted
    return found


def _elsewhere(
    found: Collection[SpecificationId], case: Case, told: Collection[InstanceId]
) -> Iterator[Standing]:
    """What new roots require, in hierarchies that are not told of as a whole."""
    for one in case.installed.products() if found else ():
        if one.record.specification_id in found and _root(one, case) not in told:
            yield replace(_stands(one), account_wide=True)


def _beside(one: Made, case: Case) -> frozenset[SpecificationId]:
    record = one.event.record
    version = case.installed.version(record.specification_id, record.specification_version)
    return wanted_beside(one.line, version) if one.replaces is None else frozenset()


def _added(case: Case, made: tuple[Made, ...]) -> Iterator[tuple[InstanceId, SpecificationId]]:
    """The second side of a move is no other product."""
    for one in made:
        record = one.event.record
        there = case.installed.get(record.root_id) is not None
        if one.replaces is None and record.kind == "product" and there:
            yield record.root_id, record.specification_id


def _new_roots(made: tuple[Made, ...], case: Case) -> Iterator[Standing]:
    """Of the hierarchies that the order makes, by adding or by a move, with something new in them."""
    products = [one for one in made if one.event.record.kind == "product"]
    by_root: dict[InstanceId, set[SpecificationId]] = {}
    for one in products:
        record = one.event.record
        by_root.setdefault(record.root_id, set()).add(record.specification_id)
    fresh = {
        (one.event.record.root_id, one.event.record.specification_id) for one in products if not one.replaces
    }
    related = {root for root, id in fresh if case.installed.related(id, by_root[root])}
    for one in products:
        if one.event.record.instance_id in related:
            yield replace(_standing_of(one.event.record), account_wide=bool(_beside(one, case)))


def _ended_or_turned(case: Case) -> Iterator[tuple[InstanceId, SpecificationId]]:
    for id, line in case.affected.items():
        instance = case.installed.get(id)
        if instance is None or instance.record.kind != "product":
            continue
        root = _root(instance, case)
        if line.action == "disconnect":
            yield root, instance.record.specification_id
        elif (turned := _turned(line, instance)) is not None:
            yield root, turned
            yield root, instance.record.specification_id


def _turned(line: Line, instance: Instance) -> SpecificationId | None:
    """What a change makes of it: something else, or the same of another version."""
    own = line.action == "change" and line.instance_id == instance.id
    record = instance.record
    other = line.specification_id not in (None, record.specification_id)
    return (
        (line.specification_id or record.specification_id)
        if own and (other or _is_newer(line, record))
        else None
    )


def _is_newer(line: Turning, record: Record) -> bool:
    return line.specification_version not in (None, record.specification_version) and not line.move


def _root(instance: Instance, case: Case) -> InstanceId:
    return instance.record.root_id if case.installed.get(instance.record.root_id) else instance.id


def _stands(instance: Instance) -> Standing:
    return _standing_of(instance.record)


def _standing_of(record: Record) -> Standing:
    return Standing(
        instance_id=record.instance_id,
        root_id=record.root_id,
        specification_id=record.specification_id,
        specification_version=record.specification_version,
        state=record.state,
    )
