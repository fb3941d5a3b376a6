"""The `aftersale` command on Apache Kafka and PostgreSQL, after a move from one machine's files."""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict

from services.audit.topic import LANE
from services.chassis.kafka import KafkaBus
from services.chassis.kafka_wire import KafkaSettings
from tests.command import Aftersale, change, event, instance, specification, until
from tests.integration.test_cli import publish
from tests.kafka import Kafka

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
SERVICES = ("order", "inventory", "fulfillment")


def url(conninfo: str) -> str:
    """The address of a database as a URL."""
    parts = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    return f"postgresql:///{parts.pop('dbname')}?{urlencode(parts)}"


def verified(there: Aftersale) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(there("audit", "verify", "--json").stdout)
    return found


async def on_topic(kafka: Kafka) -> list[str]:
    """Every checkpoint, those that were signed before the move too."""
    bus = KafkaBus(KafkaSettings(bootstrap=kafka.bootstrap))
    records = await bus.read(LANE, 0, 1_000)
    await bus.close()
    return [record.value.decode() for record in records]


def test_a_system_moves_to_kafka_and_postgresql_and_goes_on(
    tmp_path: Path, clean_kafka: Kafka, postgres_database: str
) -> None:
    database = url(postgres_database)
    here = Aftersale(tmp_path / "data", AFTERSALE_PARTITIONS="3")
    with here.running("up"):
        here.sent(specification(), instance("M-1"), instance("M-2"))
        here.good("settle", "--timeout", 30)
        publish(here.data, b"{no json")
        here.sent(change("O-1", "M-1"), event("early", "order.submit", {"orderId": "O-1"}))
        here.good("settle", "--timeout", 30)
        assert "is in use" in here.bad(1, "migrate", "--to", database)
    before = [here.shown("order", "O-1"), here.shown("plan", "O-1"), here.shown("account", "A-1")]
    parked = here.good("parked", "list", "--json")

    here.sent(instance("M-3"))
    assert "something is in flight" in here.bad(1, "migrate", "--to", database)
    with here.running("up"):
        here.good("settle", "--timeout", 30)
    other = Aftersale(here.data, AFTERSALE_PARTITIONS="5")
    assert "set AFTERSALE_PARTITIONS=3" in other.bad(2, "migrate", "--to", database)
    first, again = (here.good("migrate", "--to", database) for _ in range(2))
    assert first == again
    assert "AFTERSALE_PARTITIONS=3" in first

    there = Aftersale(
        tmp_path / "elsewhere",
        AFTERSALE_PARTITIONS="3",
        AFTERSALE_BUS=f"kafka://{clean_kafka.bootstrap}",
        AFTERSALE_STORE=database,
        AFTERSALE_AUDIT=str(here.data / "audit"),
        AFTERSALE_AUDIT_KEY=str(here.data / "keys" / "audit.pem"),
    )
    assert "topics apply" in there.bad(1, "send", "-", said=json.dumps(instance("M-4")))
    assert there.good("topics", "apply").count("made") == 18
    with ExitStack() as running:
        for service in SERVICES:
            running.enter_context(there.running("run", service))
        running.enter_context(there.running("audit", "witness"))
        there.good("settle", "--timeout", 60)
        after = [there.shown("order", "O-1"), there.shown("plan", "O-1"), there.shown("account", "A-1")]
        assert after[:2] == before[:2]
        assert [one["instanceId"] for one in after[2]["instances"]] == ["M-1", "M-2", "M-3"]
        assert there.good("parked", "list", "--json") == parked
        running.enter_context(there.running("simulate"))
        there.sent(change("O-2", "M-2"))
        until(lambda: all(there.known("order", id).get("state") == "completed" for id in ("O-1", "O-2")))
        there.good("settle", "--timeout", 60)
        assert "AFTERSALE_CLOCK=adjustable" in there.bad(2, "clock", "advance", "1d")
        until(lambda: all(one["after"] == 0 and one["signed"] for one in verified(there)["logs"]))
    found = verified(there)
    assert found["holds"], found
    assert (
        asyncio.run(on_topic(clean_kafka)) == (here.data / "audit" / "checkpoints.jsonl").read_text().split()
    )
    assert there.shown("instance", "M-1")["characteristics"] == {"tier": "5G", "owner": "Mona Lie"}
    assert not there.data.exists()
