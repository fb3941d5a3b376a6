"""On Apache Kafka and PostgreSQL nothing can be read in a table or on a topic of our own, within a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from schemas.topics import PLAIN
from services.chassis.host import topics
from services.chassis.kafka import KafkaBus
from services.chassis.kafka_wire import KafkaSettings
from services.chassis.partitions import partition_of
from services.chassis.ports import Outgoing, TopicPartition
from tests.command import Aftersale, instance, specification
from tests.integration.test_cli_distributed import SERVICES, url
from tests.kafka import Kafka
from tests.traces import SIGN, found_in, in_files, planted_loads, planted_orders, planted_reports, unreadable

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
ACCOUNT = "A-7"
PARTITIONS = 3
SECOND = 1.0
KAFKA_DEFAULT_SEGMENT = timedelta(days=7)


async def _publish(bus: KafkaBus) -> None:
    publisher = bus.publisher()
    lane = partition_of(ACCOUNT.encode(), PARTITIONS)
    for topic, key, headers, value in unreadable(ACCOUNT):
        await publisher.publish([Outgoing(topic, lane, key, value, tuple(headers.items()))])
    await publisher.close()
    await bus.close()


async def _holding(bus: KafkaBus) -> set[str]:
    """The topics that hold a planted value."""
    found = set()
    for topic in topics(PARTITIONS):
        for lane in (TopicPartition(topic.name, number) for number in range(topic.partitions)):
            for record in await bus.read(lane, 0, 10_000):
                if found_in(b"\n".join((record.key or b"", record.value, *dict(record.headers).values()))):
                    found.add(topic.name)
    await bus.close()
    return found


def tables(dsn: str) -> Iterator[tuple[str, bytes]]:
    """Every table of the database with all that it holds."""
    query = (
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname !~ '^(pg_catalog|information_schema)$'"
    )
    with psycopg.connect(dsn) as connection:
        for schema, name in connection.execute(query).fetchall():
            rows = connection.execute(SQL("SELECT * FROM {}").format(Identifier(schema, name))).fetchall()
            values = (value for row in rows for value in row)
            yield (
                f"{schema}.{name}",
                b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in values),
            )


def test_nothing_can_be_read_any_more_and_the_day_counts_the_segments(
    tmp_path: Path, clean_kafka: Kafka, postgres_database: str
) -> None:

    def bus() -> KafkaBus:
        return KafkaBus(KafkaSettings(bootstrap=clean_kafka.bootstrap))

    there = Aftersale(
        tmp_path / "nothing",
        AFTERSALE_PARTITIONS=str(PARTITIONS),
        AFTERSALE_BUS=f"kafka://{clean_kafka.bootstrap}",
        AFTERSALE_STORE=url(postgres_database),
        AFTERSALE_AUDIT=str(tmp_path / "audit"),
        AFTERSALE_AUDIT_KEY=str(tmp_path / "keys" / "audit.pem"),
    )
    there.good("topics", "apply")
    with ExitStack() as running:
        for service in SERVICES:
            running.enter_context(there.running("run", service))
        there.sent(specification(), instance("M-1", "A-8"))
        there.good("settle", "--timeout", 60)
        for stage in (planted_loads(ACCOUNT), planted_orders(ACCOUNT)):
            there.sent(*stage)
            there.good("settle", "--timeout", 60)
        task = there.shown("plan", "S-1")["tasks"][0]["taskId"]
        there.sent(*planted_reports(ACCOUNT, task))
        asyncio.run(_publish(bus()))
        there.good("settle", "--timeout", 60)
        assert SIGN in there.good("show", "instance", "P-1", "--json")
        there.good("audit", "witness", "--once")

        done = json.loads(there.good("audit", "forget", ACCOUNT, "--yes", "--json"))
        time.sleep(SECOND)  # so long another process may use the key still, as it says
        there.sent(instance("L-1", ACCOUNT, name=f"Later {SIGN}"))
        there.good("settle", "--timeout", 60)
        assert SIGN not in there.good("show", "account", ACCOUNT, "--json")
        assert SIGN not in there.good("audit", "timeline", "account", ACCOUNT, "--json")
        assert there.shown("instance", "M-1")["characteristics"]["owner"] == "Mona Lie"
        assert json.loads(there.good("audit", "replay", "--json"))["differences"] == []
        assert json.loads(there.good("audit", "what-if", "--json"))["different"] == []
        there.good("audit", "witness", "--once")
        there.good("audit", "verify")

    assert {name: forms for name, held in tables(postgres_database) if (forms := found_in(held))} == {}
    assert in_files(tmp_path) == {}
    assert asyncio.run(_holding(bus())) == set(PLAIN)
    assert any(one.startswith("PostgreSQL") for one in done["notTouched"])
    last = datetime.now(UTC) + timedelta(days=14, minutes=15) + KAFKA_DEFAULT_SEGMENT
    assert done["lastCopyGone"] in {(last - timedelta(hours=ago)).date().isoformat() for ago in (0, 1)}
