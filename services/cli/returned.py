"""A return, as `aftersale show return` prints it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group

from services.cli.screen import state
from services.cli.sections import Body, broken, head, section, text

_COLUMNS = ("line", "instance", "of it", "expected", "proposed", "state", "order", "replaced by", "found")


def returned(body: Body) -> Group:
    """What was expected beside what was decided and what was found; then why, and what people wrote."""
    facts = (("account", text(body["accountId"])), ("state", state(body["state"])))
    lines = body["lines"]
    refused = f"{body['refused']} was refused" if body.get("refused") else "Why"
    return Group(
        head(f"Return {text(body['returnId'])}", facts),
        *section("Lines", _COLUMNS, map(_line, lines)),
        *section("Said", ("line", "by the customer", "by the assessor"), map(_said, lines)),
        *broken("Needs attention", _troubles(body)),
        *broken(refused, body.get("reasons", ())),
    )


def _line(line: Body) -> tuple[str, ...]:
    return (
        text(line["lineId"]),
        text(line["instanceId"]),
        _quantity(line),
        state(line["expected"]),
        state(line["proposed"]),
        state(line["state"]),
        text(line["orderId"]),
        text(line["replacementId"]),
        state(line["outcome"]),
    )


def _quantity(line: Body) -> str:
    """How many were approved of those that came back; nothing where nobody counted."""
    brought, approved = line["quantity"], line["approvedQuantity"]
    if brought is None and approved is None:
        return ""
    return text(brought) if approved is None else f"{text(approved)} of {text(brought or 1)}"


def _said(line: Body) -> tuple[str, ...]:
    return text(line["lineId"]), text(line["reason"]), text(line["note"])


def _troubles(body: Body) -> Iterator[Body]:
    """Why the order of a line did not do it, by the line of the return."""
    for line in body["lines"]:
        yield from ({**reason, "lineId": line["lineId"]} for reason in line["reasons"])
