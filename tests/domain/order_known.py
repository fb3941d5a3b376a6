"""A small world for the tests of order: what it has heard of instances and the catalog."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.order.domain.capture import Asked, capture
from services.order.domain.instance import Instance
from services.order.domain.line import Line, Request
from services.order.domain.policy import judge
from services.order.domain.specification import (
    Specification,
    SpecificationPublished,
    SpecificationRetired,
    evolve,
)
from services.order.domain.term import Contract, Term
from services.order.domain.words import Kind, Reason
from services.order.domain.writing import write_out

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ACCOUNT = "ACC-1"


@dataclass(slots=True)
class Heard:
    """`Known` from dictionaries."""

    now: datetime = NOW
    instances: dict[str, Instance] = field(default_factory=dict)
    specifications: dict[str, Specification] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def instance(self, id: str) -> Instance | None:
        return self.instances.get(id)

    def going_on_as(self, id: str) -> str:
        return self.moved.get(id, id)

    def ending(self, id: str) -> Mapping[str, str]:
        found = self.instances.items()
        return {one: by for one, item in found if item.parent_id == id and (by := item.ended_by)}

    def gone(self, line_id: str) -> bool:  # noqa: ARG002
        return False

    def term(self, id: str) -> Term | None:
        return self.terms.get(id)

    def contract(self, id: str) -> Contract | None:
        return self.contracts.get(id)

    def specification(self, id: str) -> Specification | None:
        return self.specifications.get(id)

    def elsewhere(self, account: str, id: str) -> Collection[str]:
        found = self.instances.items()
        return [name for name, item in found if (item.account_id, item.external_id) == (account, id)]

    def roots(self, account: str) -> Collection[str]:
        found = self.instances.items()
        return [
            name
            for name, item in found
            if item.account_id == account and item.parent_id is None and not item.ended
        ]

    def children(self, id: str, kind: Kind) -> Collection[str]:
        found = self.instances.items()
        return [name for name, item in found if item.parent_id == id and item.kind == kind and not item.ended]

    # ---------------------------------------------------------------------------------------- given

    def owns(self, id: str, specification: str = "line", parent: str | None = None, **more: Any) -> Heard:
        fields = {
            "account_id": ACCOUNT,
            "kind": "product",
            "specification_version": "1",
            "location": "SITE-1",
        }
        self.instances[id] = Instance(specification_id=specification, parent_id=parent, **{**fields, **more})
        if specification not in self.specifications:
            self.sells(specification, kind=self.instances[id].kind)
        return self

    def bound(self, id: str, instance: str, **more: Any) -> Heard:
        """A contract line on an instance, unless said otherwise."""
        fields = {"account_id": ACCOUNT, "kind": "contract_line", **more}
        self.terms[id] = Term(instance_id=instance, **fields)
        return self

    def sells(self, id: str, version: str = "1", kind: Kind = "product", **more: Any) -> Heard:
        entry = {"specificationId": id, "version": version, "name": id, "kind": kind, **more}
        known = self.specifications.get(id) or Specification(id=id)
        self.specifications[id] = evolve(known, SpecificationPublished(version=version, entry=entry))
        return self

    def retires(self, id: str, version: str | None = None) -> Heard:
        evolve(self.specifications[id], SpecificationRetired(version=version))
        return self

    # ----------------------------------------------------------------------------------------- when

    def written(self, **asked: Any) -> Request:
        return write_out(capture(Asked(**{"account_id": ACCOUNT, **asked}), self), self)

    def refuses(self, *lines: Line, **asked: Any) -> tuple[Reason, ...]:
        return judge(self.written(lines=lines, **asked), self)

    def rules(self, *lines: Line, **asked: Any) -> list[tuple[str | None, str]]:
        """What is broken, as (line, rule)."""
        return [(reason.line_id, reason.rule) for reason in self.refuses(*lines, **asked)]


def home() -> Heard:
    """A home bundle with internet, its router, TV and voice, and a mobile line beside it."""
    return (
        Heard()
        .sells("home", relationships=[bundles("internet", mandatory=True), bundles("tv"), bundles("voice")])
        .sells("internet", relationships=[bundles("router", mandatory=True)])
        .owns("HOME", "home")
        .owns("NET", "internet", "HOME")
        .owns("ROUTER", "router", "NET")
        .owns("TV", "tv", "HOME")
        .owns("VOICE", "voice", "HOME")
        .owns("MOBILE", "mobile")
    )


def bundles(target: str, **more: Any) -> dict[str, Any]:
    return {"type": "bundles", "target": target, **more}


def line(line_id: str, action: Any, instance_id: str | None = None, **more: Any) -> Line:
    return Line(line_id=line_id, action=action, instance_id=instance_id, **more)


def move(line_id: str, instance_id: str, location: str | None = "SITE-2", **more: Any) -> Line:
    return line(line_id, "change", instance_id, location=location, **{"move": True, **more})


def add(line_id: str, specification: str, **more: Any) -> Line:
    return line(line_id, "add", specification_id=specification, **more)


def said(request: Request) -> list[tuple[str, str | None]]:
    """Lines as (action, instance or specification)."""
    return [(item.action, item.instance_id or item.specification_id) for item in request.lines]
