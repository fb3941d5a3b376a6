"""A changed rule or catalog shows up in every decision where it matters, and in no other."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest

from schemas.envelope import Envelope
from schemas.registry import full
from services.audit.asof_diff import changes
from services.audit.source import source
from services.audit.whatif import Different, WhatIf, what_if
from services.audit.whatif_catalog import CatalogRefused, Entry, catalogs
from services.audit.whatif_said import said
from services.chassis.memory import MemoryStore
from services.chassis.ports import StoredEvent
from services.chassis.service import Service, Version
from services.inventory import running
from services.inventory.domain import judge as inventory_judge
from services.inventory.domain import table as inventory_table
from services.inventory.domain.case import Case
from services.inventory.domain.words import Reason as InstalledReason
from services.order.domain import policy
from services.order.domain.tree import Tree
from services.order.domain.words import Reason
from services.order.service import SERVICE as ORDER
from tests.history import lived, sources
from tests.scenarios import CATALOG, SCENARIOS, Scenario, Sent, ask, line, place
from tests.world import World

FAST = (place("O1", "change", "NET", characteristics={"speed": 1000}),)
SLOW = (place("O2", "change", "NET", characteristics={"speed": 200}),)
SUSPEND = (place("O3", "suspend", "MOB", approve=False),)
APPROVE = (ask("approve", "O3"),)
RESUME_ACTIVE = (place("O4", "resume", "VOICE"),)
UNKNOWN = (ask("approve", "O9"),)


@pytest.fixture(scope="module")
def world() -> World:
    return lived(FAST, SLOW, SUSPEND, APPROVE, RESUME_ACTIVE, UNKNOWN)


def again(world: World, *entries: Sent) -> WhatIf:
    read = sources(world)
    given = None if not entries else catalogs(read, world.keys, [entry(*sent) for sent in entries])
    return what_if(read, world.keys, given)


def entry(name: str, data: dict[str, Any]) -> Entry:
    envelope = Envelope(id=f"e-{data['specificationId']}", source="/test", type=full(name))
    return Entry(envelope, data["specificationId"], json.dumps(data).encode())


def edited(id: str, **fields: Any) -> list[Sent]:
    """The catalog with other fields in one entry."""
    return [
        (name, {**copy.deepcopy(data), **(fields if data["specificationId"] == id else {})})
        for name, data in CATALOG
    ]


def differing(found: WhatIf) -> list[tuple[str, str, str]]:
    return [
        (one.service, one.message.split(".", 1)[1].removesuffix(".v1"), one.stream) for one in found.different
    ]


# ------------------------------------------------------------------------------- nothing was changed


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
@pytest.mark.parametrize("seed", [None, 1])
def test_with_the_same_rules_and_catalog_nothing_differs(scenario: Scenario, seed: int | None) -> None:
    found = again(lived(*scenario.stages, seed=seed))
    assert found.different == []
    assert not found.not_decided


def test_every_message_that_had_an_effect_is_decided_again(world: World) -> None:
    found = again(world)
    causes = {
        (name, event.stream if meta_cause is None else meta_cause)
        for name, source in sources(world).items()
        for event in source.store.log(0, 100_000)
        for meta_cause in [cause_of(event)]
    }
    assert found.decided.total() == len(causes)


def cause_of(event: StoredEvent) -> str | None:
    found: str | None = json.loads(event.state.split(b"\n")[0]).get("i")
    return found


def test_the_same_catalog_from_a_file_changes_nothing(world: World) -> None:
    found = again(world, *CATALOG)
    assert found.different == []
    assert found.not_decided == {"catalog": 3 * len(CATALOG)}


# ---------------------------------------------------------------------------------- a changed rule


def test_a_new_rule_of_orders_shows_in_the_order_that_breaks_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_suspended_mobile(tree: Tree) -> Iterator[Reason]:
        for asked in tree.request.lines:
            if asked.action == "suspend" and asked.instance_id == "MOB":
                yield Reason(rule="NEW-01", message="not this one: choose another", line_id=asked.line_id)

    monkeypatch.setattr(policy, "POLICY", (*policy.POLICY, no_suspended_mobile))
    placed, approved = again(world).different
    assert differing(again(world)) == [
        ("order", "order.place", "order-O3"),
        ("order", "order.approve", "order-O3"),
    ]
    assert placed.then.events == ("order.placed",)
    assert (placed.now.events, placed.now.rules) == (("order.placed", "order.rejected"), ("NEW-01",))
    assert (approved.then.events, approved.now.rules) == (("order.approved",), ("NEW-01",))


def test_a_rule_that_was_dropped_shows_in_what_it_had_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inventory judged that one, on the message of an order that was approved."""
    monkeypatch.setattr(inventory_judge, "broken", lambda *_: None)
    (different,) = again(world).different
    assert (different.service, different.message, different.stream) == (
        "inventory",
        "aftersale.order.approved.v1",
        "reservation-O4",
    )
    assert different.then.rules == ("D-07",)
    assert "reservation.accepted" in different.now.events


