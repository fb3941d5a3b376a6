"""What `aftersale show` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from services.cli import tables_field, tables_terms, tables_trouble
from services.cli.requested import requested
from services.cli.returned import returned
from services.cli.screen import state
from services.cli.sections import Body, broken, head, moment, section, text

_TASK = ("task", "kind", "state", "attempt", "after", "risk", "due", "expected", "fallout", "why")
FEW = 20
"""So many refused commands are listed for a person."""


def shown(kind: str, body: Body) -> RenderableType:
    """The page for a terminal, or for a pipe."""
    shape = {"order": _order, "instance": _instance, "plan": _plan, "account": _account, "return": returned}
    return shape[kind](body)


def _values(values: Body | None) -> str:
    return ", ".join(f"{text(name)}={text(value)}" for name, value in (values or {}).items())


def _priority(body: Body) -> str:
    number = body.get("priority")
    return "" if number is None else f"{number} ({text(body.get('priorityBand'))})"


def _order(body: Body) -> Group:
    facts = (
        ("account", text(body["accountId"])),
        ("state", state(body["state"])),
        ("action", _actions(body)),
        ("priority", _priority(body)),
        ("version", text(body.get("version"))),
        ("reason", text(body.get("reason"))),
        *tables_trouble.facts(body),
    )
    lines = (
        (
            text(line["lineId"]),
            state(line["action"]),
            state(line["state"]),
            text(line.get("instanceId")),
            text(line.get("specificationId")),
            text(line.get("location")),
            moment(line.get("dueDate")),
            _values(line.get("characteristics")),
            text(", ".join(line.get("instanceIds") or ())),
            tables_terms.asked(line),
            text(line.get("attention")),
            tables_trouble.level(line.get("risk")),
        )
        for line in body["lines"]
    )
    columns = (
        *("line", "action", "state", "instance", "specification", "location", "due", "sets", "ends"),
        "contract",
        "waits for",
        "risk",
    )
    refused = f"{body['refused']} was refused" if body.get("refused") else "Why"
    return Group(
        head(f"Order {text(body['orderId'])}", facts),
        *section("Lines", columns, lines),
        *section("Operations", ("operation", "action", "state", "at", "lines"), _operations_of(body)),
        *requested(body),
        *tables_trouble.fallouts(body.get("fallouts")),
        *broken(refused, body.get("reasons", ())),
        *broken("Warnings", body.get("warnings") or ()),
    )


def _instance(body: Body) -> Group:
    held = body.get("reservedBy")
    facts = (
        ("name", text(body.get("name"))),
        ("account", text(body["accountId"])),
        ("state", state(body["state"])),
        ("held by", text(held and held["orderId"])),
        ("kind", text(body["kind"])),
        ("specification", f"{text(body['specificationId'])} {_version(body)}".strip()),
        ("parent", text(body.get("parentId"))),
        ("root", text(body.get("rootId"))),
        ("location", text(body.get("location"))),
        ("quantity", text(body.get("quantity"))),
        ("external id", text(body.get("externalId"))),
        ("since", moment(body.get("start"))),
    )
    values = ((text(name), text(value)) for name, value in (body.get("characteristics") or {}).items())
    return Group(
        head(f"Instance {text(body['instanceId'])}", facts),
        *section("Characteristics", ("name", "value"), values),
        *section("Contract lines", tables_terms.COLUMNS, tables_terms.contract_lines(body)),
        *section("Entitlements", tables_terms.ENTITLED, tables_terms.entitlements(body)),
        *section("Operations", ("operation", "action", "state", "at", "order"), _operations(body)),
    )


def _version(body: Body) -> str:
    version = body.get("specificationVersion")
    return f"[dim]version {text(version)}[/]" if version is not None else ""


def _operations(body: Body) -> Iterator[tuple[str, ...]]:
    """Of an instance, with the orders that they are of."""
    for operation in body.get("operations") or ():
        yield (*_operation(operation), text(operation["orderId"]))


def _operations_of(order: Body) -> Iterator[tuple[str, ...]]:
    """Of an order, with the lines that they carry out."""
    for operation in order.get("operations") or ():
        yield (*_operation(operation), ", ".join(map(text, operation.get("lineIds") or ())))


def _operation(operation: Body) -> tuple[str, ...]:
    return (
        text(operation["operationId"]),
        state(operation["action"]),
        state(operation["state"]),
        moment(operation["at"]),
    )


def _plan(body: Body) -> Group:
    facts = (
        ("state", state(body.get("state"))),
        ("version", text(body.get("version"))),
        ("waits for", ", ".join(map(text, body.get("waitsFor", ())))),
        ("on hold for", ", ".join(map(_held, body.get("held", ())))),
        *tables_trouble.facts(body),
    )
    return Group(
        head(f"Plan of order {text(body['orderId'])}", facts),
        *_domain_orders(body["domainOrders"]),
        *section("Tasks", _TASK, map(_task, body["tasks"])),
        *tables_field.field_work(body),
        *tables_trouble.fallouts(body.get("fallouts")),
        *section(
            "Points of no return",
            ("line", "task", "kind", "charge"),
            [
                (text(one["lineId"]), text(one["taskId"]), text(one["kind"]), text(one["charge"]))
                for one in body.get("pointsOfNoReturn", ())
            ],
        ),
        *broken("Why", body.get("reasons", ())),
    )


def _held(one: Body) -> str:
    """A person holds the order, or somebody wants it changed."""
    version = one.get("version")
    return text(one["because"]) if version is None else f"{text(one['because'])} (version {text(version)})"


def _domain_orders(orders: Sequence[Body]) -> list[RenderableType]:
    if not orders:
        return []
    known = {order["domainOrderId"] for order in orders}
    tree = Tree("[bold]Domain orders[/]", guide_style="dim")
    _grow(tree, None, [{**order, "parentId": _known(order, known)} for order in orders], _domain_order)
    return [Text(), tree]


def _known(part: Body, known: set[Any]) -> Any:
    return part.get("parentId") if part.get("parentId") in known else None


def _grow(tree: Tree, parent: Any, parts: Sequence[Body], label: Any) -> None:
    for part in parts:
        if part["parentId"] == parent:
            own = part.get("domainOrderId") or part.get("instanceId")
            _grow(tree.add(label(part)), own, parts, label)


def _domain_order(order: Body) -> str:
    pair = f" pair {text(order['pairId'])}" if order.get("pairId") else ""
    aside = f"{text(order.get('instanceId'))}{pair}"
    return (
        f"{text(order['domainOrderId'])}  {state(order['action'])} [bold]{text(order['specificationId'])}[/]"
        f" [dim]{text(order['kind'])}[/]  {state(order['state'])}{tables_trouble.raised(order.get('risk'))}"
        f"  [dim]{aside}[/]"
    )


def _task(task: Body) -> tuple[str, ...]:
    after = ", ".join(text(name) for name in task.get("after") or ())
    undo = " [dim](undo)[/]" if task.get("undo") else ""
    return (
        f"{text(task['taskId'])}{undo}",
        tables_field.kind(task),
        state(task["state"]),
        text(task["attempt"]),
        after,
        tables_trouble.level(task.get("risk")),
        moment(task.get("due")),
        moment(task.get("expectedEnd")),
        text(task.get("falloutId")),
        _because(task),
    )


def _because(task: Body) -> str:
    """Why it joined the plan, and why somebody went on without it."""
    skipped = f"skipped: {task['skipped']}" if task.get("skipped") else None
    return text("; ".join(filter(None, (task.get("why"), skipped))))


def _account(body: Body) -> Group:
    instances = body["instances"]
    known = {instance["instanceId"] for instance in instances}
    live = sum(instance["state"] != "inactive" for instance in instances)
    tree = Tree("[bold]Owns[/]", guide_style="dim")
    _grow(tree, None, [{**one, "parentId": _known(one, known)} for one in instances], _owned)
    orders = (
        (
            text(order["orderId"]),
            _actions(order),
            state(order["state"]),
            str(len(order["lines"])),
            text("; ".join(dict.fromkeys(reason["rule"] for reason in order.get("reasons") or ()))),
            "; ".join(_dated(order)),
        )
        for order in body["orders"]
    )
    facts = (("instances", f"{live} of {len(instances)} in use"), ("orders", str(len(body["orders"]))))
    return Group(
        head(f"Account {text(body['accountId'])}", facts),
        *((Text(), tree) if instances else ()),
        *section("Orders", ("order", "action", "state", "lines", "broken rules", "on a day"), orders),
        *section("Returns", ("return", "state", "lines", "orders"), map(_return, body.get("returns") or ())),
        *_refused(body.get("refused", ())),
    )


def _return(body: Body) -> tuple[str, ...]:
    orders = ", ".join(text(line["orderId"]) for line in body["lines"] if line["orderId"])
    return text(body["returnId"]), state(body["state"]), str(len(body["lines"])), orders


def _refused(commands: Sequence[Body]) -> list[RenderableType]:
    """The latest refused commands, each with its reasons; of the others, how many there are."""
    rows = (
        (
            text(command["commandId"]) if at == 0 else "",
            text(command["commandType"]) if at == 0 else "",
            f"[red]{text(reason['rule'])}[/]",
            text(reason.get("lineId") or reason.get("field")),
            text(reason["message"]),
        )
        for command in commands[:FEW]
        for at, reason in enumerate(command["reasons"])
    )
    columns = ("command", "type", "rule", "where", "what is wrong, and what would be right")
    more = [f"[dim]and {len(commands) - FEW} earlier ones: --json has all[/]"] if len(commands) > FEW else []
    return [*section("Refused", columns, rows), *more]


def _actions(order: Body) -> str:
    """Of an order, or of its lines where each has its own."""
    if action := order.get("action"):
        return state(action)
    return ", ".join(dict.fromkeys(state(line["action"]) for line in order["lines"]))


def _owned(instance: Body) -> str:
    label = (
        f"{text(instance['instanceId'])}  [bold]{text(instance['specificationId'])}[/]"
        f" [dim]{text(instance['kind'])}[/]  {state(instance['state'])}"
    )
    label = "  ".join((label, *_dated(instance)))
    extra = " · ".join(
        filter(None, (text(instance.get("location")), _values(instance.get("characteristics"))))
    )
    return f"{label}  [dim]{extra}[/]" if extra else label


def _dated(body: Body) -> Iterator[str]:
    """D-09: what is to happen to it on a day that is to come."""
    for operation in body.get("operations") or ():
        if operation["state"] == "scheduled":
            yield f"[yellow]{text(operation['action'])} on {moment(operation['at'])}[/]"
