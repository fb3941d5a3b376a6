"""`aftersale upgrade`: takes all instances of a version of a specification to the one on offer (CHG-06).

It writes orders, as any other caller would, so each account can see what changed and why, and what cannot be
changed now is rejected with its reasons. Run again it asks for the same, and what was done stays done.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from schemas.envelope import Envelope
from schemas.registry import full
from schemas.topics import CRM_ORDERS
from services.chassis.ports import Store
from services.chassis.settings import Settings
from services.chassis.stored import Codec
from services.cli.errors import Failed
from services.cli.installation import bus_of, stores_of, topics_made
from services.cli.screen import bar
from services.cli.sending import Letter, outgoing, publish
from services.order.domain.instance import Instance, InstanceEvent, evolve
from services.order.stored import STORED

READ = 5_000
SOURCE = "/aftersale/upgrade"


class Upgrade(NamedTuple):
    """Which instances: those of a specification, of one version or of every version but the one on offer."""

    specification_id: str
    version: str | None
    per_order: int = 100
    approve: bool = False


def owned(store: Store, upgrade: Upgrade) -> dict[tuple[str, str], list[str]]:
    """What has not ended and would be upgraded, by account and kind, from what order has heard."""
    found: dict[tuple[str, str], list[str]] = {}
    for id, instance in sorted(_instances(store, upgrade.specification_id).items()):
        wanted = upgrade.version is None or instance.specification_version == upgrade.version
        if wanted and not instance.ended and instance.specification_id == upgrade.specification_id:
            found.setdefault((instance.account_id, instance.kind), []).append(id)
    return found


def _instances(store: Store, specification_id: str) -> dict[str, Instance]:
    codec, found, at = Codec(STORED), dict[str, Instance | None](), 0
    named = json.dumps(specification_id).encode()
    while events := store.log(at, READ):
        at = events[-1].sequence
        for stored in events:
            category, _, id = stored.stream.partition("-")
            if category == "instance" and (id in found or named in bytes(stored.state)):
                event: InstanceEvent = codec.decode(stored)
                found[id] = evolve(found.get(id), event)
    return {id: instance for id, instance in found.items() if instance is not None}


def orders(found: Mapping[tuple[str, str], Iterable[str]], upgrade: Upgrade) -> Iterator[dict[str, Any]]:
    """One order for so many instances of an account. Resources follow the services that use them."""
    for (account, kind), ids in sorted(found.items()):
        every = list(ids)
        for first in range(0, len(every) if kind != "resource" else 0, upgrade.per_order):
            some = every[first : first + upgrade.per_order]
            yield {
                "orderId": _id(upgrade, account, some),
                "accountId": account,
                "category": kind,
                "action": "change",
                "selection": some,
                "upgrade": True,
                "approve": upgrade.approve,
                "reason": f"{upgrade.specification_id} is taken to the version on offer",
            }


def _id(upgrade: Upgrade, account: str, ids: Iterable[str]) -> str:
    """The same for the same instances, so that nothing is ordered twice."""
    what = "\n".join((upgrade.specification_id, upgrade.version or "", account, *ids))
    return f"upgrade-{blake2b(what.encode(), digest_size=8).hexdigest()}"


def letter(order: Mapping[str, Any]) -> Letter:
    envelope = Envelope(
        id=f"{order['orderId']}.place",
        source=SOURCE,
        type=full("order.place"),
        account=order["accountId"],
        actor="upgrade",
    )
    return Letter(CRM_ORDERS, order["accountId"], envelope, json.dumps(order).encode())


async def run(settings: Settings, upgrade: Upgrade) -> tuple[int, int]:
    """Sends the orders; how many, and for how many instances. Raises `Failed` when there is nothing to do."""
    with stores_of(settings) as stores:
        placed = list(orders(owned(stores["order"], upgrade), upgrade))
    if not placed:
        of = f"version {upgrade.version}" if upgrade.version else "any version"
        raise Failed(f"nobody owns a product or service of {upgrade.specification_id}, {of}: look at its id")
    async with bus_of(settings) as bus:
        partitions = await topics_made(bus, settings)
        records = [outgoing(letter(order), partitions) for order in placed]
        with bar() as progress:
            task = progress.add_task("ordering", total=len(records))
            await publish(bus, records, lambda count: progress.advance(task, count))
    return len(placed), sum(len(order["selection"]) for order in placed)