def test_a_reason_in_other_words_is_no_difference(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory_table, "NEEDED", dict.fromkeys(inventory_table.NEEDED, "otherwise"))
    assert again(world).different == []


def test_a_rule_that_fails_is_told_as_a_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(tree: Tree) -> Iterator[Reason]:
        yield from (1 / 0 for one in tree.request.lines if one.instance_id == "VOICE")  # type: ignore[misc]

    monkeypatch.setattr(policy, "POLICY", (*policy.POLICY, broken))
    (different,) = again(world).different
    assert (different.stream, different.now.events) == ("order-O4", ("fault",))


# -------------------------------------------------------------------------------- a changed catalog


def changed(found: WhatIf) -> dict[str, Different]:
    return {one.stream: one for one in found.different}


def test_values_no_longer_offered_show_in_the_order_that_asked_for_them(world: World) -> None:
    speed = {"name": "speed", "type": "number", "values": [100, 200]}
    contact = {"name": "contact", "type": "string", "personal": True}
    found = again(world, *edited("internet", characteristics=[speed, contact]))
    assert differing(found) == [("order", "order.place", "order-O1")]
    assert "order.rejected" in changed(found)["order-O1"].now.events


def test_another_plan_shows_in_the_work_of_every_order_that_it_is_for(world: World) -> None:
    tasks = [{"name": "reconfigure", "kind": "provision"}, {"name": "measure", "kind": "provision"}]
    found = again(world, *edited("rfs-access", plans=[{"actions": ["change"], "tasks": tasks}]))
    assert {(one.service, one.message, one.stream) for one in found.different} == {
        ("fulfillment", "aftersale.reservation.accepted.v1", "plan-O1"),
        ("fulfillment", "aftersale.reservation.accepted.v1", "plan-O2"),
    }


def test_the_number_of_a_version_alone_is_no_difference(world: World) -> None:
    assert again(world, *edited("internet", version="7")).different == []


def test_entries_that_a_file_leaves_out_stay_as_they_were_published(world: World) -> None:
    speed = {"name": "speed", "type": "number", "values": [100, 200]}
    contact = {"name": "contact", "type": "string", "personal": True}
    (alone,) = (
        sent
        for sent in edited("internet", characteristics=[speed, contact])
        if sent[1]["specificationId"] == "internet"
    )
    assert differing(again(world, alone)) == [("order", "order.place", "order-O1")]


def test_what_a_file_retires_takes_no_order_any_more() -> None:
    bought = (place("O1", "add", lines=[line("1", "add", specificationId="voice", parentInstanceId="HOME")]),)
    found = again(lived(bought, SLOW), ("specification.retire", {"specificationId": "voice"}))
    assert differing(found)[0] == ("order", "order.place", "order-O1")
    assert {one.stream for one in found.different} <= {"order-O1", "plan-O1"}


def test_what_was_published_since_counts_for_every_decision_before() -> None:
    speed = {"name": "speed", "type": "number", "values": [100, 200]}
    contact = {"name": "contact", "type": "string", "personal": True}
    later = [
        sent
        for sent in edited("internet", version="2", characteristics=[speed, contact])
        if sent[1]["specificationId"] == "internet"
    ]
    found = again(lived(FAST, SLOW, later))
    assert differing(found) == [("order", "order.place", "order-O1")]


def test_a_catalog_that_cannot_be_published_is_refused_with_its_reasons(world: World) -> None:
    cycle = edited("port", relationships=[{"type": "requires", "target": "rfs-access"}])
    with pytest.raises(CatalogRefused, match=r"e-\S+: FIELD .*cycle"):
        again(world, *cycle)


# ------------------------------------------------------------------------------- what was said less of


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    name: str
    weight: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    steps: tuple[Step, ...]
    values: dict[str, str]
    urgent: bool = False


