"""The timeline of an order, an instance and an account: complete, causes first, and readable."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from services.audit.source import Nothing
from services.audit.timeline import Entry, timeline
from services.audit.timeline_found import At, Kind
from services.audit.timeline_mermaid import diagram, escaped
from tests.history import lived, sources
from tests.scenarios import SCENARIOS, Scenario, ask, ask_return, assess, brings_back, place
from tests.world import World

CHANGE = (place("O1", "change", "NET", characteristics={"speed": 200}),)
SUSPEND = (place("O2", "suspend", "VOICE", reason="holidays"),)
RESUME_ACTIVE = (place("O3", "resume", "MOB"),)


@pytest.fixture(scope="module")
def world() -> World:
    return lived(CHANGE, SUSPEND, RESUME_ACTIVE, (ask("approve", "O9"),), (ask("approve", "O1"),))


def told(world: World, kind: Kind, id: str) -> list[Entry]:
    return timeline(sources(world), world.keys, kind, id)


def streams(entries: list[Entry]) -> set[tuple[str, str]]:
    return {(entry.at.service, entry.at.id.rpartition("@")[0]) for entry in entries}


def test_the_timeline_of_an_order_goes_through_all_services_and_no_other_order(world: World) -> None:
    found = streams(told(world, "order", "O1"))
    assert {("order", "order-O1"), ("inventory", "reservation-O1"), ("fulfillment", "plan-O1")} <= found
    assert {("inventory", "instance-NET"), ("inventory", "instance-RFS")} <= found
    assert not any("O2" in stream or "VOICE" in stream for _, stream in found)


def test_a_refused_command_stands_in_the_timeline_of_its_order(world: World) -> None:
    refused = [entry for entry in told(world, "order", "O1") if entry.name == "command.refused.v1"]
    assert [entry.command for entry in refused] == ["aftersale.order.approve.v1"]
    assert refused[0].rules


def test_the_refusal_of_an_order_that_was_never_made_is_found_by_its_id(world: World) -> None:
    (entry,) = told(world, "order", "O9")
    assert (entry.name, entry.rules) == ("command.refused.v1", ("REF-01",))


def test_the_timeline_of_a_return_goes_from_its_opening_through_its_orders_to_its_end() -> None:
    world = lived(
        (brings_back("RET-1", MOB="replacement", VOICE="refund"), place("O1", "change", "NET")),
        (ask_return("close", "RET-1"),),
        (assess("RET-1", MOB="replacement", VOICE="reject"),),
        (ask_return("close", "RET-1"),),
    )
    entries = told(world, "return", "RET-1")
    assert [entry.name for entry in entries if entry.command and entry.at.service == "order"] == [
        "return.opened.v1",
        "command.refused.v1",
        "return.assessed.v1",
        "return.closed.v1",
    ]
    found = streams(entries)
    assert {("order", "return-RET-1"), ("order", "order-RET-1-1"), ("fulfillment", "plan-RET-1-1")} <= found
    assert {("inventory", "instance-MOB"), ("inventory", "instance-RET-1-1:1")} <= found
    assert not any("O1" in stream or "NET" in stream for _, stream in found)
    asked = entries[0].asked
    assert (asked["lines"][0]["reason"], entries[0].data["lines"][0]["reason"]) == ("does not work",) * 2


def test_the_refusal_of_a_return_that_was_never_opened_is_found_by_its_id() -> None:
    world = lived((brings_back("RET-9", NOTHING="refund"),))
    (entry,) = told(world, "return", "RET-9")
    assert (entry.name, entry.rules) == ("command.refused.v1", ("RMA-01",))


@pytest.mark.parametrize(
    ("kind", "id"), [("order", "O1"), ("order", "O2"), ("instance", "NET"), ("account", "ACME")]
)
def test_no_event_stands_before_its_cause_and_each_log_keeps_its_order(
    world: World, kind: Kind, id: str
) -> None:
    entries = told(world, kind, id)
    seen: set[At] = set()
    last: dict[str, int] = {}
    for entry in entries:
        assert entry.by is None or entry.by in seen
        assert entry.sequence > last.get(entry.at.service, 0)
        last[entry.at.service] = entry.sequence
        seen.add(entry.at)


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_and_repeated_messages_make_the_same_causes(seed: int) -> None:
    calm, shuffled = lived(CHANGE), lived(CHANGE, seed=seed)
    names = [
        sorted((entry.name, entry.at.service) for entry in told(one, "order", "O1"))
        for one in (calm, shuffled)
    ]
    assert names[0] == names[1]


def test_an_event_says_who_asked_for_it_and_with_which_words(world: World) -> None:
    placed = told(world, "order", "O2")[0]
    assert (placed.actor, placed.command, placed.source) == ("tester", "aftersale.order.place.v1", "/test")
    assert placed.asked["reason"] == "holidays"
    assert placed.data["reason"] == "holidays"


def test_an_event_says_why_in_the_words_of_who_asked_or_of_its_reasons(world: World) -> None:
    assert told(world, "order", "O2")[0].why == ("holidays",)
    (rejected,) = (entry for entry in told(world, "order", "O3") if entry.name == "order.rejected.v1")
    assert any("'VOICE' is" in why or "MOB" in why for why in rejected.why)


LATER = (place("O5", "suspend", "MOB", start="2026-06-01T00:00:00Z"),)


def test_the_timeline_of_a_dated_order_has_its_operation_and_all_that_its_day_brought() -> None:
    world = lived(LATER)
    found = {(entry.name, entry.at.id) for entry in told(world, "order", "O5")}
    operation = ("scheduled", "started", "completed")
    assert {
        (f"operation.{state}.v1", f"operation-O5~op.1@{at}") for at, state in enumerate(operation, 1)
    } <= found
    ran = {
        (event.name, f"{event.stream}@{event.version}")
        for event in world.readers["inventory"].store.log(0, 10_000)
        if b'"i":"timer/operation/O5~op.1/' in event.state
    }
    assert len(ran) > 2
    assert ran <= found


def test_behind_what_a_timer_did_to_an_instance_stands_the_command_that_scheduled_it() -> None:
    entries = told(lived(LATER), "instance", "MOB")
    assert any((entry.cause or "").startswith("timer/") for entry in entries)
    assert ("order", "order-O5") in streams(entries)


def test_a_forgotten_account_keeps_its_timeline_without_what_was_personal() -> None:
    world = lived(SUSPEND)
    world.keys.forget("ACME")
    placed = told(world, "order", "O2")[0]
    assert (placed.name, placed.data["reason"], placed.asked) == ("order.placed.v1", None, None)
    assert placed.command == "aftersale.order.place.v1"


def test_what_happened_to_an_instance_leads_back_to_the_command_that_asked(world: World) -> None:
    entries = told(world, "instance", "NET")
    assert entries[0].command == "aftersale.instance.load.v1"
    assert ("order", "order-O1") in streams(entries)
    assert "aftersale.order.place.v1" in {entry.command for entry in entries}


def test_the_timeline_of_an_account_has_every_event_of_it_and_no_other(world: World) -> None:
    everything = [
        event
        for source in sources(world).values()
        for event in source.store.log(0, 10_000)
        if b'"a":"ACME"' in event.state
    ]
    entries = told(world, "account", "ACME")
    assert len(entries) == len(everything)
    assert {entry.account for entry in entries} == {"ACME"}


def test_what_nobody_stored_is_said_so(world: World) -> None:
    for kind, id in (("order", "O77"), ("instance", "NONE"), ("account", "NOBODY")):
        with pytest.raises(Nothing, match=f"{kind} {id}"):
            told(world, kind, id)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------------- diagrams

PARTICIPANT = re.compile(r"    participant p\d+ as [\w ./@~+()#;-]+")
ARROW = re.compile(r"    (p\d+)->>(p\d+): [\w ./@~+()#;-]+")
NOTE = re.compile(r"    Note over (p\d+): [\w ./@~+()#;-]+")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_line_of_a_diagram_is_one_that_mermaid_knows(scenario: Scenario) -> None:
    world = lived(*scenario.stages)
    head, number, *lines = diagram(told(world, "order", next(iter(scenario.orders)))).splitlines()
    assert (head, number) == ("sequenceDiagram", "    autonumber")
    known = {line.split()[1] for line in lines if PARTICIPANT.fullmatch(line)}
    for line in lines:
        used = PARTICIPANT.fullmatch(line) or ARROW.fullmatch(line) or NOTE.fullmatch(line)
        assert used, line
        assert set(used.groups()) <= known


def test_what_means_something_to_mermaid_is_written_as_text() -> None:
    assert escaped("O;1: a->>b %% #<x>") == "O#59;1#58; a-#62;#62;b #37;#37; #35;#60;x#62;"


def test_a_sender_that_calls_itself_like_a_service_is_none_of_ours(world: World) -> None:
    first, *rest = told(world, "order", "O1")
    lines = diagram([replace(first, source="order"), *rest]).splitlines()
    assert lines[2:4] == ["    participant p0 as order (outside)", "    participant p1 as order"]


def test_a_diagram_begins_with_who_asked(world: World) -> None:
    lines = diagram(told(world, "order", "O1")).splitlines()
    assert lines[2:4] == ["    participant p0 as /test", "    participant p1 as order"]
    assert any(line.startswith("    p0->>p1: order.place c-") for line in lines)
    assert "    p1->>p2: order.approved order-O1@2" in lines
    assert not any("outside" in line for line in lines)
