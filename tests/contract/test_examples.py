"""The sample is what its script builds, speaks the public language, and shows what it says it shows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from schemas.catalog import Specification, check, fits
from schemas.envelope import Envelope, from_line
from schemas.examples.build import HERE, build
from schemas.inventory import LoadInstance
from schemas.order import PlaceOrder
from schemas.registry import MESSAGES, full
from schemas.specification import PlannedTaskSpecification

STREAMS = ("catalog.jsonl", "installed-base.jsonl", "orders.jsonl")
FILES = (*STREAMS, "feed.json", "outcomes.json", "returns.json")


@cache
def messages(name: str) -> tuple[tuple[Envelope, BaseModel], ...]:
    read = [from_line(line) for line in (HERE / name).read_text().splitlines()]
    return tuple(
        (envelope, MESSAGES[envelope.type].model.model_validate_json(data)) for envelope, data in read
    )


@cache
def catalog() -> Mapping[tuple[str, str], Specification]:
    entries = [data for _, data in messages("catalog.jsonl") if isinstance(data, Specification)]
    return {(entry.specification_id, entry.version): entry for entry in entries}


@cache
def base() -> Mapping[str, LoadInstance]:
    loads = [data for _, data in messages("installed-base.jsonl") if isinstance(data, LoadInstance)]
    return {load.instance_id: load for load in loads}


@cache
def placed() -> Mapping[str, PlaceOrder]:
    orders = [data for _, data in messages("orders.jsonl") if isinstance(data, PlaceOrder)]
    return {order.order_id: order for order in orders}


def read(name: str) -> Any:
    return json.loads((HERE / name).read_text())


def tasks() -> list[PlannedTaskSpecification]:
    return [task for entry in catalog().values() for plan in entry.plans for task in plan.tasks]


def test_the_files_are_what_the_script_builds(tmp_path: Path) -> None:
    build(tmp_path)
    for name in FILES:
        assert (HERE / name).read_text() == (tmp_path / name).read_text(), (
            f"{name}: run `python -m schemas.examples.build` and look at the difference"
        )


@pytest.mark.parametrize("name", STREAMS)
def test_every_line_is_a_message_that_the_models_take(name: str) -> None:
    assert all(model for _, model in messages(name))


@pytest.mark.parametrize("name", STREAMS)
def test_every_message_has_its_own_id(name: str) -> None:
    ids = [(envelope.source, envelope.id) for envelope, _ in messages(name)]
    assert len(ids) == len(set(ids))


def test_every_message_but_those_of_the_catalog_names_the_account_it_is_about() -> None:
    for name in STREAMS[1:]:
        for envelope, data in messages(name):
            assert envelope.account == getattr(data, "account_id", envelope.account)
            assert envelope.account


# ----------------------------------------------------------------------------------------- catalog


def test_the_catalog_has_no_problem_in_the_order_in_which_it_is_published() -> None:
    known: dict[str, Specification] = {}
    for entry in catalog().values():
        assert check(entry, known) == []
        known[entry.specification_id] = entry
    assert all(check(entry, known) == [] for entry in catalog().values())


def test_everything_that_an_entry_names_is_published() -> None:
    published = {name for name, _ in catalog()}
    for entry in catalog().values():
        named = {item.target for item in entry.relationships} | {item.target for item in entry.rules}
        named |= {item.target for item in entry.mappings} | {item.target for item in entry.compatibility}
        assert named <= published, entry.specification_id


def test_a_mapped_value_has_a_place_to_go() -> None:
    for entry in catalog().values():
        for mapping in entry.mappings:
            target = next(other for (name, _), other in catalog().items() if name == mapping.target)
            assert mapping.characteristic in {item.name for item in entry.characteristics}
            assert (mapping.as_ or mapping.characteristic) in {item.name for item in target.characteristics}


def test_every_kind_of_task_is_planned() -> None:
    assert {task.kind for task in tasks()} == {
        "provision", "manual", "field", "ship", "receive", "inspect", "credit",
    }  # fmt: skip


def test_the_catalog_shows_what_a_catalog_can_say() -> None:
    entries = [*catalog().values()]
    assert {item.type for entry in entries for item in entry.relationships} == {
        "bundles", "realized_as", "requires", "composed_of",
    }  # fmt: skip
    assert {entry.layer for entry in entries if entry.kind == "service"} == {"cfs", "rfs"}
    assert {plan.cutover for entry in entries for plan in entry.plans} >= {
        "make_before_break", "overlap", "break_before_make",
    }  # fmt: skip
    assert {plan.move for entry in entries for plan in entry.plans} >= {"cease", "provide"}
    assert any(entry.transient for entry in entries)
    assert any(item.personal for entry in entries for item in entry.characteristics)
    assert any(item.mandatory for entry in entries for item in entry.relationships if item.type == "bundles")
    assert any(entry.rules for entry in entries)
    assert any("/" in name for task in tasks() for name in task.after)
    assert all(
        any(getattr(task, name) for task in tasks()) for name in ("undo", "ponr", "retries", "duration")
    )
    assert any(count > 1 for count in Counter(name for name, _ in catalog()).values())


# ---------------------------------------------------------------------------------- installed base


def test_the_installed_base_is_large_enough_to_look_around_in() -> None:
    assert len({load.account_id for load in base().values()}) >= 20
    assert len(base()) >= 400
    assert {load.kind for load in base().values()} == {"product", "service", "resource"}
    states = Counter(load.state for load in base().values())
    assert min(states["active"], states["suspended"], states["inactive"]) >= 10


def test_every_parent_is_loaded_before_its_children_and_is_of_the_same_account() -> None:
    seen: set[str] = set()
    for load in base().values():
        if load.parent_id is not None:
            assert load.parent_id in seen
            assert base()[load.parent_id].account_id == load.account_id
        seen.add(load.instance_id)


def test_every_instance_stands_where_the_catalog_lets_it_stand() -> None:
    for load in base().values():
        assert load.specification_version is not None
        entry = catalog()[load.specification_id, load.specification_version]
        assert entry.kind == load.kind
        if load.parent_id is not None:
            parent = base()[load.parent_id]
            above = catalog()[parent.specification_id, parent.specification_version or ""]
            assert load.specification_id in {item.target for item in above.relationships}, load.instance_id


def test_every_value_is_one_that_the_catalog_knows() -> None:
    for load in base().values():
        entry = catalog()[load.specification_id, load.specification_version or ""]
        types = {item.name: item for item in entry.characteristics}
        for name, value in load.characteristics.items():
            assert fits(types[name].type, value)
            assert value in (types[name].values or [value])


# -------------------------------------------------------------------------------------------- feed


def test_every_order_has_an_outcome() -> None:
    written = {id for id, outcome in read("outcomes.json").items() if "return" in outcome}
    assert set(read("outcomes.json")) == set(placed()) | written
    assert not written & set(placed())
    assert len(placed()) >= 80


def test_every_command_is_sent_in_a_wave_and_only_what_is_meant_twice_is_sent_twice() -> None:
    sent = Counter(id for wave in read("feed.json")["waves"] for id in wave["send"])
    assert set(sent) == {envelope.id for envelope, _ in messages("orders.jsonl")}
    assert [id for id, count in sent.items() if count > 1] == ["ADD-DAY-PASS/place"]


def test_the_last_word_on_each_order_is_its_outcome() -> None:
    last: dict[str, str] = {}
    written = {id: outcome.get("return") for id, outcome in read("outcomes.json").items()}
    for wave in read("feed.json")["waves"]:
        about = {id.rpartition("/")[0] for id in wave["send"]}
        assessed = {id.rpartition("/")[0] for id in wave["send"] if id.endswith("/return.assess")}
        sent = {id for id, by in written.items() if id in about or by in assessed}
        assert set(wave["until"]) == sent if "clock" not in wave else set(wave["until"]) >= sent
        last.update(wave["until"])
    assert last == {id: outcome["state"] for id, outcome in read("outcomes.json").items()}


def test_the_clock_goes_on_and_each_time_orders_do() -> None:
    later = [wave for wave in read("feed.json")["waves"] if "clock" in wave]
    days = [datetime.fromisoformat(wave["clock"]) for wave in later]
    assert len(later) >= 3
    assert days == sorted(set(days))
    assert all(wave["until"] for wave in later)


def test_every_action_is_asked_for_by_header_or_line_and_comes_to_its_end() -> None:
    asked = {
        action
        for id, order in placed().items()
        if read("outcomes.json")[id]["state"] == "completed"
        for action in (order.action, *(line.action for line in order.lines))
    }
    assert asked >= {"add", "change", "move", "disconnect", "suspend", "resume", "no_change"}


def test_orders_come_in_every_form() -> None:
    orders = [*placed().values()]
    assert {order.category for order in orders} == {"product", "service"}
    assert any(order.selection and order.lines for order in orders)
    assert {order.draft for order in orders} == {order.approve for order in orders} == {True, False}
    assert any(order.cascade for order in orders)
    assert {envelope.type for envelope, _ in messages("orders.jsonl")} >= {
        full(f"order.{command}")
        for command in ("place", "submit", "approve", "reject", "rework", "revise", "cancel")
    }


@pytest.mark.parametrize("rule", [f"MOV-V{number}" for number in range(1, 9)])
def test_a_move_is_refused_for_each_rule_of_moves(rule: str) -> None:
    outcomes = read("outcomes.json").values()
    assert any(
        rule in (*outcome.get("rules", ()), *outcome.get("shows", ()))
        for outcome in outcomes
        if outcome["state"] == "rejected"
    )


@pytest.mark.parametrize(
    "rule",
    [
        "ACT-06",
        "ACT-11",
        "ACT-13",
        "CHG-16",
        "CON-08",
        "CON-09",
        "CON-11",
        "CHG-17",
        "D-07",
        "D-23",
        "REF-01",
        "SUS-06",
    ],
)
def test_what_is_often_done_wrong_is_refused_with_its_rule(rule: str) -> None:
    assert any(rule in outcome.get("rules", ()) for outcome in read("outcomes.json").values())


@pytest.mark.parametrize(
    "rule",
    [
        "CHG-02",
        "CHG-15",
        "DEC-07",
        "INV-17",
        "LIN-06",
        "D-14",
        "MOV-V6",
        "CON-08",
        "CON-09",
        "SUS-14",
        "SUS-15",
    ],
)
def test_what_is_worth_seeing_is_done(rule: str) -> None:
    completed = [outcome for outcome in read("outcomes.json").values() if outcome["state"] == "completed"]
    assert any(rule in outcome.get("shows", ()) for outcome in completed)


def test_orders_that_are_rejected_say_by_which_rules_and_others_by_none() -> None:
    for id, outcome in read("outcomes.json").items():
        assert (outcome["state"] == "rejected") == bool(outcome.get("rules")), id


# ---------------------------------------------------------------------------------------- returns


def test_every_resolution_of_a_return_is_shown_and_ends() -> None:
    lines = [line for one in read("returns.json").values() for line in one["lines"].values()]
    assert {line["proposed"] for line in lines} == {"return", "refund", "replacement", "repair", "reject"}
    assert any(line["expected"] not in (line["proposed"], "return") for line in lines)
    assert {one["state"] for one in read("returns.json").values()} == {"resolved", "closed"}
    assert any(line.get("outcome") == "wrong_item" for line in lines)


def test_every_return_writes_an_order_for_each_line_that_is_not_rejected() -> None:
    written = Counter(outcome.get("return") for outcome in read("outcomes.json").values())
    for id, one in read("returns.json").items():
        taken = [line for line in one["lines"].values() if line["proposed"] != "reject"]
        assert written[id] == len(taken), id
