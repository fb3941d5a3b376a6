"""The `aftersale` command as tests call it, in a data directory of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from services.cli.__main__ import called

ROOT = Path(__file__).parent.parent
PATIENCE = 30.0
T = TypeVar("T")


class Aftersale:
    """One installation, and the command that speaks to it."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AFTERSALE_")}
        self.environment = {**clean, "PYTHONPATH": str(ROOT), "AFTERSALE_DATA": str(data), **environment}

    def __call__(self, *arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
        """Calls the command in this process, as starting one takes longer than most commands do."""
        printed, wrong = io.StringIO(), io.StringIO()
        read = io.TextIOWrapper(io.BytesIO(said.encode()))
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            mock.patch.object(sys, "stdin", read),
            redirect_stdout(printed),
            redirect_stderr(wrong),
        ):
            status = called([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(
            list(map(str, arguments)), status, printed.getvalue(), wrong.getvalue()
        )

    def apart(self, *arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
        """Calls the command in a process of its own, and waits for its end."""
        return subprocess.run(
            self._command(arguments),
            env=self.environment,
            input=said,
            capture_output=True,
            text=True,
            timeout=4 * PATIENCE,
            check=False,
        )

    def good(self, *arguments: object, said: str = "") -> str:
        """What the command prints; it must not fail."""
        done = self(*arguments, said=said)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def bad(self, status: int, *arguments: object, said: str = "") -> str:
        """The one line on standard error of a command that must fail so."""
        done = self(*arguments, said=said)
        assert (done.returncode, done.stdout) == (status, ""), (done.stdout, done.stderr)
        assert done.stderr.startswith("aftersale: ")
        assert done.stderr.count("\n") == 1, done.stderr
        return done.stderr

    def shown(self, kind: str, id: str) -> Any:
        return json.loads(self.good("show", kind, id, "--json"))

    def known(self, kind: str, id: str) -> Any:
        """What is shown of it, nothing while nobody has heard of it: what was just sent is on its way."""
        done = self("show", kind, id, "--json")
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def sent(self, *messages: dict[str, Any]) -> str:
        return self.good("send", "-", said="\n".join(map(json.dumps, messages)))

    @contextmanager
    def running(self, *arguments: object, ends: int = 0) -> Iterator[subprocess.Popen[str]]:
        """The command in the background, asked to stop in the end; it must do so with this status."""
        process = subprocess.Popen(
            self._command(arguments), env=self.environment, stdout=subprocess.PIPE, text=True
        )
        try:
            yield process
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                assert process.wait(PATIENCE) == ends
        finally:
            process.kill()
            process.communicate()

    def _command(self, arguments: Iterable[object]) -> list[str]:
        return [sys.executable, "-P", "-m", "services.cli", *map(str, arguments)]

    def children(self) -> dict[str, int]:
        """The process of each service that said that it started, the last one of each."""
        found = {}
        for log in self.data.glob("logs/*.log"):
            for line in log.read_text().splitlines():
                if '"started"' in line:
                    found[log.stem] = int(json.loads(line)["pid"])
        return found


def until(look: Callable[[], T], seconds: float = PATIENCE) -> T:
    """The first answer that counts as true; polled, with a bound."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return not Path(f"/proc/{pid}/stat").exists() or _state(pid) != "Z"


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def event(id: str, name: str, data: dict[str, Any], account: str | None = "A-1") -> dict[str, Any]:
    """A structured CloudEvent."""
    body = {"specversion": "1.0", "id": id, "source": "/test", "type": f"aftersale.{name}.v1", "data": data}
    return body if account is None else {**body, "accountid": account}


def specification(id: str = "mobile", **fields: Any) -> dict[str, Any]:
    """A product with one task to a change, and a characteristic that is personal."""
    data = {
        "specificationId": id,
        "version": "1",
        "name": id.capitalize(),
        "kind": "product",
        "characteristics": [
            {"name": "tier", "type": "string"},
            {"name": "owner", "type": "string", "personal": True},
        ],
        "plans": [{"actions": ["change"], "tasks": [{"name": "configure", "kind": "provision"}]}],
    }
    return event(f"publish-{id}", "specification.publish", {**data, **fields}, None)


def instance(id: str, account: str = "A-1", **fields: Any) -> dict[str, Any]:
    data = {
        "instanceId": id,
        "accountId": account,
        "kind": "product",
        "specificationId": "mobile",
        "state": "active",
        "characteristics": {"tier": "4G", "owner": "Mona Lie"},
    }
    return event(f"load-{id}", "instance.load", {**data, **fields}, account)


def change(order: str, instance: str, account: str = "A-1", **fields: Any) -> dict[str, Any]:
    """An order that is approved in the same breath."""
    data = {
        "orderId": order,
        "accountId": account,
        "action": "change",
        "selection": [instance],
        "characteristics": {"tier": "5G"},
        "approve": True,
    }
    return event(f"place-{order}", "order.place", {**data, **fields}, account)
