"""Every order of the sample ends as the sample says it should."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core import from_json

from schemas import envelope
from schemas.envelope import Envelope
from schemas.examples.build import HERE
from schemas.registry import MESSAGES
from schemas.topics import CATALOG
from services.audit.replay import replay
from services.audit.source import source
from services.audit.whatif import what_if
from services.chassis.memory import MemoryStore
from services.fulfillment.service import SERVICE as FULFILLMENT
from services.inventory.service import SERVICE as INVENTORY
from services.order.service import SERVICE as ORDER
from tests.history import keep, sources
from tests.journey.scenes import terms_of
from tests.service.test_schedules import until
from tests.world import World

OUTCOMES: dict[str, Any] = json.loads((HERE / "outcomes.json").read_text())
FEED = json.loads((HERE / "feed.json").read_text())
WAVES: list[dict[str, Any]] = FEED["waves"]
BY_HAND = frozenset(FEED["byHand"])


def messages(name: str) -> Iterator[tuple[Envelope, bytes]]:
    return (envelope.from_line(line) for line in (HERE / name).read_text().splitlines())


def sent(world: World, message: Envelope, data: bytes) -> None:
    topic = MESSAGES[message.type].topics[0]
    key = from_json(data)["specificationId"] if topic == CATALOG else message.account
    world.publish(topic, str(key), data, message)


@pytest.fixture(scope="module")
def world() -> World:
    """The sample, played to its end; each wave is looked at when it has settled."""
    world = World([ORDER, INVENTORY, FULFILLMENT])
    world.answer = lambda task: None if task["orderId"] in BY_HAND else "completed"
    for name in ("catalog.jsonl", "installed-base.jsonl"):
        for message, data in messages(name):
            sent(world, message, data)
        world.run()
    commands = {message.id: (message, data) for message, data in messages("orders.jsonl")}
    for wave in WAVES:
        if "clock" in wave:
            until(world, wave["clock"])
        for id in wave["send"]:
            sent(world, *commands[id])
        world.run()
        pages = world.pages()
        assert {id: pages["order", id]["state"] for id in wave["until"]} == wave["until"], wave["name"]
    return world


@pytest.fixture(scope="module")
def pages(world: World) -> dict[tuple[str, str], Any]:
    return world.pages()


def test_nothing_is_refused_or_parked(world: World) -> None:
    refused = [
        data
        for topic in ("order.events", "inventory.events", "fulfillment.events")
        for message, data in world.messages(topic)
        if message.type == "aftersale.command.refused.v1"
    ]
    assert (refused, world.parked()) == ([], [])


@pytest.mark.parametrize("id", OUTCOMES)
def test_an_order_ends_as_it_should(id: str, pages: dict[tuple[str, str], Any]) -> None:
    order, outcome = pages["order", id], OUTCOMES[id]
    cited = {reason["rule"] for reason in order["reasons"]} if order["state"] == "rejected" else set()
    assert (order["state"], cited) == (outcome["state"], set(outcome.get("rules", ()))), order["reasons"]
    assert len(order["lines"]) == outcome.get("lines", len(order["lines"]))


RETURNS: dict[str, Any] = json.loads((HERE / "returns.json").read_text())


@pytest.mark.rule("RMA-02", "RMA-03")
@pytest.mark.parametrize("id", RETURNS)
def test_a_return_ends_as_it_should(id: str, pages: dict[tuple[str, str], Any]) -> None:
    page, wanted = pages["return", id], RETURNS[id]
    assert (page["accountId"], page["state"]) == (wanted["account"], wanted["state"])
    for line in page["lines"]:
        assert line.items() >= wanted["lines"][line["lineId"]].items()
    orders = {line["orderId"] for line in page["lines"]} - {None}
    assert orders == {order for order, outcome in OUTCOMES.items() if outcome.get("return") == id}


def test_nothing_is_left_pending(pages: dict[tuple[str, str], Any]) -> None:
    pending = [id for (kind, id), page in pages.items() if kind == "instance" and "pending" in page["state"]]
    assert pending == []


STATES = {
    "CHANGE-TO-GIGABIT.3": ("active", "the new modem"),
    "1002-internet-modem": ("inactive", "the old modem"),
    "4G-TO-5G-CHANGED.3": ("active", "new radio"),
    "1005-m1-radio": ("inactive", "LTE"),
    "ADD-DAY-PASS:1": ("inactive", "a day pass that was granted"),
    "ADD-HOME:5": ("inactive", "an installation that is done"),
    "1001-tv": ("inactive", "what was taken away"),
    "1001-home": ("active", "what it was taken away from"),
    "1007-router-wifi": ("inactive", "a part of what was moved"),
    "MOVE-HOME~9": ("active", "the same part at the new place"),
    "1022-tv": ("inactive", "what was not taken along"),
    "1002-tv-iptv": ("suspended", "a service below what is suspended"),
    "1009-home": ("active", "what was suspended and resumed"),
    "1023-m1": ("suspended", "what was fought over"),
    "1027-home": ("active", "what rested for two weeks"),
    "1027-tv-iptv": ("active", "a service below what rested for two weeks"),
    "1028-m1": ("inactive", "what ended four weeks later"),
    "1028-m2": ("active", "what was to be suspended before that was canceled"),
    "1028-tv": ("inactive", "what was put off and then ended"),
    "1030-m1": ("active", "what was resumed without being suspended"),
    "ADD-TV-LATER:1": ("active", "what was added a week later"),
    "MOVE-LATER~1": ("active", "what moved three weeks later"),
    "ADD-MOBILE-LATER-WITH-CONTRACT:1": ("active", "what was added a week later under contract"),
    "1033-router": ("inactive", "what was brought back"),
    "RETURN-ROUTER-1:2": ("active", "what came in its place"),
    "1034-phone-2": ("active", "what was not taken back"),
    "1034-phone-3": ("active", "what was mended"),
    "1034-phone-5": ("inactive", "what was taken back with something else in the parcel"),
}


@pytest.mark.parametrize("id", STATES)
def test_an_instance_ends_as_its_order_asked(id: str, pages: dict[tuple[str, str], Any]) -> None:
    state, what = STATES[id]
    assert pages["instance", id]["state"] == state, what


TERMS = {
    "1025-m1-terms": ("1025-m1", "suspended", "asked for by its own id"),
    "1025-m2-terms": ("1025-m2", "canceled", "asked for by its own id"),
    "1025-home-terms": ("1025-home", "active", "what nobody has touched"),
    "1025-home-support": ("1025-home", "active", "what cannot be suspended by itself"),
    "1009-home-terms": ("1009-home", "active", "what was suspended and resumed"),
    "1007-home-terms": ("MOVE-HOME~1", "active", "what was taken along in a move"),
    "1007-home-support": ("MOVE-HOME~1", "active", "what was taken along in a move"),
    "1016-home-terms": ("1016-home", "canceled", "what ended with its home"),
    "1016-home-support": ("1016-home", "canceled", "what stood under a line that ended"),
    "1017-m1-terms": ("1017-m1", "canceled", "what was suspended and then ended"),
    "1027-home-terms": ("1027-home", "active", "what rested for two weeks"),
    "1027-home-support": ("1027-home", "active", "what rested for two weeks"),
    "1027-m1-terms": ("1027-m1", "expired", "what ended while it rested"),
    "1033-router-terms": ("RETURN-ROUTER-1:2", "active", "what was agreed for the router it replaces"),
    "1031-home-terms": ("MOVE-LATER~1", "active", "what moved three weeks later"),
    "1031-m2-terms": ("1031-m2", "active", "what could not have a second line"),
    "1032-home-terms": ("1032-home", "active", "what was renewed"),
    "1032-m1-terms": ("1032-m1", "canceled", "what was ordered for by an external id"),
    "UPSELL-VOICE~contract.1": ("UPSELL-VOICE:1", "active", "what was added to a contract"),
    "ADD-HOME-FOR-TWO-YEARS~contract.1": (
        "ADD-HOME-FOR-TWO-YEARS:1",
        "suspended",
        "what an order made and another one suspended",
    ),
    "ADD-HOME-FOR-TWO-YEARS~entitlement.3": (
        "ADD-HOME-FOR-TWO-YEARS:3",
        "suspended",
        "what comes along with what was agreed",
    ),
    "ADD-MOBILE-LATER-WITH-CONTRACT~contract.1": (
        "ADD-MOBILE-LATER-WITH-CONTRACT:1",
        "active",
        "what was made with what came a week later",
    ),
}


@pytest.mark.rule("CON-03", "CON-08", "D-16")
@pytest.mark.parametrize("id", TERMS)
def test_a_contract_line_or_entitlement_follows_its_instance(
    id: str, pages: dict[tuple[str, str], Any]
) -> None:
    instance, state, what = TERMS[id]
    assert terms_of(pages["instance", instance]).get(id) == state, what


def test_no_contract_follows_its_lines(pages: dict[tuple[str, str], Any]) -> None:
    contracts = {page["state"] for (kind, _), page in pages.items() if kind == "contract"}
    assert contracts == {"active"}


@pytest.mark.rule("CON-08", "CON-09")
def test_an_order_stands_in_one_contract_its_own_or_the_one_that_is_there(
    pages: dict[tuple[str, str], Any],
) -> None:
    own = pages["contract", "ADD-HOME-FOR-TWO-YEARS~contract"]
    assert own["contractLineIds"] == [f"ADD-HOME-FOR-TWO-YEARS~contract.{n}" for n in (1, 2)]
    assert (own["start"][:10], own["end"][:10]) == ("2026-03-02", "2028-03-02")
    assert pages["contract", "1032-contract"]["contractLineIds"][-1] == "UPSELL-VOICE~contract.1"
    [renewed] = pages["instance", "1032-home"]["contractLines"]
    assert renewed["end"][:10] == "2036-03-01"


@pytest.mark.rule("SUS-19")
def test_what_could_not_run_on_its_day_left_a_fallout(pages: dict[tuple[str, str], Any]) -> None:
    for id, rule in {"CHANGE-LATER-OF-WHAT-ENDS": "CHG-17", "RESUME-BEFORE-ITS-SUSPEND": "D-07"}.items():
        assert [reason["rule"] for reason in pages["order", id]["reasons"]] == [rule]
    assert len(pages["plan", "RESUME-BEFORE-ITS-SUSPEND"]["fallouts"]) == 1
    assert pages["plan", "CHANGE-LATER-OF-WHAT-ENDS"]["fallouts"] == [], "somebody has seen to it"


@pytest.mark.rule("INF-01", "INF-02", "D-02", "D-22")
def test_second_thoughts_leave_what_they_should(pages: dict[tuple[str, str], Any]) -> None:
    states = {line["lineId"]: line["state"] for line in pages["order", "SEATS-REVISED"]["lines"]}
    assert states == {"1": "completed", "2": "canceled", "3": "completed"}
    seats = {n: pages["instance", f"SEATS-REVISED:{n}"]["state"] for n in (1, 2, 3)}
    assert seats == {1: "active", 2: "inactive", 3: "active"}
    undone = [task["name"] for task in pages["plan", "SEAT-CANCELED-UNDER-WAY"]["tasks"] if task["undo"]]
    assert undone == ["delete-mailbox"]
    assert pages["instance", "SEAT-CANCELED-UNDER-WAY:1"]["state"] == "inactive"
    assert pages["instance", "SEAT-CANCEL-DECLINED:1"]["state"] == "active"


@pytest.mark.rule("D-11", "D-19")
def test_what_is_past_its_point_of_no_return_is_not_canceled(world: World) -> None:
    [declined] = [
        data
        for message, data in world.messages("order.events")
        if message.type == "aftersale.order.change-declined.v1" and data["orderId"] == "NUMBER-PORTED"
    ]
    assert [reason["rule"] for reason in declined["reasons"]] == ["D-19"]


def test_what_people_did_about_tasks_can_be_seen(world: World, pages: dict[tuple[str, str], Any]) -> None:
    opened = {
        data["taskId"]: data["rule"]
        for message, data in world.messages("fulfillment.events")
        if message.type == "aftersale.fallout.opened.v1"
        and data.get("taskId", "").startswith(("SEAT-", "RETURN-"))
    }
    assert opened == {
        "SEAT-FAILED-AND-RETRIED.1.create-mailbox": "D-20",
        "SEAT-SKIPPED.1.welcome-user": "D-20",
        "SEAT-LATE.1.welcome-user": "FAL-05",
        "RETURN-OF-SOMETHING-ELSE-1.2.inspect-handset": "RMA-05",
    }
    [retried, _] = pages["plan", "SEAT-FAILED-AND-RETRIED"]["tasks"]
    assert (retried["name"], retried["attempt"]) == ("create-mailbox", 2)
    assert all(pages["plan", task.partition(".")[0]]["fallouts"] == [] for task in opened)


@pytest.mark.rule("CHG-02", "CHG-03")
def test_a_product_added_in_a_change_stands_in_the_hierarchy(pages: dict[tuple[str, str], Any]) -> None:
    assert pages["instance", "CHANGE-ADDS-TV:2"]["parentId"] == "1010-home"
    assert pages["instance", "CHANGE-ADDS-SPORTS:3"]["parentId"] == "1012-tv"
    assert pages["instance", "CHANGE-ADDS-VOICE:voice"]["rootId"] == "1011-home"


def test_values_land_down_the_tree(pages: dict[tuple[str, str], Any]) -> None:
    assert pages["instance", "1001-internet-line"]["characteristics"]["rateMbps"] == 500
    assert pages["instance", "2001-evc-circuit"]["characteristics"]["committedMbps"] == 500
    assert "wifiName" not in pages["instance", "1011-router"]["characteristics"]


@pytest.mark.rule("CHG-15")
def test_lte_is_switched_off_after_new_radio_is_on(pages: dict[tuple[str, str], Any]) -> None:
    tasks = {task["name"]: task for task in pages["plan", "4G-TO-5G-CHANGED"]["tasks"]}
    assert tasks["disable-lte"]["after"] == [tasks["enable-nr"]["taskId"]]


def test_every_kind_of_task_was_done(pages: dict[tuple[str, str], Any]) -> None:
    done = {task["kind"] for (kind, _), page in pages.items() if kind == "plan" for task in page["tasks"]}
    assert done == {"provision", "manual", "field", "ship", "receive", "inspect", "credit"}


def test_no_personal_value_is_kept_readable(world: World) -> None:
    kept = [event.state for reader in world.readers.values() for event in reader.store.log(0, 10_000_000)]
    assert any(b"SITE-1001-1" in state for state in kept), "what is not personal is readable"
    assert not any(b"Solveig Aas" in state or b"Eira Vik" in state for state in kept)


def test_none_of_its_decisions_would_come_out_otherwise(world: World) -> None:
    found = what_if(sources(world), world.keys)
    assert (found.different, found.not_decided) == ([], {})
    assert found.decided.total() > len(OUTCOMES)


def test_its_pages_and_rows_are_what_its_logs_make(world: World) -> None:
    stores = keep(world, lambda _: MemoryStore())
    replayed = replay({name: source(world.readers[name].service, store) for name, store in stores.items()})
    assert replayed.differences == []
