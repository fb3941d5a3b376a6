"""What somebody wants otherwise of an order under way, as `aftersale show order` prints it for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from services.cli.screen import state
from services.cli.sections import Body, broken, moment, section, text

_EDITED = ("specificationId", "offeringId", "location", "quantity", "dueDate", "instanceId")
"""What is shown of a line that is asked for, beside its characteristics."""


def requested(order: Body) -> list[RenderableType]:
    """The request that waits, with what it changes, or why the last one was declined."""
    request, declined = order.get("request"), order.get("declined")
    if request is not None:
        return [Text(), f"[bold]Asked for[/]: {_sentence(request)}", *_changes(request)]
    if declined is None:
        return []
    because = f": {text(declined['reason'])}" if declined.get("reason") else ""
    title = f"The change asked for in version {text(declined['version'])} was declined"
    if not declined.get("reasons"):
        return [Text(), f"[bold]{title}[/]{because}"]
    return broken(title, declined["reasons"])


def _sentence(request: Body) -> str:
    what = {"revision": "other lines", "cancellation": "the end of the whole order"}[request["kind"]]
    answer = {
        "requested": "answer with order.approve-change or order.decline-change",
        "approved": "approved, and under way",
    }[request["state"]]
    because = f", because: {text(request['reason'])}" if request.get("reason") else ""
    return f"{what} (version {text(request['version'])}){because}; {answer}"


def _changes(request: Body) -> list[RenderableType]:
    lines = {line["lineId"]: line for line in request.get("lines", ())}
    rows = (
        (
            text(change["lineId"]),
            state(change["operation"]),
            text(", ".join(change.get("types", ()))),
            ", ".join(_wanted(change, lines.get(change["lineId"], {}))),
        )
        for change in request.get("changes", ())
    )
    return section("", ("line", "to do", "of it", "as it should be"), rows)[2:]


def _wanted(change: Body, line: Body) -> Iterator[str]:
    """Of a new line all of it, of another what differs."""
    new = change["operation"] == "add"
    if new:
        yield state(line.get("action"))
    values = line.get("characteristics") or {}
    names = values if new else change.get("characteristics", ())
    yield from (f"{text(name)}={text(values.get(name)) or '(left out)'}" for name in names)
    for name in _EDITED:
        if line.get(name) is not None and (new or _TYPE.get(name) in change.get("types", ())):
            yield f"{name} {moment(line[name]) if name == 'dueDate' else text(line[name])}"


_TYPE = {
    "specificationId": "specification",
    "offeringId": "offering",
    "location": "location",
    "quantity": "quantity",
    "dueDate": "date",
}
