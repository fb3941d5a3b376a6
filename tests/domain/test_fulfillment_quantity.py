"""CHG-07: a value that counts parts brings in as many domain orders as are missing."""

from __future__ import annotations

import pytest

from services.fulfillment.domain.catalog import Relationship
from tests.fulfillment import entry, instance, line, made, orders, published, reserved

COUNTED = Relationship(type="realized_as", target="sim", quantity_characteristic="sims")
CATALOG = published(
    entry("pool", to=(COUNTED,)), entry("sim", "service", to=("chip",)), entry("chip", "resource")
)


def asked(sims: int, had: int, before: int | None) -> list[tuple[str, str, str | None]]:
    """The domain orders of a pool with so many SIMs, whose value was `before`."""
    values = {} if before is None else {"sims": before}
    tree = [instance("P", "pool", values=values)]
    tree += [instance(f"S{n}", "sim", "P", kind="service") for n in range(had)]
    reservation = reserved([line("change", "pool", "P", values={"sims": sims})], tree)
    return [each for each in orders(made(reservation, CATALOG)) if each[1] == "sim" and each[0] == "add"]


@pytest.mark.rule("CHG-07")
@pytest.mark.parametrize(
    ("sims", "had", "before", "new"),
    [(5, 2, 2, 3), (3, 2, 2, 1), (2, 2, 2, 0), (5, 2, None, 3), (3, 0, 1, 3), (1, 2, 2, 0)],
)
def test_as_many_are_new_as_are_missing_from_what_is_asked_for(
    sims: int, had: int, before: int | None, new: int
) -> None:
    assert len(asked(sims, had, before)) == new


@pytest.mark.rule("CHG-07", "CHG-09")
def test_each_new_one_brings_all_that_it_needs() -> None:
    tree = [instance("P", "pool", values={"sims": 1}), instance("S", "sim", "P", kind="service")]
    reservation = reserved([line("change", "pool", "P", values={"sims": 3})], tree)
    added = [what for action, what, _ in orders(made(reservation, CATALOG)) if action == "add"]
    assert added == ["sim", "chip", "sim", "chip"]
