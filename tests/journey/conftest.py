"""A broker and a database for journeys: those of the session, as clean as new."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg.conninfo import conninfo_to_dict

from services.chassis.settings import Settings
from tests.brokers import LocalKafka
from tests.journey.system import PARTITIONS
from tests.kafka import Kafka
from tests.postgres import new_database


def url(dsn: str) -> str:
    """The address of a database as a URL, as the settings want it."""
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    return f"postgresql:///{parts.pop('dbname')}?{urlencode(parts)}"


@pytest.fixture(scope="module")
def site(kafka: Kafka, postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings of an installation on Apache Kafka and PostgreSQL, for the tests of one module."""
    kafka.empty()
    with new_database(postgres_dsn) as dsn:
        yield _site(kafka.bootstrap, dsn, tmp_path_factory.mktemp("data"))


@pytest.fixture
def own_site(own_kafka: LocalKafka, postgres_database: str, tmp_path: Path) -> Settings:
    """The same on a broker that the test may stop, kill and wipe."""
    own_kafka.wipe()
    return _site(own_kafka.bootstrap, postgres_database, tmp_path / "data")


def _site(bootstrap: str, dsn: str, folder: Path) -> Settings:
    return Settings(data=folder, bus=f"kafka://{bootstrap}", store=url(dsn), partitions=PARTITIONS)
