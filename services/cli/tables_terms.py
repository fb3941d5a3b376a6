"""Contract lines and entitlements, as `aftersale show` prints them for people."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from services.cli.screen import state
from services.cli.sections import Body, moment, text

COLUMNS = ("contract line", "contract", "state", "from", "until", "months")
ENTITLED = ("entitlement", "contract line", "state", "from", "until", "months")


def contract_lines(instance: Body) -> Iterator[tuple[str, ...]]:
    for term in instance.get("contractLines") or ():
        yield _row(term, term["contractLineId"], term.get("contractId"))


def entitlements(instance: Body) -> Iterator[tuple[str, ...]]:
    for term in instance.get("entitlements") or ():
        yield _row(term, term["entitlementId"], term.get("contractLineId"))


def _row(term: Body, id: str, of: str | None) -> tuple[str, ...]:
    dates = (moment(term.get(name)) for name in ("start", "end"))
    return (text(id), text(of), state(term["state"]), *dates, text(term.get("term")))


def asked(line: Body) -> str:
    """What a line of an order says of its contract line, in a few words."""
    terms = line.get("contractLine")
    if not terms:
        return ""
    length = f"{terms['term']} months" if terms.get("term") else ""
    start, end = (_day(terms.get(name)) for name in ("start", "end"))
    words = (terms["type"].replace("_", " "), length, start and f"from {start}", end and f"until {end}")
    return escape(" ".join(filter(None, words)))


def _day(moment: str | None) -> str:
    return (moment or "")[:10]
