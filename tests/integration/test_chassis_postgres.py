"""What only PostgreSQL can show of the chassis: what its maintenance and its limits do to a commit."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from services.chassis.ports import Commit, NewEvent, PortError
from services.chassis.store import open_postgres
from tests.postgres import PostgresSchema

pytestmark = pytest.mark.postgres
PATIENCE = 10.0


@pytest.mark.parametrize("mode", ["SHARE UPDATE EXCLUSIVE", "ACCESS EXCLUSIVE"])
def test_a_commit_does_not_wait_for_the_maintenance_of_the_log(
    postgres_schema: PostgresSchema, mode: str
) -> None:
    """ANALYZE and VACUUM take the first of these locks; the second shows that a lock could be felt."""
    dsn, schema = postgres_schema
    store = open_postgres(dsn, schema)
    with psycopg.connect(dsn) as maintenance, ThreadPoolExecutor(1) as threads:
        log = Identifier(schema, "stored_events")
        maintenance.execute(SQL("LOCK TABLE {} IN " + mode + " MODE").format(log))
        commit = threads.submit(store.commit, Commit(events=[NewEvent("a-1", 1, "e", b"{}")]))
        if mode == "ACCESS EXCLUSIVE":
            with pytest.raises(TimeoutError):
                commit.result(0.5)
        else:
            assert commit.result(PATIENCE).before == 0
        maintenance.rollback()
        commit.result(PATIENCE)
    store.close()


def test_what_is_too_long_to_be_kept_is_a_fault_and_not_a_database_that_is_away(
    postgres_schema: PostgresSchema,
) -> None:
    """Taken for an outage, one such message would be tried for ever, and everything behind it would wait."""
    dsn, schema = postgres_schema
    store = open_postgres(dsn, schema)
    endless = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=9_000))
    with pytest.raises(psycopg.Error) as refused:
        store.commit(Commit(events=[NewEvent(f"a-{endless}", 1, "e", b"{}")]))
    assert not isinstance(refused.value, PortError)
    store.commit(Commit(events=[NewEvent("a-1", 1, "e", b"{}")]))
    store.close()
