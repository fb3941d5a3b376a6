"""`python -m schemas.examples.build [DIR]`: writes the files of the sample. A test compares them.

    catalog.jsonl         `specification.publish` and `.retire`
    installed-base.jsonl  `instance.load`, parents before children, then `contract.load` and
                          `entitlement.load`
    orders.jsonl          every command of the CRM
    feed.json             the waves in which they are sent:
                          {"waves": [{"name", "clock"?, "send": [ids], "until": {orderId: state}}],
                          "byHand": [orderIds]}: of these, no simulator answers the tasks
    outcomes.json         how each order should end:
                          {orderId: {account, action, state, rules?, lines?, shows?, return?, note}}
    returns.json          how each return should end:
                          {returnId: {account, state, lines: {lineId: {expected, proposed, state, outcome?}},
                          note}}

A wave is sent when every order of the wave before is in the state of its `until`; an order that is in the
state of its outcome has passed all of its waves. A wave with a `clock` begins when all is settled and the
clock was set ahead to it; one with answers to tasks when all is settled. Of an order, `rules` are all that
its reasons cite, each once. An id that stands twice in `send` is sent twice. The catalog and the installed
base come before.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from schemas.envelope import Envelope, to_line
from schemas.examples import (
    orders_adds,
    orders_agreed,
    orders_by_hand,
    orders_by_steps,
    orders_changes,
    orders_counted,
    orders_dated,
    orders_ending,
    orders_in_flight,
    orders_moves,
    orders_refused,
    orders_returned,
)
from schemas.examples.base import records
from schemas.examples.catalog import ENTRIES, RETIRED
from schemas.examples.customers import account
from schemas.examples.days import LATER, MORNING
from schemas.examples.requests import Brought, Order, Return
from schemas.examples.terms import contracts, entitlements
from schemas.registry import full

HERE = Path(__file__).parent
ORDERS: tuple[Order, ...] = (
    *orders_adds.ORDERS,
    *orders_changes.ORDERS,
    *orders_ending.ORDERS,
    *orders_moves.ORDERS,
    *orders_refused.ORDERS,
    *orders_by_steps.ORDERS,
    *orders_dated.ORDERS,
    *orders_agreed.ORDERS,
    *orders_counted.ORDERS,
    *orders_by_hand.ORDERS,
    *orders_returned.ORDERS,
    *orders_in_flight.ORDERS,
)
RETURNS: tuple[Return, ...] = orders_returned.RETURNS


def catalog() -> Iterator[str]:
    for entry in ENTRIES:
        id, version = entry["specificationId"], entry["version"]
        envelope = _envelope("catalog", f"publish-{id}-{version}", "specification.publish", id)
        yield to_line(envelope, entry)
    retire = _envelope("catalog", f"retire-{RETIRED}", "specification.retire", RETIRED)
    yield to_line(retire, {"specificationId": RETIRED})


def installed_base() -> Iterator[str]:
    for record in records():
        id = record["instanceId"]
        yield to_line(_envelope("migration", f"load-{id}", "instance.load", id, record["accountId"]), record)
    for record in contracts():
        yield _terms("contract", record)
    for record in entitlements():
        yield _terms("entitlement", record)


def _terms(what: str, record: dict[str, Any]) -> str:
    id = record[f"{what}Id"]
    return to_line(_envelope("migration", f"load-{id}", f"{what}.load", id, record["accountId"]), record)


def _envelope(source: str, id: str, name: str, subject: str, account: str | None = None) -> Envelope:
    return Envelope(
        id=id,
        source=f"/fjordnet/{source}",
        type=full(name),
        subject=subject,
        time=MORNING.isoformat(),
        account=account,
    )


class Feed:
    """The commands of the CRM in the order of their waves, a minute apart."""

    def __init__(self, orders: Iterable[Order], returns: Iterable[Return] = ()) -> None:
        self.lines: list[str] = []
        self._waves: dict[int, dict[str, Any]] = {}
        self._named: Counter[tuple[str, str]] = Counter()
        ordered, returned = [*orders], [*returns]
        for number in range(1, 1 + max(_last(order) for order in ordered)):
            self._waves[number] = {**_named(number), "send": [], "until": {}}
            for order in ordered:
                self._send_of(order, number)
            for one in returned:
                self._send_return(one, number)

    @property
    def waves(self) -> list[dict[str, Any]]:
        return [*self._waves.values()]

    def _send_of(self, order: Order, wave: int) -> None:
        if order.wave == wave and order.written_by is not None:
            self._waves[wave]["until"][order.id] = order.first or order.ends
        elif order.wave == wave:
            data = {"orderId": order.id, "accountId": account(order.account), **order.asks}
            self._send(order, wave, "place", data)
            self._waves[wave]["until"][order.id] = order.first or order.ends
        for step in order.steps:
            if step.wave == wave:
                about = {} if "." in step.command else {"orderId": order.id}
                self._send(order, wave, step.command, {**about, **step.data})
                self._waves[wave]["until"][order.id] = step.until
        if wave in order.days:
            self._waves[wave]["until"][order.id] = order.days[wave]

    def _send_return(self, one: Return, wave: int) -> None:
        """Opened, assessed, closed, each in a wave of its own."""
        about = {"returnId": one.id}
        if wave == 1:
            data = {**about, "accountId": account(one.account), "lines": list(map(_brought, _numbered(one)))}
            self._send(one, wave, "return.open", data)
        elif wave == 2:
            self._send(one, wave, "return.assess", {**about, "lines": list(map(_assessed, _numbered(one)))})
        elif wave == 3 and one.closed:
            self._send(one, wave, "return.close", about)

    def _send(self, order: Order | Return, wave: int, command: str, data: dict[str, Any]) -> None:
        id = self._id(order, command)
        envelope = Envelope(
            id=id,
            source="/fjordnet/crm",
            type=full(command if "." in command else f"order.{command}"),
            subject=order.id,
            time=(MORNING + timedelta(minutes=len(self.lines))).isoformat(),
            account=account(order.account),
            correlation=order.id,
            actor="solveig@fjordnet.example",
        )
        self.lines.append(to_line(envelope, data))
        twice = isinstance(order, Order) and order.twice and command == "place"
        self._waves[wave]["send"] += [id] * (2 if twice else 1)

    def _id(self, order: Order | Return, command: str) -> str:
        """That of the first of its kind about an order names both; further ones are numbered."""
        self._named[order.id, command] += 1
        count = self._named[order.id, command]
        return f"{order.id}/{command}" if count == 1 else f"{order.id}/{command}-{count}"


def _numbered(one: Return) -> list[tuple[str, Brought]]:
    return [(str(number), line) for number, line in enumerate(one.lines, start=1)]


def _brought(numbered: tuple[str, Brought]) -> dict[str, Any]:
    id, line = numbered
    return {"lineId": id, "instanceId": line.instance, "reason": line.reason, "expected": line.expected}


def _assessed(numbered: tuple[str, Brought]) -> dict[str, Any]:
    id, line = numbered
    return {"lineId": id, "proposed": line.proposed, **({"note": line.note} if line.note else {})}


def _last(order: Order) -> int:
    return max([order.wave, *(step.wave for step in order.steps), *order.days])


def _named(wave: int) -> dict[str, Any]:
    if wave not in LATER:
        return {"name": f"wave {wave}"}
    words, at = LATER[wave]
    return {"name": f"wave {wave}, {words}", "clock": at.isoformat()}


def outcomes() -> dict[str, Any]:
    return {order.id: _outcome(order) for order in ORDERS}


def _outcome(order: Order) -> dict[str, Any]:
    outcome = {
        "account": account(order.account),
        "action": _action(order.asks),
        "state": order.ends,
        "rules": sorted(order.rules),
        "lines": order.lines,
        "shows": sorted(order.shows),
        "return": order.written_by,
        "note": order.note,
    }
    return {name: value for name, value in outcome.items() if value}


def returned() -> dict[str, Any]:
    return {
        one.id: {
            "account": account(one.account),
            "state": one.ends,
            "lines": {id: _ended(line) for id, line in _numbered(one)},
            "note": one.note,
        }
        for one in RETURNS
    }


def _ended(line: Brought) -> dict[str, Any]:
    state = "rejected" if line.proposed == "reject" else "resolved"
    found = {"outcome": line.outcome} if line.outcome else {}
    return {"expected": line.expected, "proposed": line.proposed, "state": state, **found}


def _action(asks: dict[str, Any]) -> str:
    return str(asks.get("action") or asks["lines"][-1]["action"])


def files() -> Iterator[tuple[str, str]]:
    """Each file: its name and its text, the same at every run."""
    feed = Feed(ORDERS, RETURNS)
    for name, lines in (
        ("catalog.jsonl", catalog()),
        ("installed-base.jsonl", installed_base()),
        ("orders.jsonl", feed.lines),
    ):
        yield name, "".join(f"{line}\n" for line in lines)
    by_hand = [order.id for order in ORDERS if order.by_hand]
    yield "feed.json", _pretty({"waves": feed.waves, "byHand": by_hand})
    yield "outcomes.json", _pretty(outcomes())
    yield "returns.json", _pretty(returned())


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def build(directory: Path) -> None:
    """Writes every file."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
