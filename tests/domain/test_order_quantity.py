"""Quantities in an order: one line for many products, and parts that a value counts."""

from __future__ import annotations

import pytest

from services.order.domain.line import Line
from tests.domain.order_known import Heard, add, bundles, home, line

COUNTED = {"name": "seats", "type": "number"}


def office() -> Heard:
    """An office with two seats, counted by a value."""
    return (
        Heard()
        .sells(
            "office",
            characteristics=[COUNTED],
            relationships=[bundles("seat", quantityCharacteristic="seats", min=1, max=9)],
        )
        .owns("OFFICE", "office")
        .owns("SEAT-1", "seat", "OFFICE")
        .owns("SEAT-2", "seat", "OFFICE")
    )


def written(heard: Heard, *lines: Line) -> list[tuple[str, str | None, str | None, str | None]]:
    """Lines as (id, what it is about, the line above, the instance above)."""
    request = heard.written(lines=lines)
    return [
        (
            item.line_id,
            item.instance_id or item.specification_id,
            item.parent_line_id,
            item.parent_instance_id,
        )
        for item in request.lines
    ]


# ---------------------------------------------------------------------------- many by one line


@pytest.mark.rule("CHG-09")
def test_a_line_of_three_is_three_lines_of_one() -> None:
    request = home().written(lines=(add("A", "tv", quantity=3),))
    assert [(item.line_id, item.quantity) for item in request.lines] == [("A", 1), ("A.2", 1), ("A.3", 1)]


@pytest.mark.rule("CHG-09")
def test_each_of_them_has_all_that_was_written_below_it() -> None:
    lines = (
        add("H", "home", quantity=2),
        add("N", "internet", parent_line_id="H"),
        add("T", "tv", parent_line_id="H", quantity=2),
    )
    found = [(what, above) for _, what, above, _ in written(home(), *lines) if what in ("internet", "tv")]
    each = ["internet", "tv", "tv"]
    assert sorted(found) == sorted((what, above) for above in ("H", "H.2") for what in each)


@pytest.mark.rule("CHG-09")
def test_line_ids_that_are_taken_are_left_alone() -> None:
    found = [one for one, *_ in written(home(), add("A", "tv", quantity=2), add("A.2", "tv"))]
    assert found == ["A", "A.2", "A.3"]


@pytest.mark.rule("CHG-09")
def test_written_out_again_nothing_becomes_more() -> None:
    first = home().written(lines=(add("A", "tv", quantity=3),))
    assert home().written(lines=first.lines).lines == first.lines


@pytest.mark.rule("LIM-01", "CHG-09")
def test_a_quantity_beyond_what_an_order_holds_is_refused() -> None:
    assert (None, "LIM-01") in home().rules(add("A", "tv", quantity=1_000_000))


# ------------------------------------------------------------------------------ counted by a value


@pytest.mark.rule("CHG-07")
def test_a_larger_number_of_bundled_products_writes_a_line_for_each_that_is_new() -> None:
    lines = written(office(), line("1", "change", "OFFICE", characteristics={"seats": 4}))
    assert lines == [
        ("1", "OFFICE", None, None),
        ("2", "seat", "1", "OFFICE"),
        ("3", "seat", "1", "OFFICE"),
    ]


@pytest.mark.rule("CHG-09")
def test_what_is_new_has_as_many_as_its_value_says() -> None:
    lines = written(office(), add("1", "office", characteristics={"seats": 3}))
    assert [what for _, what, _, _ in lines] == ["office", "seat", "seat", "seat"]


@pytest.mark.rule("CHG-07")
def test_those_that_the_caller_wrote_are_counted() -> None:
    given = (
        line("1", "change", "OFFICE", characteristics={"seats": 4}),
        add("2", "seat", parent_instance_id="OFFICE"),
        line("3", "disconnect", "SEAT-1"),
    )
    assert [what for _, what, _, _ in written(office(), *given)] == [
        "OFFICE",
        "seat",
        "SEAT-1",
        "seat",
        "seat",
    ]


@pytest.mark.rule("DIS-06", "CHG-01")
def test_the_quantity_of_what_counts_its_parts_by_a_value_is_that_value() -> None:
    [changed, *new] = office().written(lines=(line("1", "change", "OFFICE", quantity=3),)).lines
    assert (changed.characteristics, changed.quantity, len(new)) == ({"seats": 3}, None, 1)


@pytest.mark.rule("CHG-01")
def test_the_quantity_of_anything_else_is_its_own() -> None:
    [changed] = home().written(lines=(line("1", "change", "TV", quantity=3),)).lines
    assert changed.quantity == 3
    assert home().rules(line("1", "change", "TV", quantity=3)) == []


@pytest.mark.rule("CHG-07")
@pytest.mark.parametrize(("asked", "said"), [(0, "at least 1"), (10, "at most 9"), (2.5, "a whole number")])
def test_a_number_that_the_catalog_does_not_allow_is_refused(asked: float, said: str) -> None:
    reasons = office().refuses(line("1", "change", "OFFICE", characteristics={"seats": asked}))
    assert said in next(reason.message for reason in reasons if reason.rule == "CHG-07")


def test_a_quantity_stands_on_an_add_or_a_change() -> None:
    assert home().rules(add("1", "tv", quantity=1)) == []
    assert home().rules(add("1", "tv", quantity=0)) == [("1", "CHG-14")]
    assert home().rules(line("1", "change", "TV", quantity=0)) == [("1", "CHG-14")]
    assert home().rules(line("1", "suspend", "TV", quantity=2)) == [("1", "CHG-01")]


@pytest.mark.rule("DIS-06")
def test_a_disconnect_ends_the_whole_instance() -> None:
    assert home().rules(line("1", "disconnect", "TV", quantity=1)) == [("1", "DIS-06")]
