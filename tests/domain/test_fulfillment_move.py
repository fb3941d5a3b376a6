"""Moves: two sets of domain orders, linked in pairs, and which side comes first (MOV-03 to MOV-07, D-05)."""

from __future__ import annotations

from typing import Any

import pytest

from services.fulfillment.domain.blueprint import Blueprint
from services.fulfillment.domain.catalog import Cutover, Relationship, Scalar
from services.fulfillment.domain.decomposition import Impossible
from services.fulfillment.domain.events import DomainOrderClosed
from services.fulfillment.domain.reservation import Instance, Reservation
from tests.fulfillment import (
    Given,
    characteristic,
    entry,
    instance,
    line,
    made,
    mapping,
    order,
    outcome,
    plan,
    published,
    reserved,
    rule,
    tasks,
)

TEAR_DOWN, BUILD_UP = plan("disconnect", "tear-down"), plan("add", "build-up")


def both(
    id: str, new: str, specification: str, parent: tuple[str, str] | None, **more: Any
) -> list[Instance]:
    """The two sides of one instance that moves."""
    old_parent, new_parent = parent or (None, None)
    return [
        instance(id, specification, old_parent, side="cease", pair_id=new, location="OLD", **more),
        instance(
            new,
            specification,
            new_parent,
            side="provide",
            pair_id=id,
            location="NEW",
            new=True,
            **more,
        ),
    ]


def moved(**values: Scalar) -> Reservation:
    """An internet product with its service moves from OLD to NEW."""
    return reserved(
        [line(values=values, new_instance_id="O~1", location="NEW")],
        [
            *both("I", "O~1", "internet", None, values={"speed": 100}),
            *both("S", "O~2", "access", ("I", "O~1"), kind="service"),
        ],
    )


def catalog(cutover: Cutover | None = None, **more: Any) -> Any:
    return published(
        entry("internet", to=("access",), **more),
        entry(
            "access",
            "service",
            plans=[
                plan("change", "tear-down", move="cease", cutover=cutover),
                plan("add", "build-up", move="provide"),
            ],
        ),
    )


def sides(blueprint: Blueprint) -> list[tuple[str, str | None, str | None, str | None]]:
    return [(each.action, each.side, each.instance_id, each.location) for each in blueprint.domain_orders]


@pytest.mark.rule("MOV-03", "MOV-04", "MOV-05", "MOV-10", "DEC-06")
def test_a_move_has_a_change_and_an_add_for_every_instance() -> None:
    assert sides(made(moved(), catalog())) == [
        ("change", "cease", "I", "OLD"),
        ("add", "provide", "O~1", "NEW"),
        ("change", "cease", "S", "OLD"),
        ("add", "provide", "O~2", "NEW"),
    ]


@pytest.mark.rule("MOV-07")
def test_each_domain_order_names_its_counterpart() -> None:
    blueprint = made(moved(), catalog())
    assert [each.pair_id for each in blueprint.domain_orders] == ["O.2", "O.1", "O.4", "O.3"]
    assert [each.parent_id for each in blueprint.domain_orders] == [None, None, "O.1", "O.2"]


@pytest.mark.rule("MOV-06")
def test_values_go_over_to_the_new_side_and_new_ones_only_there() -> None:
    blueprint = made(moved(speed=1000, colour="red"), catalog())
    assert order(blueprint, "internet", "cease").characteristics == {"speed": 100}
    assert order(blueprint, "internet", "provide").characteristics == {"speed": 1000, "colour": "red"}


@pytest.mark.rule("MOV-06", "DEC-05")
def test_values_are_mapped_within_the_new_side_alone() -> None:
    blueprint = made(moved(speed=1000), catalog(mappings=(mapping("speed", "access"),)))
    assert order(blueprint, "access", "cease").characteristics == {}
    assert order(blueprint, "access", "provide").characteristics == {"speed": 1000}


def test_the_new_side_is_a_copy_and_gets_no_defaults() -> None:
    with_default = catalog(characteristics=(characteristic("colour", default="white"),))
    blueprint = made(moved(), with_default)
    assert order(blueprint, "internet", "provide").characteristics == {"speed": 100}


@pytest.mark.rule("D-05")
@pytest.mark.parametrize(
    ("cutover", "opened", "answered"),
    [
        (None, ["build-up"], ["build-up", "tear-down"]),
        ("make_before_break", ["build-up"], ["build-up", "tear-down"]),
        ("break_before_make", ["tear-down"], ["tear-down", "build-up"]),
        ("overlap", ["tear-down", "build-up"], ["tear-down", "build-up"]),
    ],
)
def test_the_cut_over_says_which_side_comes_first(
    cutover: Cutover | None, opened: list[str], answered: list[str]
) -> None:
    given = Given(made(moved(), catalog(cutover)))

    assert [task.rpartition(".")[2] for task in given.open()] == opened
    assert [task.rpartition(".")[2] for task in given.finish()] == answered
    assert given.plan.completed


