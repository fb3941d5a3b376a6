"""A flat whose alarm requires a hub and does not go with a siren: what is stopped when they part (DOM-04)."""

from __future__ import annotations

from typing import Any

from tests.scenarios import Scenario, Sent, line, place


def _entry(id: str, **more: Any) -> Sent:
    return "specification.publish", {
        "specificationId": id,
        "version": "1",
        "name": id,
        "kind": "product",
        "plans": [{"actions": ["add", "disconnect"], "tasks": [{"name": "do", "kind": "provision"}]}],
        **more,
    }


CATALOG: tuple[Sent, ...] = (
    _entry("hub"),
    _entry("siren"),
    _entry(
        "alarm",
        compatibility=[{"type": "requires", "target": "hub"}, {"type": "excludes", "target": "siren"}],
    ),
    _entry("flat", relationships=[{"type": "bundles", "target": id} for id in ("hub", "siren", "alarm")]),
)


def _owned(id: str, specification: str, parent: str | None = None) -> Sent:
    data = {"instanceId": id, "accountId": "ACME", "kind": "product", "specificationId": specification}
    return "instance.load", {**data, "state": "active", **({"parentId": parent} if parent else {})}


BASE: tuple[Sent, ...] = (
    _owned("FLAT", "flat"),
    _owned("HUB", "hub", "FLAT"),
    _owned("ALARM", "alarm", "FLAT"),
)


def _added(order: str, specification: str) -> Sent:
    return place(
        order, None, lines=[line("1", "add", specificationId=specification, parentInstanceId="FLAT")]
    )


def _resolved(fallout: str, **more: Any) -> Sent:
    return "fallout.resolve", {"falloutId": fallout, "resolution": "looked at", **more}


STOPPED = Scenario(
    name="what another product requires is stopped, put right by another order, accepted, and given up",
    before=(CATALOG, BASE),
    stages=(
        (place("O1", "disconnect", "HUB"),),
        (_resolved("O1.1.f1"), ("fallout.resolve", {"falloutId": "O1.1.f1", "assignee": "Kim"})),
        (_added("O2", "hub"),),
        (place("O3", "disconnect", "O2:1"), _added("O4", "siren")),
        (_resolved("O3.1.f1", accept=True), ("order.cancel", {"orderId": "O4"})),
        (("order.approve-change", {"orderId": "O4"}),),
    ),
    orders={"O1": "completed", "O2": "completed", "O3": "completed", "O4": "canceled"},
    instances={"HUB": "inactive", "O2:1": "inactive", "ALARM": "active", "O4:1": "inactive"},
)
