"""TLS to PostgreSQL by the settings of the DSN, as libpq has them.

The server of the tests may be built without TLS, so a proxy before it ends the TLS of our client, as one may
before a managed database: it answers PostgreSQL's SSLRequest, shows its certificate and passes on the rest.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.chassis.ports import Commit, NewEvent, Unavailable
from services.chassis.store import open_postgres
from tests.certificates import Certificates, make_certificates
from tests.postgres import PostgresSchema

pytestmark = pytest.mark.postgres

SSL_REQUEST = struct.pack("!II", 8, 80877103)


class TlsProxy:
    """Listens on loopback; `encrypted` counts the connections that were."""

    def __init__(self, upstream: dict[str, str], certificates: Certificates) -> None:
        self._upstream = upstream
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificates.server_store)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.encrypted = 0
        self.offers = b"S"
        """Its answer to the request for TLS; `N` for a server that has none."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            if client.recv(8, socket.MSG_WAITALL) != SSL_REQUEST:
                return
            client.sendall(self.offers)
            if self.offers == b"N":
                return
            with self._context.wrap_socket(client, server_side=True) as secured, self._server() as server:
                self.encrypted += 1
                # TLS is not to be read and written by two threads at once: what comes back has its own turn.
                secured.setblocking(False)
                _pass_on(secured, server)

    def _server(self) -> socket.socket:
        host, port = self._upstream.get("host", "localhost"), self._upstream.get("port", "5432")
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((host, int(port)))


def _pass_on(secured: ssl.SSLSocket, server: socket.socket) -> None:
    import select

    while True:
        ready, _, _ = select.select([secured, server], [], [], 0 if secured.pending() else 10)
        if secured in ready or secured.pending():
            with suppress(ssl.SSLWantReadError):
                if not (data := secured.recv(1 << 16)):
                    return
                server.sendall(data)
        if server in ready:
            if not (data := server.recv(1 << 16)):
                return
            secured.setblocking(True)
            secured.sendall(data)
            secured.setblocking(False)


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path / "tls")


@pytest.fixture
def proxy(postgres_schema: PostgresSchema, certificates: Certificates) -> Iterator[TlsProxy]:
    given = {name: str(value) for name, value in conninfo_to_dict(postgres_schema.dsn).items()}
    with closing(TlsProxy(given, certificates)) as proxy:
        yield proxy


def _dsn(schema: PostgresSchema, proxy: TlsProxy, **tls: str) -> str:
    return make_conninfo(schema.dsn, host="localhost", hostaddr="127.0.0.1", port=proxy.port, **tls)


def test_a_store_is_used_over_tls_with_the_servers_certificate_checked(
    postgres_schema: PostgresSchema, proxy: TlsProxy, certificates: Certificates
) -> None:
    dsn = _dsn(postgres_schema, proxy, sslmode="verify-full", sslrootcert=str(certificates.authority))
    with closing(open_postgres(dsn, postgres_schema.schema)) as store:
        store.commit(Commit(events=[NewEvent("order-1", 1, "placed", b"{}\n{}")]))
        assert store.head() == 1
    assert proxy.encrypted > 0


def test_a_server_that_another_authority_signed_is_not_trusted(
    postgres_schema: PostgresSchema, proxy: TlsProxy, tmp_path: Path
) -> None:
    stranger = make_certificates(tmp_path / "stranger")
    dsn = _dsn(postgres_schema, proxy, sslmode="verify-full", sslrootcert=str(stranger.authority))
    with pytest.raises(Unavailable, match="SSL error"):
        open_postgres(dsn, postgres_schema.schema)
    assert proxy.encrypted == 0


def test_a_server_without_tls_is_refused_when_tls_is_required(
    postgres_schema: PostgresSchema, proxy: TlsProxy
) -> None:
    proxy.offers = b"N"
    with pytest.raises(Unavailable, match="server does not support SSL"):
        open_postgres(_dsn(postgres_schema, proxy, sslmode="require"), postgres_schema.schema)
