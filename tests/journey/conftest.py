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
from tests.postgres import new_database


def url(dsn: str) -> str:
    """The address of a database as a URL, as the settings want it."""
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    return f"postgresql:///{parts.pop('dbname')}?{urlencode(parts)}"


@pytest.fixture(scope="module")
def site(
    kafka_of_ours: LocalKafka, postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Settings of an installation on Apache Kafka and PostgreSQL, for the tests of one module."""
    kafka_of_ours.wipe()
    folder: Path = tmp_path_factory.mktemp("data")
    with new_database(postgres_dsn) as dsn:
        yield Settings(
            data=folder, bus=f"kafka://{kafka_of_ours.bootstrap}", store=url(dsn), partitions=PARTITIONS
        )
