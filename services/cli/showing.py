"""`aftersale show`: the current state, from the pages of the services, with personal values readable."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json

from services.chassis.answers import CommandRefused, reason_data
from services.chassis.follower import VIEW
from services.chassis.personal import unseal_all
from services.chassis.ports import Document, Keys, Store
from services.cli.clock import how_far
from services.cli.errors import Failed
from services.cli.expected import as_of
from services.cli.installation import Stores, shelf
from services.cli.refusals import last_refusal, refused_of

CATCH_UP_SECONDS = 2.0

Body = dict[str, Any]

_RISK = ("risk", "expectedEnd")
_LINE = ("lineId", "action", "state", "instanceId", "specificationId", "location", "dueDate", *_RISK)
_OPERATION = ("operationId", "action", "state", "at", "orderId")
_DOMAIN_ORDER = (
    "domainOrderId",
    "kind",
    "specificationId",
    "action",
    "state",
    "parentId",
    "instanceId",
    "pairId",
    *_RISK,
)
_TASK = ("taskId", "name", "kind", "state", "attempt", "domainOrderId", "after", "undo", "due", *_RISK)
_FALLOUT = (
    *("falloutId", "taskId", "type", "stage", "rule", "message", "assignee", "resolution"),
    "advice",
)
_TROUBLE = (*_RISK, "fallouts")
_ORDER = (
    "orderId",
    "accountId",
    "state",
    "action",
    "version",
    "lines",
    "operations",
    "request",
    "declined",
    "reasons",
    *_TROUBLE,
)
_INSTANCE = (
    "instanceId",
    "accountId",
    "kind",
    "specificationId",
    "specificationVersion",
    "parentId",
    "rootId",
    "state",
    "location",
    "characteristics",
    "contractLines",
    "entitlements",
    "operations",
)
_PLAN = ("orderId", "version", "domainOrders", "tasks", *_TROUBLE)
_RETURN = ("returnId", "accountId", "state", "lines", "reasons")
_PARTS = {
    "lines": _LINE,
    "operations": _OPERATION,
    "domainOrders": _DOMAIN_ORDER,
    "tasks": _TASK,
    "fallouts": _FALLOUT,
}
FIELDS = {
    "order": _ORDER,
    "instance": _INSTANCE,
    "plan": _PLAN,
    "return": _RETURN,
    "account": ("accountId", "instances", "orders", "returns", "refused"),
}


def contract(kind: str, body: Mapping[str, Any]) -> Body:
    """The fields of the contract, in its order and no others."""
    if kind == "account":
        parts = {"instances": "instance", "orders": "order", "returns": "return"}
        shown = {name: [contract(part, each) for each in body[name]] for name, part in parts.items()}
        return {"accountId": body["accountId"], **shown, "refused": body["refused"]}
    if kind == "return":
        return _only(_RETURN, body)
    return {
        name: [_only(_PARTS[name], part) for part in body.get(name, ())] if name in _PARTS else body.get(name)
        for name in FIELDS[kind]
    }


def _only(names: tuple[str, ...], part: Mapping[str, Any]) -> Body:
    return {name: part.get(name) for name in names}


class Pages:
    """What the services show. Pages a moment behind their log are waited for."""

    def __init__(self, stores: Stores, keys: Keys, now: datetime | None = None) -> None:
        """`now` when it is not what the clock of the installation says."""
        self._stores = stores
        self._keys = keys
        self._now = now or datetime.now(UTC) + how_far(stores)

    def find(self, kind: str, id: str) -> Body:
        """The page. Raises `Failed` for an unknown id."""
        finders: dict[str, Callable[[str], Body]] = {
            "order": self.order,
            "instance": lambda id: self._page("inventory", "instance", id),
            "plan": self._plan,
            "account": self.account,
            "return": self.returned,
        }
        return finders[kind](id)

    def order(self, id: str) -> Body:
        page = shelf("order", self._stores).document("order", id)
        refusal = last_refusal(self._stores["order"], "order", id, page and page.account)
        if page is None:
            raise Failed(_not_there("order", id, refusal))
        return _in_trouble(self._with_reasons(page, refusal), self._plan_of(id))

    def _plan_of(self, id: str) -> Body:
        page = shelf("fulfillment", self._stores).document("plan", id)
        return {} if page is None else self._expected(page)

    def returned(self, id: str) -> Body:
        """A return, and why the last command about it was refused, if it was."""
        page = shelf("order", self._stores).document("return", id)
        refusal = last_refusal(self._stores["order"], "return", id, page and page.account)
        if page is None:
            raise Failed(_not_there("return", id, refusal))
        return self._returned(page, refusal)

    def _returned(self, page: Document, refusal: CommandRefused | None) -> Body:
        reasons = [] if refusal is None else [reason_data(reason) for reason in refusal.reasons]
        return {**self._body(page), "reasons": reasons, "refused": refusal and refusal.command_type}

    def _with_reasons(self, page: Document, refusal: CommandRefused | None) -> Body:
        body = self._body(page)
        if body.get("state") != "rejected":
            body["reasons"] = (
                _why_canceled(body)
                if refusal is None
                else [reason_data(reason) for reason in refusal.reasons]
            )
            body["refused"] = None if refusal is None else refusal.command_type
        return body

    def account(self, id: str) -> Body:
        """What it owns and what it ordered, ended ones included, and what was refused to it."""
        for store in self._stores.values():
            caught_up(store)
        order = self._stores["order"]
        instances = [self._body(page) for page in shelf("inventory", self._stores).documents("instance", id)]
        plans = {page.id: page for page in shelf("fulfillment", self._stores).documents("plan", id)}
        orders = [
            _in_trouble(
                self._with_reasons(page, last_refusal(order, "order", page.id, page.account)),
                self._expected(plans[page.id]) if page.id in plans else {},
            )
            for page in shelf("order", self._stores).documents("order", id)
        ]
        returns = [
            self._returned(page, last_refusal(order, "return", page.id, page.account))
            for page in shelf("order", self._stores).documents("return", id)
        ]
        refused = refused_of(self._stores, id)
        if not instances and not orders and not refused:
            raise Failed(f"there is no account {id}: nothing was loaded for it and nothing ordered")
        shown = {"instances": instances, "orders": orders, "returns": returns}
        return {"accountId": id, **shown, "refused": refused}

    def _plan(self, id: str) -> Body:
        if (page := shelf("fulfillment", self._stores).document("plan", id)) is not None:
            return self._expected(page)
        state = self.order(id)["state"]
        raise Failed(f"order {id} is {state.replace('_', ' ')} and has no plan: a plan follows its approval")

    def _page(self, service: str, kind: str, id: str) -> Body:
        if (page := shelf(service, self._stores).document(kind, id)) is None:
            raise Failed(
                f"there is no {kind} {id}: 'aftersale show account ACCOUNT' lists what an account has"
            )
        return self._body(page)

    def _expected(self, page: Document) -> Body:
        return as_of(self._body(page), self._now)

    def _body(self, page: Document) -> Body:
        key = self._keys.get((page.account,), make=False).get(page.account)
        body: Body = unseal_all(key, from_json(page.body))
        return body


def _in_trouble(order: Body, plan: Body) -> Body:
    """What its plan says of the order: what is late or held, and what of its lines is at risk."""
    risks = {line["lineId"]: line for line in plan.get("lines", ())}
    lines = [{**line, **_only(_RISK, risks.get(line["lineId"], {}))} for line in order["lines"]]
    return {**order, **_only(_RISK, plan), "fallouts": plan.get("fallouts", []), "lines": lines}


def caught_up(store: Store, seconds: float = CATCH_UP_SECONDS) -> bool:
    """Waits until the pages show what the log held when asked; False when they do not in time."""
    head, deadline = store.head(), time.monotonic() + seconds
    while store.documents_position(VIEW) < head:
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def _not_there(kind: str, id: str, refusal: CommandRefused | None) -> str:
    if refusal is None:
        return f"there is no {kind} {id}: send one with 'aftersale send'"
    why = "; ".join(f"{reason.rule}: {reason.message}" for reason in refusal.reasons)
    return f"there is no {kind} {id}: its {refusal.command_type} was refused ({why})"


def _why_canceled(body: Body) -> list[Any]:
    """The rules that a dated line broke on its day."""
    canceled = any(one["state"] == "canceled" for one in body.get("operations") or ())
    return list(body.get("reasons") or ()) if canceled else []
