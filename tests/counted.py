"""What an account has that is counted by a value: SIM cards below a pool, seats below an office."""

from __future__ import annotations

from typing import Any

from tests.scenarios import Sent


def _entry(id: str, kind: str, **more: Any) -> Sent:
    return "specification.publish", {"specificationId": id, "version": "1", "name": id, "kind": kind, **more}


def _work(*actions: str) -> list[dict[str, Any]]:
    return [
        {"actions": [action], "tasks": [{"name": f"{action}-it", "kind": "provision"}]} for action in actions
    ]


def _number(name: str) -> dict[str, Any]:
    return {"name": name, "type": "number"}


CATALOG: tuple[Sent, ...] = (
    _entry("chip", "resource", plans=_work("add", "disconnect")),
    _entry(
        "sim",
        "service",
        layer="cfs",
        plans=_work("add", "disconnect"),
        relationships=[{"type": "requires", "target": "chip"}],
    ),
    _entry(
        "pool",
        "product",
        characteristics=[_number("sims"), _number("grade")],
        plans=_work("change"),
        relationships=[{"type": "realized_as", "target": "sim", "quantityCharacteristic": "sims", "max": 20}],
    ),
    _entry("seat", "product", plans=_work("add", "disconnect")),
    _entry(
        "office",
        "product",
        characteristics=[_number("seats")],
        plans=_work("add", "change"),
        relationships=[{"type": "bundles", "target": "seat", "quantityCharacteristic": "seats", "max": 20}],
    ),
)


def _owned(id: str, kind: str, specification: str, parent: str | None = None, **more: Any) -> Sent:
    data = {"instanceId": id, "accountId": "ACME", "kind": kind, "specificationId": specification}
    return "instance.load", {**data, "state": "active", **({"parentId": parent} if parent else {}), **more}


BASE: tuple[Sent, ...] = (
    _owned("POOL", "product", "pool", characteristics={"sims": 3}),
    *(_owned(f"SIM-{n}", "service", "sim", "POOL") for n in (1, 2, 3)),
    *(_owned(f"CHIP-{n}", "resource", "chip", f"SIM-{n}") for n in (1, 2, 3)),
    _owned("OFFICE", "product", "office", characteristics={"seats": 2}),
    *(_owned(f"SEAT-{n}", "product", "seat", "OFFICE") for n in (1, 2)),
)
