"""What is wrong with a catalog entry is said, every problem with its place."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.catalog import Problem, Specification, check, fits


def entry(name: str, kind: str = "product", **fields: Any) -> Specification:
    return Specification.model_validate(
        {"specificationId": name, "version": "1", "name": name, "kind": kind, **fields}
    )


def problems(it: Specification, *others: Specification) -> list[Problem]:
    return check(it, {other.specification_id: other for other in others})


def to(type_: str, target: str, **fields: Any) -> dict[str, Any]:
    return {"type": type_, "target": target, **fields}


def plan(*tasks: dict[str, Any], actions: tuple[str, ...] = ("add",), **fields: Any) -> dict[str, Any]:
    return {"actions": actions, "tasks": tasks, **fields}


def task(name: str, *after: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "kind": "provision", "after": after, **fields}


def test_an_entry_with_nothing_wrong_has_no_problems() -> None:
    line = entry(
        "LINE",
        characteristics=[{"name": "speed", "type": "number", "values": [100, 500], "default": 100}],
        relationships=[to("realized_as", "ACCESS", mandatory=True, min=1, default=1, max=2)],
        rules=[{"target": "ACCESS", "characteristic": "speed", "equals": 500}],
        mappings=[{"characteristic": "speed", "target": "ACCESS", "as": "rate"}],
        compatibility=[to("excludes", "OTHER")],
        plans=[
            plan(task("book"), task("activate", "book", "ACCESS/build")),
            plan(task("end"), actions=("disconnect",)),
        ],
    )
    assert problems(line, entry("ACCESS", "service", layer="cfs", plans=[plan(task("build"))])) == []


def test_what_is_not_published_yet_may_be_named() -> None:
    it = entry("A", relationships=[to("bundles", "LATER")], plans=[plan(task("go", "LATER/done"))])
    assert problems(it) == []


def test_a_cycle_among_known_entries_is_named_with_its_path() -> None:
    b = entry("B", relationships=[to("bundles", "C")])
    c = entry("C", relationships=[to("bundles", "A")])
    (found,) = problems(entry("A", relationships=[to("bundles", "B")]), b, c)
    assert found == ("relationships", "a cycle: A -> B -> C -> A. Take one of these relationships out")


def test_an_entry_that_contains_itself_is_a_cycle() -> None:
    (found,) = problems(entry("A", relationships=[to("bundles", "A")]))
    assert "A -> A" in found[1]


def test_a_cycle_elsewhere_does_not_hold_up_an_entry_beside_it() -> None:
    b = entry("B", relationships=[to("bundles", "C")])
    c = entry("C", relationships=[to("bundles", "B")])
    assert problems(entry("A", relationships=[to("bundles", "B")]), b, c) == []


def test_the_version_before_is_left_out_of_account() -> None:
    before = entry("A", relationships=[to("bundles", "B")])
    b = entry("B", relationships=[to("bundles", "C")])
    assert problems(entry("A"), before, b) == []


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ("nothing", "'nothing' is no task of this plan: they are first, second"),
        ("A/nothing", "'A' has no task 'nothing': its tasks are first, second"),
        ("B/nothing", "'B' has no task 'nothing': its tasks are build"),
    ],
)
def test_an_after_that_names_nothing_is_a_problem_at_its_place(after: str, says: str) -> None:
    it = entry("A", plans=[plan(task("first"), task("second", after))])
    other = entry("B", "service", plans=[plan(task("build"))])
    assert problems(it, other) == [("plans.0.tasks.1.after", says)]


def test_tasks_of_one_plan_that_wait_for_each_other_are_a_problem() -> None:
    it = entry("A", plans=[plan(task("x", "y"), task("y", "x"))])
    assert problems(it) == [
        (
            "plans.0.tasks",
            "these tasks wait for each other: A/x -> A/y -> A/x. Take one of them out of an 'after'",
        )
    ]


def test_tasks_of_two_entries_that_wait_for_each_other_are_a_problem() -> None:
    it = entry("A", plans=[plan(task("x", "B/y"))])
    other = entry("B", "service", plans=[plan(task("y", "A/x"))])
    assert problems(it, other) == [
        (
            "plans.0.tasks",
            "these tasks wait for each other: A/x -> B/y -> A/x. Take one of them out of an 'after'",
        )
    ]


def test_what_waits_in_one_action_may_be_waited_for_in_another() -> None:
    it = entry("A", plans=[plan(task("x", "B/y"))])
    other = entry("B", "service", plans=[plan(task("y")), plan(task("y", "A/x"), actions=("disconnect",))])
    assert problems(it, other) == []


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"plans": [plan(task("x"), task("x"))]}, "plans.0.tasks"),
        ({"plans": [plan(task("x", undo={"name": "x", "kind": "manual"}))]}, "plans.0.tasks"),
        ({"plans": [plan(task("x/y"))]}, "plans.0.tasks"),
        ({"plans": [plan(task("x.y"))]}, "plans.0.tasks"),
        ({"plans": [plan(actions=("add", "change")), plan(actions=("change",))]}, "plans"),
        ({"plans": [plan(actions=("add",), move="provide"), plan(move="provide")]}, "plans"),
        ({"plans": [{"actions": ["no_change"], "return": "repair"}] * 2}, "plans"),
        ({"characteristics": [{"name": "a", "type": "string"}] * 2}, "characteristics"),
        ({"characteristics": [{"name": "a", "type": "number", "default": "7"}]}, "characteristics.0.default"),
        (
            {"characteristics": [{"name": "a", "type": "number", "values": [1, True]}]},
            "characteristics.0.values",
        ),
        (
            {"characteristics": [{"name": "a", "type": "string", "values": [None]}]},
            "characteristics.0.values",
        ),
        (
            {"characteristics": [{"name": "a", "type": "number", "values": [1, 2], "default": 3}]},
            "characteristics.0.default",
        ),
        ({"rules": [{"target": "B", "characteristic": "a"}]}, "rules.0.target"),
        (
            {
                "characteristics": [{"name": "a", "type": "boolean"}],
                "relationships": [to("realized_as", "B")],
                "rules": [{"target": "B", "characteristic": "a", "equals": "yes"}],
            },
            "rules.0.equals",
        ),
        ({"mappings": [{"characteristic": "a", "target": "A"}]}, "mappings.0.target"),
        ({"compatibility": [to("excludes", "A")]}, "compatibility.0.target"),
        ({"compatibility": [to("requires", "B", min=2, max=1)]}, "compatibility.0"),
        ({"relationships": [to("bundles", "B", min=2, max=1)]}, "relationships.0"),
        ({"relationships": [to("bundles", "B", default=3, max=1)]}, "relationships.0"),
        ({"relationships": [to("bundles", "B"), to("bundles", "B")]}, "relationships"),
        ({"layer": "cfs"}, "layer"),
        (
            {"kind": "service", "relationships": [to("requires", "B", quantityCharacteristic="n")]},
            "relationships.0.quantityCharacteristic",
        ),
    ],
)
def test_a_problem_is_said_with_its_place(fields: dict[str, Any], place: str) -> None:
    assert [where for where, _ in problems(entry("A", **fields))] == [place]


def test_a_plan_for_the_old_side_may_stand_beside_the_plan_for_a_plain_change() -> None:
    it = entry("A", plans=[plan(actions=("change",)), plan(actions=("change",), move="cease")])
    assert problems(it) == []


ALLOWED = {
    ("bundles", "product", "product"),
    ("bundles", "service", "service"),
    ("bundles", "resource", "resource"),
    ("realized_as", "product", "service"),
    ("realized_as", "service", "service"),
    ("requires", "product", "resource"),
    ("requires", "service", "resource"),
    ("composed_of", "product", "product"),
    ("composed_of", "service", "service"),
    ("composed_of", "resource", "resource"),
}
KINDS = ("product", "service", "resource")


@pytest.mark.parametrize("type_", ["bundles", "realized_as", "requires", "composed_of"])
@pytest.mark.parametrize("source", KINDS)
@pytest.mark.parametrize("target", KINDS)
def test_relationships_join_the_kinds_of_the_table(type_: str, source: str, target: str) -> None:
    parent, child = entry("A", source, relationships=[to(type_, "B")]), entry("B", target)
    allowed = (type_, source, target) in ALLOWED
    assert [where for where, _ in problems(parent, child)] == ([] if allowed else ["relationships.0.target"])
    assert [where for where, _ in problems(child, parent)] == ([] if allowed else ["kind"])


@pytest.mark.parametrize(
    ("type_", "right", "wrong"),
    [
        ("string", ["", "x"], [1, True]),
        ("number", [0, 1.5], ["1", False]),
        ("boolean", [True, False], [0, "true"]),
        ("date", ["2026-02-28"], ["2026-02-30", "soon", 20260228]),
    ],
)
def test_a_value_fits_its_type_or_not(type_: str, right: list[Any], wrong: list[Any]) -> None:
    assert all(fits(type_, value) for value in [None, *right])
    assert not any(fits(type_, value) for value in wrong)
