"""A relay in front of PostgreSQL that can swallow the answers of the server, as a network does."""

from __future__ import annotations

import socket
from threading import Event, Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Cutter:
    """Listens on a port of its own and passes everything on, until told to swallow answers.

    A swallowed answer is followed by the end of the connection: the client cannot know what was done.
    """

    def __init__(self, dsn: str) -> None:
        self._target = conninfo_to_dict(dsn)
        self._swallow = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.dsn = make_conninfo(
            dsn, host="127.0.0.1", port=self._listener.getsockname()[1], sslmode="disable"
        )
        self._sockets: list[socket.socket] = [self._listener]
        self._threads: list[Thread] = []

    def swallow_answers(self) -> None:
        self._swallow.set()

    def pass_on(self) -> None:
        self._swallow.clear()

    def __enter__(self) -> Cutter:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        for each in self._sockets:
            _end(each)
        for thread in self._threads:
            thread.join(5)

    def _start(self, run: object, *arguments: object) -> None:
        thread = Thread(target=run, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = self._connect()
            self._sockets += [client, server]
            self._start(_pass_on, client, server, Event())
            self._start(_pass_on, server, client, self._swallow)

    def _connect(self) -> socket.socket:
        host, port = str(self._target.get("host") or "127.0.0.1"), int(self._target.get("port") or 5432)
        if host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{host}/.s.PGSQL.{port}")
            return server
        return socket.create_connection((host, port))


def _pass_on(source: socket.socket, target: socket.socket, swallow: Event) -> None:
    try:
        while data := source.recv(65536):
            if swallow.is_set():
                break
            target.sendall(data)
    except OSError:
        pass
    finally:
        _end(source)
        _end(target)


def _end(each: socket.socket) -> None:
    try:
        each.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    finally:
        each.close()
