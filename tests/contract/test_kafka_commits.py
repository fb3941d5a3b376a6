"""Offsets of a member of a group on Kafka, over a client that does as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from services.chassis.kafka_consumer import KafkaConsumer
from services.chassis.kafka_wire import KafkaSettings, Rebalance
from services.chassis.ports import TopicPartition

ORDERS = TopicPartition("orders", 0)


class Place(NamedTuple):
    topic: str
    partition: int


class Client:
    """A wire and the only client on it."""

    settings = KafkaSettings(bootstrap="nowhere:9092")

    def __init__(self) -> None:
        self.said: list[int] = []

    def consumer(self, group: str, topics: Collection[str], revoked: Rebalance, assigned: Rebalance) -> Any:
        del group, topics
        self._revoked, self._assigned = revoked, assigned
        return self

    async def rebalance(self) -> None:
        """The same partition again, as after a pause."""
        await self._revoked([Place(*ORDERS)])
        await self._assigned([Place(*ORDERS)])

    async def commit(self, offsets: dict[Place, int]) -> None:
        self.said += offsets.values()

    async def getmany(self, **_: object) -> dict[Place, list[Any]]:
        await asyncio.sleep(0.01)  # as for a record that does not come: others run meanwhile
        return {}

    async def start(self, client: Any) -> None:
        del client

    async def let_go(self, client: Any) -> None:
        del client

    def faults(self, doing: str) -> AbstractContextManager[None]:
        del doing
        return nullcontext()


class Nobody:
    async def assigned(self, partitions: Collection[TopicPartition]) -> None: ...

    async def revoked(self, partitions: Collection[TopicPartition]) -> None: ...


async def test_where_a_member_was_before_a_rebalance_is_not_committed_after_it() -> None:
    client = Client()
    consumer = KafkaConsumer(client, "group", ["orders"], Nobody())  # type: ignore[arg-type]
    await consumer.open()
    await client.rebalance()
    await consumer.poll(10, 0.1)
    await consumer.commit({ORDERS: 9})
    await client.rebalance()
    await consumer.commit({ORDERS: 9})
    await consumer.poll(10, 0.1)
    await consumer.commit({ORDERS: 15})
    await consumer.close()
    assert client.said == [9, 15]
