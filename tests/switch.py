"""A relay on the event loop in front of PostgreSQL: it can be cut, and can swallow answers."""

from __future__ import annotations

import asyncio

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Switch:
    """Passes everything on while it is on. `dsn` leads through it."""

    def __init__(self, dsn: str) -> None:
        self._given = dsn
        self._target = conninfo_to_dict(dsn)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()
        self.on = True
        self.swallowing = False
        self.dsn = ""

    async def __aenter__(self) -> Switch:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.dsn = make_conninfo(self._given, host="127.0.0.1", port=port, sslmode="disable")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.cut()
        assert self._server is not None
        self._server.close()
        await asyncio.sleep(0)
        await asyncio.gather(*self._pipes, return_exceptions=True)

    def cut(self, *, swallow: bool = False) -> None:
        """Ends every connection; with `swallow` only once the server has answered to nobody."""
        self.on, self.swallowing = False, swallow
        if not swallow:
            for writer in list(self._writers):
                writer.transport.abort()

    def mend(self) -> None:
        self.cut()
        self.on, self.swallowing = True, False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.on:
            writer.transport.abort()
            return
        host, port = str(self._target.get("host") or "127.0.0.1"), self._target.get("port") or 5432
        if host.startswith("/"):
            other = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            other = await asyncio.open_connection(host, int(port))
        self._writers |= {writer, other[1]}
        for source, target, answers in ((reader, other[1], False), (other[0], writer, True)):
            task = asyncio.create_task(self._pipe(source, target, answers))
            self._pipes.add(task)
            task.add_done_callback(self._pipes.discard)

    async def _pipe(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, answers: bool) -> None:
        try:
            while data := await source.read(65536):
                if answers and self.swallowing:
                    break
                target.write(data)
        except OSError:
            pass
        finally:
            target.transport.abort()
            self._writers.discard(target)
