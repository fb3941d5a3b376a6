"""Planted personal values, and the search for them in everything that an installation keeps."""

from __future__ import annotations

import json
import sqlite3
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from schemas.topics import PLAIN
from services.chassis.embedded_rows import unpacked
from services.chassis.ports import TopicPartition
from tests.command import event

SIGN = "Quxbaz"
"""Stands in every planted value, and nowhere else."""
FAR_AWAY = "2099-01-01T00:00:00Z"
"""A day on which a change is planted: until then it waits as an operation, with a timer."""


def secret(where: str) -> str:
    """A personal value that says where it was planted."""
    return f"Zoë {SIGN} {where}"


def forms() -> dict[str, tuple[bytes, ...]]:
    """What a planted value looks like however it was written down."""
    aligned = (b64encode(b"\0" * lead + SIGN.encode())[2 * (lead > 0) + lead : -4] for lead in range(3))
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in SIGN)
    return {
        "plain": (SIGN.encode(),),
        "base64": tuple(aligned),
        "UTF-16": (SIGN.encode("utf-16-le"), SIGN.encode("utf-16-be")),
        "escaped": (escaped.encode(), escaped.upper().replace("\\U", "\\u").encode()),
        "hex": (SIGN.encode().hex().encode(), SIGN.encode().hex().upper().encode()),
    }


def found_in(data: bytes) -> list[str]:
    """The forms in which there is a planted value."""
    return [form for form, looks in forms().items() if any(look in data for look in looks)]


def in_files(directory: Path, but: str = "") -> dict[str, list[str]]:
    """The files that hold one, those left out whose name begins with `but`."""
    files = (file for file in directory.rglob("*") if file.is_file() and not file.is_fifo())
    return {
        str(file.relative_to(directory)): forms
        for file in files
        if not (but and file.name.startswith(but)) and (forms := found_in(file.read_bytes()))
    }


def on_topics(bus: Path) -> set[str]:
    """The topics of the embedded bus that hold one."""
    query = "SELECT topic, part, batches.first, timestamp, records FROM batches JOIN lanes USING (lane)"
    with closing(sqlite3.connect(bus)) as database:
        return {
            topic
            for topic, part, *row in database.execute(query)
            for record in unpacked(TopicPartition(topic, part), (row[0], row[1], row[2]), 0, 1_000)
            if found_in(b"\n".join((record.key or b"", record.value, *(raw for _, raw in record.headers))))
        }


# -------------------------------------------------------------------------------------------- planting


def planted_loads(account: str) -> Iterator[dict[str, Any]]:
    """Loads with personal values, good ones and refused ones."""
    yield _load(account, "P-1")
    yield _load(account, "P-2", specificationId="nobody-knows-it")
    yield _load(account, "P-3", state="asleep")
    yield _load(account, "P-4", characteristics={"owner": 5, "nick": secret("undeclared"), "tier": None})


def planted_orders(account: str) -> Iterator[dict[str, Any]]:
    """Commands with personal values in every field that has some, good ones and refused ones."""
    yield _place(account, "S-1")
    yield _place(account, "S-2", draft=True, approve=False)
    yield _place(account, "S-3", action="explode")
    yield _place(account, "S-4", characteristics={"owner": [secret("list")], "unknown": secret("no field")})
    yield _place(account, "S-5", selection=["P-2"])
    yield _place(account, "S-6", start=FAR_AWAY)
    yield _about(account, "order.submit", orderId="S-2", reason=secret("submit"))
    yield _about(account, "order.approve", orderId="NONE", reason=secret("refused approval"))
    yield _about(account, "order.cancel", orderId="S-2", reason=secret("cancel"))
    yield _about(account, "order.reject", orderId="S-9", reason={"deep": secret("no text")})
    yield _about(account, "order.approve", orderId="S-1", note=secret("unknown field"))
    yield _about(account, "order.cancel", orderId="S-1", reason=secret("asked to be canceled"))
    yield _about(account, "order.decline-change", orderId="S-1", reason=secret("declined"))
    yield _about(account, "order.hold", orderId="S-1", reason=secret("held"))
    yield _about(account, "order.release", orderId="S-1", reason=secret("released"))
    yield _about(account, "task.report", taskId="NONE", result="failed", message=secret("unknown task"))


def planted_reports(account: str, task: str) -> Iterator[dict[str, Any]]:
    """What is said of a task that runs: it fails for good, a person mends it, it finds a value."""
    yield _about(account, "task.report", taskId=task, result="in_progress", message=secret("progress"))
    yield _about(account, "task.report", taskId=task, result="failed", message=secret("failure"))
    yield _about(account, "task.retry", taskId=task, reason=secret("retry"))
    yield _about(account, "task.skip", taskId="NONE", reason=secret("skip"))
    yield _about(account, "fallout.resolve", falloutId="NONE.f1", resolution=secret("resolution"))
    found = {"owner": secret("found"), "line": secret("assigned")}
    yield _about(account, "task.report", taskId=task, result="in_progress", characteristics=found)


def _load(account: str, id: str, **fields: Any) -> dict[str, Any]:
    data = {
        "instanceId": id,
        "accountId": account,
        "kind": "product",
        "specificationId": "mobile",
        "state": "active",
        "name": secret(f"name of {id}"),
        "characteristics": {"tier": "4G", "owner": secret(f"owner of {id}"), "nick": secret("nick")},
    }
    return event(f"load-{id}", "instance.load", {**data, **fields}, account)


def _place(account: str, id: str, **fields: Any) -> dict[str, Any]:
    data = {
        "orderId": id,
        "accountId": account,
        "action": "change",
        "selection": ["P-1"],
        "characteristics": {"owner": secret(f"new owner by {id}")},
        "reason": secret(f"reason of {id}"),
        "approve": True,
    }
    return event(f"place-{id}", "order.place", {**data, **fields}, account)


_STRUCTURED = {"content-type": b"application/cloudevents+json"}
_COUNT = iter(range(1_000_000))


def _about(account: str, name: str, **data: Any) -> dict[str, Any]:
    return event(f"{name}-{next(_COUNT)}", name, data, account)


def unreadable(account: str) -> Iterator[tuple[str, bytes, Mapping[str, bytes], bytes]]:
    """Topic, key, headers and value of records that are no messages and have to be parked."""
    broken = f'{{"accountId": "{account}", "reason": "{secret("no JSON")}"'.encode()
    dance = _about(account, "order.dance", orderId="S-1", reason=secret("unknown type"))
    yield PLAIN[0], account.encode(), _STRUCTURED, json.dumps(dance).encode()
    for topic in PLAIN[:3]:
        yield topic, account.encode(), {"ce_id": b"x1", "x-caller": secret("header").encode()}, broken
        yield topic, b"", {"ce_accountid": account.encode(), "ce_id": b"x2"}, broken
        yield topic, b"", {"ce_caller": secret("extension").encode()}, f'{{"a": "{account}"}} {SIGN}'.encode()
