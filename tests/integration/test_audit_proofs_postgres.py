"""The same on PostgreSQL: what is altered there is found, and a log that was copied there still holds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from services.audit.source import FIRST
from services.chassis.migrate import copy_store
from services.chassis.store import open_postgres, open_sqlite
from tests.audited import ALTERATIONS, EVENTS, NAMED, Audited, audited, rewrite_postgres
from tests.postgres import PostgresSchema

pytestmark = pytest.mark.postgres
ALTERED = 280
EVERY = 10_000


@pytest.fixture
def here(postgres_schema: PostgresSchema, tmp_path: Path) -> Iterator[Audited]:
    made = audited(open_postgres(*postgres_schema), tmp_path)
    yield made
    made.close()


@pytest.fixture
def connection(postgres_schema: PostgresSchema) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(postgres_schema.dsn, autocommit=True) as made:
        yield made


def test_random_alterations_are_found(
    here: Audited, connection: psycopg.Connection[tuple[object, ...]], postgres_schema: PostgresSchema
) -> None:
    rows, signed, chance = here.store.raw_log(FIRST, EVERY), here.signed(), random.Random(20261122)
    assert len(rows) == EVENTS
    for number in range(ALTERED):
        alteration, at = ALTERATIONS[number % len(ALTERATIONS)], chance.randrange(len(rows))
        rewrite_postgres(connection, postgres_schema.schema, alteration(rows, at, chance))
        found = here.verified(signed)
        assert not found.holds, (alteration.__name__, at)
        if alteration in NAMED and at < len(rows) - 1:
            assert found.findings[0].sequence == rows[at][0], (alteration.__name__, at)
    rewrite_postgres(connection, postgres_schema.schema, rows)
    assert here.verified(signed).holds


def test_a_number_that_the_database_left_out_is_nothing_that_is_gone(
    here: Audited, connection: psycopg.Connection[tuple[object, ...]], postgres_schema: PostgresSchema
) -> None:
    table = f'"{postgres_schema.schema}".stored_events'
    connection.execute("SELECT nextval(pg_get_serial_sequence(%s, 'notification_id'))", (table,))
    here.append(9)
    here.look()
    found = here.verified()
    assert (found.holds, found.covered) == (True, EVENTS + 9)
    assert here.store.head() == EVENTS + 10
    statement = SQL("UPDATE {} SET notification_id = %s WHERE notification_id = %s").format(
        Identifier(postgres_schema.schema, "stored_events")
    )
    connection.execute(statement, (EVENTS + 1, EVENTS + 2))
    assert [finding.kind for finding in here.verified().findings] == ["inserted", "deleted", "checkpoint"]


def test_a_log_that_was_copied_here_is_what_was_signed_of_it(
    postgres_schema: PostgresSchema, tmp_path: Path
) -> None:
    before = audited(open_sqlite(tmp_path / "order.db"), tmp_path)
    before.close()
    copy_store(tmp_path / "order.db", *postgres_schema, lambda _: None)
    after = Audited(open_postgres(*postgres_schema), tmp_path)
    found = after.verified()
    assert (found.holds, found.covered, found.checkpoints) == (True, EVENTS, 10)
    after.close()


def test_a_second_follower_goes_on_where_the_first_ended(here: Audited) -> None:
    here.append(9)
    here.witness.close()
    here.witness = here.begin()
    here.look()
    assert (here.verified().holds, here.verified().checkpoints) == (True, 11)