@pytest.mark.rule("D-05")
def test_the_cut_over_may_stand_in_the_plan_of_the_new_side() -> None:
    entries = published(
        entry("internet", plans=[BUILD_UP, plan("add", move="provide", cutover="break_before_make")]),
    )
    reservation = reserved([line(new_instance_id="O~1", location="NEW")], both("I", "O~1", "internet", None))
    assert order(made(reservation, entries), "internet", "provide").waits_for == ("O.1",)


@pytest.mark.rule("D-05")
def test_a_pair_without_tasks_still_closes_in_its_order() -> None:
    given = Given(made(moved(), published(entry("internet"), entry("access", "service"))))
    closed = [event.domain_order.instance_id for event in given.began if isinstance(event, DomainOrderClosed)]
    assert closed == ["O~2", "O~1", "S", "I"]


@pytest.mark.rule("D-05")
def test_cut_overs_that_differ_down_the_tree_never_block_each_other() -> None:
    entries = published(
        entry("internet", to=("access",), plans=[plan("change", "x", move="cease")]),
        entry("access", "service", plans=[plan("change", "y", move="cease", cutover="break_before_make")]),
    )
    given = Given(made(moved(), entries))
    given.finish()
    assert given.plan.completed


@pytest.mark.rule("MOV-10")
def test_without_plans_for_a_move_the_old_side_disconnects_and_the_new_side_adds() -> None:
    entries = published(
        entry("internet", to=("access",)),
        entry("access", "service", plans=[plan("change", "re-wire"), TEAR_DOWN, BUILD_UP]),
    )
    assert tasks(made(moved(), entries)) == {"O.3.tear-down": (), "O.4.build-up": ()}


@pytest.mark.rule("MOV-10")
def test_a_plan_for_one_side_of_a_move_is_not_used_without_a_move() -> None:
    entries = published(entry("internet", plans=[plan("change", "tear-down", move="cease")]))
    assert tasks(made(reserved([line()], [instance("I", "internet")]), entries)) == {}


@pytest.mark.rule("MOV-V6")
def test_inside_a_move_one_component_ends_and_another_is_added() -> None:
    reservation = reserved(
        [
            line(new_instance_id="O~1", location="NEW"),
            line("disconnect", "tv", "T", id="2"),
            line("add", "voice", None, id="3", new_instance_id="O:3"),
        ],
        [
            *both("I", "O~1", "internet", None),
            instance("T", "tv", "I", action="disconnect", line="2"),
            instance("O:3", "voice", "O~1", action="add", line="3", new=True),
        ],
    )
    entries = published(entry("internet"), entry("tv", plans=[TEAR_DOWN]), entry("voice", plans=[BUILD_UP]))
    blueprint = made(reservation, entries)

    assert [(each.action, each.side) for each in blueprint.domain_orders] == [
        ("change", "cease"),
        ("add", "provide"),
        ("disconnect", None),
        ("add", None),
    ]
    assert [each.parent_id for each in blueprint.domain_orders] == [None, None, "O.1", "O.2"]
    assert tasks(blueprint) == {"O.3.tear-down": (), "O.4.build-up": ()}


@pytest.mark.rule("DEC-07", "MOV-05")
def test_a_value_changed_in_the_move_adds_and_ends_targets_at_the_new_site() -> None:
    entries = published(
        entry(
            "internet",
            to=("access", "mail"),
            rules=(rule("access", "speed", 100), rule("mail", "speed", 1000)),
        ),
        entry("access", "service", plans=[TEAR_DOWN, BUILD_UP]),
        entry("mail", "service"),
    )
    blueprint = made(moved(speed=1000), entries)

    new, ended = order(blueprint, "mail", "provide"), order(blueprint, "access", "provide")
    assert (new.action, new.parent_instance_id, new.location) == ("add", "O~1", "NEW")
    assert ended.action == "disconnect"
    assert tasks(blueprint) == {"O.4.tear-down": ()}, "what never stood at the new site is not torn down"


@pytest.mark.rule("MOV-05")
def test_parts_go_along_on_both_sides() -> None:
    entries = published(
        entry("internet", to=(Relationship(type="composed_of", target="access"),)), entry("access")
    )
    blueprint = made(moved(), entries)
    assert [each.composed_of for each in blueprint.domain_orders] == [("S",), ("O~2",)]


@pytest.mark.rule("DEC-01")
def test_tasks_that_wait_across_the_cut_over_make_no_plan() -> None:
    entries = published(
        entry("internet", to=("access",)),
        entry(
            "access",
            "service",
            plans=[
                plan("change", "tear-down", move="cease"),
                plan("add", "build-up<access/tear-down", move="provide"),
            ],
        ),
    )
    found = outcome(moved(), entries)
    assert isinstance(found, Impossible)
    assert "waits for itself" in found.reasons[0].message