def test_what_an_older_form_of_an_event_could_not_say_is_no_difference() -> None:
    """Fields are new by now; a value that is another one, or a name in a map that is new, is a difference."""
    read = source(
        Service(**{**vars_of(ORDER), "stored": (Version(name="laid.v1", type=Laid),)}), MemoryStore()
    )

    def told(data: dict[str, Any]) -> dict[str, Any]:
        state = b"{}\n" + json.dumps(data).encode()
        return said(read, [StoredEvent(1, "order-O", 1, "laid.v1", state)])

    old = {"steps": [{"name": "dig"}], "values": {"speed": "5"}}
    new = {"steps": [{"name": "dig", "weight": 7}], "values": {"speed": "5"}, "urgent": True}
    assert list(changes(told(old), told(new))) == []
    assert [change.path for change in changes(told(new), told({**old, "urgent": True}))] == [
        "order-O laid.steps[dig].weight"
    ]
    (other,) = changes(told(old), told({**new, "values": {"speed": "5", "lane": "2"}}))
    assert (other.path, other.after) == ("order-O laid.values.lane", "2")


def vars_of(service: Service) -> dict[str, Any]:
    return {field.name: getattr(service, field.name) for field in fields(service)}


# ------------------------------------------------------------------------------------- what is gone


def test_what_a_forgotten_account_asked_cannot_be_decided_again() -> None:
    world = lived(FAST)
    decided = again(world).decided.total()
    world.keys.forget("ACME")
    found = again(world)
    assert found.different == []
    assert found.not_decided["forgotten"] == decided - found.decided.total() > 0


def test_a_command_kept_without_its_type_is_counted_and_its_refusal_says_it() -> None:
    """As it was stored before the type was kept with it."""
    world = lived(SLOW, UNKNOWN)
    decided = again(world).decided.total()
    for reader in world.readers.values():
        memory = reader.store.memory
        memory.log[:] = [event._replace(state=untyped(event.state)) for event in memory.log]
        for stream, events in memory.streams.items():
            memory.streams[stream] = [event._replace(state=untyped(event.state)) for event in events]
    found = again(world)
    refused = next(
        event for event in world.readers["order"].store.log(0, 1_000) if event.stream.startswith("command-")
    )
    assert b'"t"' not in refused.state
    assert found.different == []
    assert found.not_decided.total() == found.not_decided["kept without its type"] > 0
    assert found.decided.total() + found.not_decided.total() == decided
    assert found.decided["order"] > 0


def untyped(state: bytes) -> bytes:
    meta, _, data = state.partition(b"\n")
    said = {name: value for name, value in json.loads(meta).items() if name not in ("t", "s")}
    return json.dumps(said, separators=(",", ":")).encode() + b"\n" + data


def test_a_question_makes_no_key_and_writes_nothing(world: World) -> None:
    before = {name: (source.store.head(), source.store.places()) for name, source in sources(world).items()}
    known = world.keys.get(("ACME", "OTHER", "NEW"), make=False)
    again(world)
    assert world.keys.get(("ACME", "OTHER", "NEW"), make=False) == known
    assert before == {
        name: (source.store.head(), source.store.places()) for name, source in sources(world).items()
    }


# ---------------------------------------------------------------------------------------- timers

LATER = (place("O5", "suspend", "MOB", start="2026-06-01T00:00:00Z"),)


def test_what_a_timer_decided_is_decided_again() -> None:
    world = lived(LATER)
    caused = {
        cause for event in world.readers["inventory"].store.log(0, 10_000) if (cause := cause_of(event))
    }
    assert any(cause.startswith("timer/") for cause in caused)
    found = again(world)
    assert (found.different, found.not_decided.total()) == ([], 0)


def test_a_changed_rule_shows_in_a_scheduled_change_on_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was judged when it was scheduled, so nothing else would differ."""

    def not_the_mobile(case: Case) -> Iterator[InstalledReason]:
        for found, instance in case.named():
            if instance.id == "MOB":
                yield InstalledReason(rule="NEW-02", message="not this one", line_id=found.line_id)

    world = lived(LATER, SLOW)
    monkeypatch.setattr(inventory_judge, "RULES", (*inventory_judge.RULES, not_the_mobile))
    (different,) = again(world).different
    assert different.service == "inventory"
    assert different.id.startswith("timer/operation/O5~op.1/")
    assert "operation.started" in different.then.events
    assert ("operation.canceled" in different.now.events, different.now.rules) == (True, ("NEW-02",))


def test_a_timer_that_would_not_have_been_set_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    world = lived(LATER)
    monkeypatch.setattr(running, "wake", lambda *_: None)
    assert again(world).not_decided == {"timer": 1}
