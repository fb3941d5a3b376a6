"""Who owns what at Fjordnet on the morning of the sample: the installed base, as it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.examples.catalog import KINDS
from schemas.examples.customers import (
    BUSINESS,
    Node,
    Tree,
    account,
    billing,
    business_site,
    connection,
    fleet,
    handset,
    home,
    managed_router,
    mobile,
    node,
    office,
    priority,
    roaming,
    site,
    sports,
    tv,
    voice,
)

HOUSEHOLDS = {
    1001: "4g 5g home tv sports voice",
    1002: "4g 5g home tv",
    1003: "4g home tv sports",
    1004: "4g 5g home tv voice static",
    1005: "4g home",
    1006: "roaming 5g home tv",
    1007: "4g home tv voice",
    1008: "4g 5g home voice",
    1009: "4g 5g home tv sports",
    1010: "4g home",
    1011: "4g 5g home",
    1012: "5g home tv",
    1013: "4g 5g home tv voice",
    1014: "4g home tv",
    1015: "4g 5g home",
    1016: "5g home tv sports voice",
    1019: "4g",
    1020: "4g home",
    1021: "home tv",
    1022: "roaming home tv sports",
    1023: "4g 5g home tv voice",
    1024: "4g 5g home tv",
    1025: "4g 5g home voice",
    1026: "home tv sports",
    1027: "4g home tv",
    1028: "4g 5g home tv",
    1029: "4g home voice",
    1030: "4g 5g home",
    1031: "5g home tv",
    1032: "4g home",
    1033: "home",
}
"""4g is the first mobile, 5g the second; roaming is a first mobile that roams."""


HANDSETS = {1033: 1, 1034: 5}
"""How many phones a customer has bought."""

COUNTED = (2001, 2002, 2003)
"""Companies with a fleet and an office."""


def trees() -> Iterator[Tree]:
    for number, owned in HOUSEHOLDS.items():
        yield from _household(number, owned.split())
    yield from _unusual()
    for number, count in HANDSETS.items():
        for n in range(1, count + 1):
            yield Tree(account=account(number), top=handset(number, n))
    for number in BUSINESS:
        yield from _business(number)


def _household(number: int, owned: list[str]) -> Iterator[Tree]:
    if "4g" in owned:
        yield Tree(account=account(number), top=mobile(number, 1, "4G"))
    if "roaming" in owned:
        yield Tree(account=account(number), top=mobile(number, 1, "4G", roaming(number, 1)))
    if "5g" in owned:
        yield Tree(account=account(number), top=mobile(number, 2, "5G"), since="2025-06-01T00:00:00+02:00")
    if "home" in owned:
        television = tv(number, *([sports(number)] if "sports" in owned else []))
        extras = [television] if "tv" in owned else []
        extras += [voice(number)] if "voice" in owned else []
        top = home(number, *extras, static="static" in owned)
        yield Tree(account=account(number), top=top, location=site(number))


def _unusual() -> Iterator[Tree]:
    """1017 does not pay, 1018 has left, 1019 still has copper."""
    for n in (1, 2, 3):
        yield Tree(account=account(1017), top=mobile(1017, n, "4G"), state="suspended")
    top = home(1017, tv(1017))
    yield Tree(account=account(1017), top=top, state="suspended", location=site(1017))
    yield Tree(account=account(1018), top=mobile(1018, 1, "4G"), state="inactive")
    top = home(1018, voice(1018))
    yield Tree(account=account(1018), top=top, state="inactive", location=site(1018))
    copper = node("1019-adsl", "legacy-adsl", speedMbps=24)
    yield Tree(account=account(1019), top=copper, location=site(1019), since="2011-09-01T00:00:00+02:00")


def _business(number: int) -> Iterator[Tree]:
    for at in ("1", "2"):
        extras = [managed_router(number, at)] if number % 2 == 0 else []
        top = business_site(number, at, *extras)
        yield Tree(account=account(number), top=top, location=site(number, at))
    extras = [priority(number)] if number % 2 else []
    yield Tree(account=account(number), top=connection(number, *extras))
    if number in COUNTED:
        yield Tree(account=account(number), top=fleet(number, 3))
        yield Tree(account=account(number), top=office(number, 3))


def records() -> Iterator[dict[str, Any]]:
    """What is loaded, parents before children."""
    for tree in trees():
        waiting: list[tuple[Node, str | None]] = [(tree.top, None)]
        while waiting:
            at, parent = waiting.pop()
            yield _record(tree, at, parent)
            waiting.extend((child, at.id) for child in reversed(at.below))


def _record(tree: Tree, at: Node, parent: str | None) -> dict[str, Any]:
    record = {
        "instanceId": at.id,
        "accountId": tree.account,
        "kind": KINDS[at.specification],
        "specificationId": at.specification,
        "specificationVersion": "1",
        "parentId": parent,
        "name": at.name,
        "state": tree.state,
        "location": tree.location,
        "characteristics": at.values or None,
        "start": tree.since,
        "externalId": billing(at.id) if parent is None and tree.billed else None,
    }
    return {name: value for name, value in record.items() if value is not None}
