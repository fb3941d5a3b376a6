"""What `aftersale bench` feeds an installation: a small catalog, an installed base, and orders on it."""

from __future__ import annotations

import json
from typing import Any

from schemas.envelope import Envelope, write
from schemas.registry import MESSAGES, full
from schemas.topics import CATALOG, TOPICS
from services.chassis.partitions import partition_of
from services.chassis.ports import Outgoing

_SPEED = {"name": "speed", "type": "number"}
_ACTIONS = ("add", "change", "disconnect", "suspend", "resume")
_PLANS = [{"actions": [action], "tasks": [{"name": action, "kind": "provision"}]} for action in _ACTIONS]
_SPECIFICATIONS: tuple[dict[str, Any], ...] = (
    {"specificationId": "bench-port", "kind": "resource", "plans": _PLANS},
    {
        "specificationId": "bench-access",
        "kind": "service",
        "layer": "rfs",
        "characteristics": [_SPEED],
        "relationships": [{"type": "requires", "target": "bench-port"}],
        "plans": _PLANS,
    },
    {
        "specificationId": "bench-service",
        "kind": "service",
        "layer": "cfs",
        "characteristics": [_SPEED],
        "relationships": [{"type": "realized_as", "target": "bench-access"}],
        "mappings": [{"characteristic": "speed", "target": "bench-access"}],
    },
    {
        "specificationId": "bench-internet",
        "kind": "product",
        "characteristics": [_SPEED],
        "relationships": [{"type": "realized_as", "target": "bench-service"}],
        "mappings": [{"characteristic": "speed", "target": "bench-service"}],
    },
)
_TREE = (
    ("product", "bench-internet"),
    ("service", "bench-service"),
    ("service", "bench-access"),
    ("resource", "bench-port"),
)


def _command(name: str, account: str | None, id: str, data: dict[str, Any], partitions: int) -> Outgoing:
    topic = MESSAGES[full(name)].topics[0]
    key = (data["specificationId"] if topic == CATALOG else account or "").encode()
    envelope = Envelope(id=id, source="/bench", type=full(name), account=account, actor="bench")
    partition = partition_of(key, TOPICS[topic].partitions or partitions)
    return Outgoing(topic, partition, key, json.dumps(data).encode(), write(envelope))


def catalog(partitions: int) -> list[Outgoing]:
    """The specifications that the orders need."""
    entries = [{**entry, "version": "1", "name": entry["specificationId"]} for entry in _SPECIFICATIONS]
    return [_command("specification.publish", None, entry["name"], entry, partitions) for entry in entries]


def base(run: str, count: int, partitions: int) -> list[Outgoing]:
    """For each order an account that owns internet access: product, two services, a port."""
    loads: list[Outgoing] = []
    for n in range(count):
        account, id = f"{run}-A{n}", f"{run}-{n}"
        parent: str | None = None
        for kind, specification in _TREE:
            data: dict[str, Any] = {
                "instanceId": f"{id}-{specification}",
                "accountId": account,
                "kind": kind,
                "specificationId": specification,
                "specificationVersion": "1",
                "state": "active",
                "location": "SITE-1",
                "characteristics": {} if kind == "resource" else {"speed": 100},
            }
            if parent is not None:
                data["parentId"] = parent
            parent = data["instanceId"]
            loads.append(_command("instance.load", account, f"load-{parent}", data, partitions))
    return loads


def order(run: str, n: int, partitions: int) -> Outgoing:
    """The n-th order: of ten, six change the speed, two suspend, one disconnects and one moves."""
    account, action = f"{run}-A{n}", ("change",) * 6 + ("suspend",) * 2 + ("disconnect", "move")
    data: dict[str, Any] = {
        "orderId": f"{run}-O{n}",
        "accountId": account,
        "action": action[n % 10],
        "selection": [f"{run}-{n}-bench-internet"],
        "approve": True,
    }
    if data["action"] == "change":
        data["characteristics"] = {"speed": 200}
    if data["action"] == "move":
        data["location"] = "SITE-2"
    return _command("order.place", account, f"place-{run}-{n}", data, partitions)
