"""Quantities from the order to the instances: more of something, and many by one line."""

from __future__ import annotations

import pytest

from tests.journey.worlds import effects
from tests.quantities import counting, lines, order, standing
from tests.scenarios import line, place

MORE = (place("Q1", "change", "POOL", characteristics={"sims": 5}),)


@pytest.mark.rule("CHG-07")
def test_a_larger_number_makes_further_instances_with_all_that_they_need() -> None:
    world = counting(MORE)
    assert order(world)["state"] == "completed"
    assert len(standing(world, "SIM", "Q1")) == 3 + 2 * 2
    assert world.pages()["instance", "POOL"]["characteristics"] == {"sims": 5}


@pytest.mark.rule("CHG-07")
def test_a_larger_number_of_bundled_products_makes_further_products() -> None:
    world = counting((place("Q1", "change", "OFFICE", characteristics={"seats": 4}),))
    assert lines(world) == {"1": "completed", "2": "completed", "3": "completed"}
    assert standing(world, "SEAT", "Q1") == dict.fromkeys(("SEAT-1", "SEAT-2", "Q1:2", "Q1:3"), "active")
    assert world.pages()["instance", "Q1:2"]["parentId"] == "OFFICE"


@pytest.mark.rule("CHG-09")
def test_one_line_of_three_makes_three_products_that_can_be_named_one_by_one() -> None:
    many = place("Q1", None, lines=[line("A", "add", specificationId="seat", quantity=3)])
    world = counting((many,), (place("Q2", "disconnect", "Q1:A.2"),))
    assert standing(world, "Q1") == {"Q1:A": "active", "Q1:A.3": "active"}


@pytest.mark.rule("CHG-01")
def test_a_change_sets_the_quantity_of_an_instance() -> None:
    world = counting((place("Q1", None, lines=[line("1", "change", instanceId="SEAT-1", quantity=7)]),))
    assert world.pages()["instance", "SEAT-1"]["quantity"] == 7


@pytest.mark.rule("CHG-07", "CHG-09")
def test_quantities_end_alike_in_whatever_order_messages_arrive() -> None:
    calm = effects(counting(MORE))
    assert all(effects(counting(MORE, seed=seed)) == calm for seed in range(8))
