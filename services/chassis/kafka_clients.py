"""The clients of Apache Kafka: how they are made, started and let go."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka import TopicPartition as Place
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import collect_hosts, create_conn
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaConnectionError, KafkaError, SaslAuthenticationFailed
from aiokafka.helpers import create_ssl_context

from services.chassis.kafka_wire import KafkaSettings, Rebalance
from services.chassis.pause import asked_to_end
from services.chassis.ports import Unavailable

_BATCH_BYTES = 1_000_000
_PARTITION_FETCH_BYTES = 4 << 20
_FETCH_BYTES = 32 << 20
_METADATA_MS = 5_000
"""So soon a member of a group hears of a topic that was made again."""
_LET_GO_SECONDS = 2.0

log = logging.getLogger(__name__)


class _Rebalances(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    def __init__(self, revoked: Rebalance, assigned: Rebalance) -> None:
        self._revoked = revoked
        self._assigned = assigned

    async def on_partitions_revoked(self, revoked: Collection[Place]) -> None:
        await self._revoked(revoked)

    async def on_partitions_assigned(self, assigned: Collection[Place]) -> None:
        await self._assigned(assigned)


class Clients:
    """The `Wire` port over aiokafka 0.14."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self._common: dict[str, Any] = {
            "bootstrap_servers": settings.bootstrap,
            "client_id": settings.client_id,
            "request_timeout_ms": int(settings.timeout * 1000),
            "security_protocol": settings.security_protocol,
            "ssl_context": _tls(settings),
        }
        if settings.security_protocol.startswith("SASL"):
            self._common["sasl_mechanism"] = settings.sasl_mechanism
            self._common["sasl_plain_username"] = settings.user
            self._common["sasl_plain_password"] = settings.password

    def producer(self) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **self._common, enable_idempotence=True, linger_ms=0, max_batch_size=_BATCH_BYTES
        )

    def consumer(
        self, group: str, topics: Collection[str], revoked: Rebalance, assigned: Rebalance
    ) -> AIOKafkaConsumer:
        settings = self.settings
        consumer = AIOKafkaConsumer(
            **self._common,
            **self._fetching(),
            group_id=group,
            group_instance_id=f"{settings.instance}-{group}" if settings.instance else None,
            session_timeout_ms=settings.session_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            partition_assignment_strategy=(RangePartitionAssignor,),
        )
        consumer.subscribe(list(topics), listener=_Rebalances(revoked, assigned))
        return consumer

    def reader(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(**self._common, **self._fetching())

    def admin(self) -> AIOKafkaAdminClient:
        return AIOKafkaAdminClient(**self._common)

    def _fetching(self) -> dict[str, Any]:
        return {
            "enable_auto_commit": False,
            "auto_offset_reset": "earliest",
            "metadata_max_age_ms": _METADATA_MS,
            "fetch_max_wait_ms": self.settings.fetch_wait_ms,
            "max_partition_fetch_bytes": _PARTITION_FETCH_BYTES,
            "fetch_max_bytes": _FETCH_BYTES,
        }

    @contextmanager
    def faults(self, doing: str) -> Iterator[None]:
        try:
            yield
        except KeyError as error:
            if error.args != ("v",):  # the server's signature, which a refused SCRAM login does not have
                raise
            raise self._refused(doing) from error
        except SaslAuthenticationFailed as error:
            raise self._refused(doing) from error
        except asyncio.CancelledError as error:
            if asked_to_end():
                raise
            raise Unavailable(f"{doing} on Kafka at {self.settings.bootstrap}: given up") from error
        except (KafkaError, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise Unavailable(f"{doing} on Kafka at {self.settings.bootstrap}: {reason}") from error

    def _refused(self, doing: str) -> Unavailable:
        where, user = self.settings.bootstrap, self.settings.user
        return Unavailable(f"{doing} on Kafka at {where}: the broker refuses user {user}, or the password")

    async def start(self, client: Any) -> None:
        """The library only says that no broker was reached, and logs why: asks again for the reason."""
        try:
            await client.start()
        except KafkaConnectionError:
            for host, port, _ in collect_hosts(self.settings.bootstrap):
                common = {name: value for name, value in self._common.items() if name != "bootstrap_servers"}
                (await create_conn(host, port, **common)).close()
            raise

    async def position(self, member: Any, place: Any) -> int | None:
        try:
            at: int = await member.position(place)
        except IllegalStateError:
            return None
        return at

    def connections(self, client: Any) -> dict[Any, Any]:
        found = (client.client if isinstance(client, AIOKafkaProducer) else client._client)._conns
        return {broker: connection for broker, connection in found.items() if connection.connected()}

    async def let_go(self, client: Any) -> None:
        try:
            async with asyncio.timeout(_LET_GO_SECONDS):
                if isinstance(client, AIOKafkaProducer):
                    await _empty(client)
                await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
        except (KafkaError, OSError, TimeoutError, KeyError, asyncio.CancelledError) as error:
            if asked_to_end():
                raise
            log.warning("a client of Kafka did not stop in time: %r", error)
            await _cut(client)


async def _empty(producer: AIOKafkaProducer) -> None:
    """An idempotent producer never stops while the broker is down, so what it waits for is given up first."""
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
        for connection in list(producer.client._conns.values()):
            connection.close()
        await asyncio.wait([sender])
    accumulator = producer._message_accumulator
    accumulator._pending_batches.update(batch for queue in accumulator._batches.values() for batch in queue)
    for batch in list(accumulator._pending_batches):
        batch.future.cancel()


async def _cut(client: Any) -> None:
    """What `stop` would have done next: the background tasks and connections of a client end here."""
    owners = [getattr(client, name, None) for name in ("_sender", "_coordinator", "_fetcher")]
    names = ("_sender_task", "_coordination_task", "_heartbeat_task", "_commit_refresh_task", "_fetch_task")
    tasks = [task for owner in owners for name in names if (task := getattr(owner, name, None)) is not None]
    for task in tasks:
        task.cancel()
    with suppress(TimeoutError):
        async with asyncio.timeout(_LET_GO_SECONDS):
            await asyncio.gather(*tasks, return_exceptions=True)
            await (client.client if isinstance(client, AIOKafkaProducer) else client._client).close()


def _tls(settings: KafkaSettings) -> ssl.SSLContext | None:
    if not settings.security_protocol.endswith("SSL"):
        return None
    context: ssl.SSLContext = create_ssl_context(
        cafile=settings.ca_file, certfile=settings.cert_file, keyfile=settings.key_file
    )
    return context
