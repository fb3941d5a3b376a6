"""What customers of Fjordnet have agreed to: contracts with their lines, and entitlements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.examples.customers import account
from schemas.examples.days import day

Record = dict[str, Any]


def contract_line(number: int, product: str) -> str:
    return f"{number}-{product}-terms"


AGREED: dict[int, tuple[str, ...]] = {
    1007: ("home", "m1"),
    1009: ("home",),
    1016: ("home", "m2"),
    1017: ("home", "m1"),
    1025: ("home", "m1", "m2"),
    1027: ("home", "m1"),
    1031: ("home", "m2"),
    1032: ("home", "m1"),
    1033: ("home", "router"),
}
"""The products that have a line in the contract of the account."""

SUSPENDED = frozenset({1017})
"""Accounts that do not pay: what they agreed to rests with what they own."""

START, END = "2024-03-01T00:00:00+01:00", "2034-03-01T00:00:00+01:00"
ENDS_SOON = {contract_line(1027, "m1"): day(14)}
"""What was agreed for a shorter time."""


def support(number: int) -> str:
    """The entitlement of a household to have somebody come."""
    return f"{number}-home-support"


def contracts() -> Iterator[Record]:
    """`contract.load`, one an account."""
    for number, products in AGREED.items():
        yield {
            "contractId": f"{number}-contract",
            "accountId": account(number),
            "state": "active",
            "start": START,
            "lines": [_line(number, product) for product in products],
        }


def _line(number: int, product: str) -> Record:
    id = contract_line(number, product)
    ids = {"contractLineId": id, "instanceId": f"{number}-{product}"}
    return {**ids, "state": _state(number), "start": START, "end": ENDS_SOON.get(id, END)}


def entitlements() -> Iterator[Record]:
    """`entitlement.load`: each under the contract line of the home."""
    for number in AGREED:
        yield {
            "entitlementId": support(number),
            "accountId": account(number),
            "instanceId": f"{number}-home",
            "contractLineId": contract_line(number, "home"),
            "state": _state(number),
        }


def _state(number: int) -> str:
    return "suspended" if number in SUSPENDED else "active"
