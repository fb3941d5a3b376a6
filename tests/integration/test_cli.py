"""The `aftersale` command against a running embedded system."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import CRM_ORDERS
from services.chassis.embedded import EmbeddedBus
from services.chassis.ports import Commit, Outgoing, Row
from services.chassis.store import open_sqlite
from services.cli.showing import FIELDS
from tests.command import Aftersale, alive, change, event, instance, specification, until


@pytest.fixture(scope="module")
def aftersale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftersale]:
    """A running system with a mobile for each test that wants one."""
    here = Aftersale(tmp_path_factory.mktemp("aftersale") / "data")
    with here.running("up"):
        here.sent(specification(), *(instance(f"M-{number}") for number in range(1, 6)))
        here.good("settle", "--timeout", 30)
        yield here


# ------------------------------------------------------------------------------------------- an order


def test_an_order_runs_from_send_over_simulate_to_show(aftersale: Aftersale) -> None:
    sent = aftersale.sent(change("O-1", "M-1"))
    assert sent == "sent 1 message: 1 to crm.orders\n"
    aftersale.good("settle", "--timeout", 30)
    assert aftersale.shown("order", "O-1")["state"] == "in_progress"
    assert aftersale.shown("instance", "M-1")["state"] == "change_pending"
    with aftersale.running("simulate"):
        until(lambda: aftersale.known("order", "O-1").get("state") == "completed")
    instance = aftersale.shown("instance", "M-1")
    assert (instance["state"], instance["characteristics"]["tier"]) == ("active", "5G")
    (task,) = aftersale.shown("plan", "O-1")["tasks"]
    assert (task["taskId"], task["state"]) == ("O-1.1.configure", "closed_complete")


def test_a_failing_simulator_leaves_a_fallout_and_settles_all_the_same(aftersale: Aftersale) -> None:
    with aftersale.running("simulate", "--fail", 1):
        aftersale.sent(change("O-2", "M-2"))
        until(lambda: "f1" in aftersale("show", "plan", "O-2").stdout)
        aftersale.good("settle", "--timeout", 30)
    assert aftersale.shown("plan", "O-2")["tasks"][0]["state"] == "on_hold"
    assert aftersale.shown("order", "O-2")["state"] == "in_progress"


def test_the_same_file_sent_again_changes_nothing(aftersale: Aftersale, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(json.dumps(change("O-3", "M-3")) + "\n\n")
    for _ in range(2):
        aftersale.good("send", file)
        aftersale.good("settle", "--timeout", 30)
    shown = aftersale.shown("order", "O-3")
    assert (shown["version"], shown["reasons"]) == (1, [])


@pytest.mark.parametrize("kind", ["order", "instance", "account", "plan"])
def test_json_has_the_fields_of_the_contract_and_nothing_else(aftersale: Aftersale, kind: str) -> None:
    aftersale.sent(change("O-4", "M-4"))
    aftersale.good("settle", "--timeout", 30)
    id = {"order": "O-4", "instance": "M-4", "account": "A-1", "plan": "O-4"}[kind]
    assert tuple(aftersale.shown(kind, id)) == FIELDS[kind]


def test_personal_values_are_sealed_in_the_store_and_shown_in_plain(aftersale: Aftersale) -> None:
    assert aftersale.shown("instance", "M-5")["characteristics"]["owner"] == "Mona Lie"
    assert "Mona Lie" in aftersale.good("show", "account", "A-1")
    files = [file.read_bytes() for file in aftersale.data.glob("inventory*.db*")]
    assert not any(b"Mona Lie" in content for content in files)


@pytest.mark.parametrize("kind", ["order", "instance", "account", "plan"])
def test_an_unknown_id_is_one_line_and_exit_1(aftersale: Aftersale, kind: str) -> None:
    assert "there is no" in aftersale.bad(1, "show", kind, "NOPE", "--json")


def test_an_order_shows_why_its_last_command_was_refused_until_one_is_accepted(aftersale: Aftersale) -> None:
    aftersale.sent(change("O-5", "M-5", draft=True, approve=False))
    aftersale.sent(event("early", "order.approve", {"orderId": "O-5", "reason": "now", "when": "now"}))
    aftersale.good("settle", "--timeout", 30)
    (reason,) = aftersale.shown("order", "O-5")["reasons"]
    assert (reason["rule"], reason["field"]) == ("FIELD", "when")
    assert "order.approve.v1 was refused" in aftersale.good("show", "order", "O-5")
    aftersale.sent(event("right", "order.submit", {"orderId": "O-5"}))
    aftersale.good("settle", "--timeout", 30)
    assert aftersale.shown("order", "O-5")["reasons"] == []


def test_an_order_that_was_never_made_says_what_was_refused(aftersale: Aftersale) -> None:
    aftersale.sent(change("O-6", "M-5", colour="red"))
    aftersale.good("settle", "--timeout", 30)
    assert "colour" in aftersale.bad(1, "show", "order", "O-6")


def test_an_account_shows_what_was_refused_to_it_and_why(aftersale: Aftersale) -> None:
    aftersale.sent(
        instance("ORPHAN", "A-9", parentId="NOWHERE"),
        event("late", "task.retry", {"taskId": "NONE.1.x"}, "A-9"),
        change("O-7", "M-5", account="A-8", colour="red"),
    )
    aftersale.good("settle", "--timeout", 30)
    shown = aftersale.shown("account", "A-9")
    assert (shown["instances"], shown["orders"]) == ([], [])
    refused = {command["commandId"]: command for command in shown["refused"]}
    assert refused.keys() == {"load-ORPHAN", "late"}
    load = refused["load-ORPHAN"]
    assert (load["commandType"], load["commandSource"]) == ("aftersale.instance.load.v1", "/test")
    assert [(reason["rule"], reason["field"]) for reason in load["reasons"]] == [("REF-01", "parentId")]
    printed = aftersale.good("show", "account", "A-9")
    for said in ("Refused", "load-ORPHAN", "REF-01", "NOWHERE", "late"):
        assert said in printed
    [other] = aftersale.shown("account", "A-8")["refused"]
    assert (other["orderId"], other["reasons"][0]["field"]) == ("O-7", "colour")


# ----------------------------------------------------------------------------------------- bad calls

GOOD = change("O-9", "M-5")
WRONG_LINES = {
    "not JSON": ("{", "not JSON"),
    "no object": ("[1]", "JSON object"),
    "no id": (json.dumps({**GOOD, "id": None}), "'id' is missing"),
    "no source": (json.dumps({**GOOD, "source": ""}), "'source' is missing"),
    "no type": (json.dumps({**GOOD, "type": None}), "'type' is missing"),
    "no account": (json.dumps({**GOOD, "accountid": None}), "'accountid' is missing"),
    "unknown type": (
        json.dumps({**GOOD, "type": "aftersale.order.plase.v1"}),
        "did you mean aftersale.order.place.v1?",
    ),
    "an event of ours": (
        json.dumps({**GOOD, "type": "aftersale.order.created.v1"}),
        "said by the services, not to them",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_LINES)
def test_a_line_that_cannot_go_is_named_and_nothing_is_sent(aftersale: Aftersale, wrong: str) -> None:
    line, says = WRONG_LINES[wrong]
    error = aftersale.bad(2, "send", "-", said=f"{json.dumps(GOOD)}\n{line}\n")
    assert error.startswith("aftersale: -:2: ")
    assert says in error
    assert aftersale("show", "order", "O-9").returncode == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("upp",), "Did you mean 'up'"),
        (("show", "thing", "X"), "'account'"),
        (("send",), "Missing argument"),
        (("send", "/nowhere.jsonl"), "cannot be read"),
        (("send", "-", "--topic", "order.events"), "no topic for messages from outside"),
        (("clock", "advance", "soon"), "no span of time"),
        (("parked", "retry"), "--all"),
        (("parked", "show", "abc"), "too short"),
        (("migrate", "--to", "mysql://x"), "postgresql://"),
    ],
)
def test_a_wrong_call_is_one_line_that_says_what_is_right_and_exit_2(
    aftersale: Aftersale, arguments: tuple[str, ...], says: str
) -> None:
    assert says in aftersale.bad(2, *arguments)


def test_settings_that_make_no_sense_are_named(tmp_path: Path) -> None:
    wrong = Aftersale(tmp_path, AFTERSALE_BUS="rabbit://x", AFTERSALE_PARTITIONS="many")
    error = wrong.bad(2, "settle")
    assert "kafka://host:port" in error
    assert "AFTERSALE_PARTITIONS" in error


def test_the_command_loads_nothing_heavy_before_it_is_told_what_to_do() -> None:
    program = (
        "import services.cli.app, sys; print({'pydantic', 'sqlite3', 'asyncio.events'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "{'asyncio.events'}\n"


# ------------------------------------------------------------------------------------------ operating


def test_a_data_directory_has_one_system_at_a_time(aftersale: Aftersale) -> None:
    assert "is in use by another aftersale" in aftersale.bad(1, "up")
    assert "is in use by another aftersale" in aftersale.bad(1, "migrate", "--to", "postgresql://x/y")


def test_the_clock_is_set_ahead_for_every_service(aftersale: Aftersale) -> None:
    assert "real time" in aftersale.good("clock")
    assert "(1 day 12 hours ahead" in aftersale.good("clock", "advance", "1d12h")
    assert "(1 day 13 hours ahead" in aftersale.good("clock", "advance", "60m")
    assert "(1 day 13 hours ahead" in aftersale.good("clock")
    aftersale.good("settle", "--timeout", 30)


def test_a_real_clock_is_not_set_ahead(aftersale: Aftersale) -> None:
    elsewhere = Aftersale(aftersale.data, AFTERSALE_BUS="kafka://nowhere:9092")
    assert "AFTERSALE_CLOCK=adjustable" in elsewhere.bad(2, "clock", "advance", "1d")


def publish(data: Path, value: bytes) -> None:
    async def once() -> None:
        bus = EmbeddedBus(data / "bus.db")
        publisher = bus.publisher()
        await publisher.publish([Outgoing(CRM_ORDERS, 0, b"A-1", value, (("ce_id", b"x"),))])
        await publisher.close()
        await bus.close()

    asyncio.run(once())


def test_what_cannot_be_read_is_parked_shown_tried_again_in_vain_and_discarded(aftersale: Aftersale) -> None:
    assert aftersale.good("parked", "list") == "nothing is parked\n"
    publish(aftersale.data, b"{no json")
    aftersale.good("settle", "--timeout", 30)
    (parked,) = json.loads(aftersale.good("parked", "list", "--json"))
    assert (parked["service"], parked["topic"]) == ("order", "crm.orders")
    assert parked["id"][:12] in aftersale.good("parked", "list")
    assert "{no json" in aftersale.good("parked", "show", parked["id"][:8])

    for _ in range(2):
        again = aftersale("parked", "retry", parked["id"])
        assert (again.returncode, "failed" in again.stdout) == (1, True), again.stderr
        assert parked["reason"] in again.stdout
    assert len(json.loads(aftersale.good("parked", "list", "--json"))) == 1

    assert "discarded" in aftersale.good("parked", "discard", "--all")
    assert json.loads(aftersale.good("parked", "list", "--json")) == []
    store = open_sqlite(aftersale.data / "order.db")
    assert store.rows_of("retry") == []
    store.close()


def test_a_system_may_run_while_its_views_are_made_again(aftersale: Aftersale) -> None:
    before = aftersale.shown("account", "A-1")
    assert "order: pages made again" in aftersale.good("views", "rebuild")
    assert aftersale.shown("account", "A-1") == before


# --------------------------------------------------------------------------------- starts and stops


def test_settle_waits_for_a_system_that_starts_and_names_what_is_in_flight(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    assert "is it running?" in here.bad(1, "settle", "--timeout", 0.2)
    here.sent(specification())
    with here.running("up"):
        here.good("settle", "--timeout", 30)
    here.sent(instance("M-1"))
    assert "inventory has 1 of crm.inventory to handle" in here.bad(1, "settle", "--timeout", 0.5)
    with here.running("up"):
        here.good("settle", "--timeout", 30)
        assert here.shown("instance", "M-1")["state"] == "active"


def test_views_are_made_again_without_a_system(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    with here.running("up"):
        here.sent(specification(), instance("M-1"))
        here.good("settle", "--timeout", 30)
        before = here.shown("account", "A-1")
    store = open_sqlite(here.data / "inventory.db")
    store.drop_documents("pages")
    store.close()
    assert "inventory: pages made again" in here.good("views", "rebuild", "inventory")
    assert here.shown("account", "A-1") == before


def test_another_partition_count_refuses_to_start(tmp_path: Path) -> None:
    with Aftersale(tmp_path / "data", AFTERSALE_PARTITIONS="4").running("up") as up:
        assert up.stdout is not None
        assert "Aftersale" in up.stdout.readline()
    error = Aftersale(tmp_path / "data").bad(2, "up")
    assert "set AFTERSALE_PARTITIONS=4" in error
    apart = Aftersale(tmp_path / "data").apart("run", "order")
    assert (apart.returncode, apart.stderr.count("\n")) == (2, 1), apart.stderr
    assert "set AFTERSALE_PARTITIONS=4" in apart.stderr
    assert Aftersale(tmp_path / "data").sent(instance("M-1")).startswith("sent 1 message")


def test_children_die_within_a_second_when_their_parent_is_killed(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    with here.running("up") as up:
        until(lambda: len(here.children()) == 4)
        pids = here.children().values()
        assert all(map(alive, pids))
        up.kill()
        up.wait()
        until(lambda: not any(map(alive, pids)), seconds=1.5)


def test_a_child_that_falls_is_started_again(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    with here.running("up"):
        until(lambda: len(here.children()) == 4)
        fallen = here.children()["inventory"]
        subprocess.run(["kill", "-9", str(fallen)], check=True)
        here.sent(specification(), instance("M-1"))
        here.good("settle", "--timeout", 30)
        assert here.children()["inventory"] != fallen
        assert here.shown("instance", "M-1")["state"] == "active"


def test_a_wish_left_by_somebody_is_followed_when_the_service_is_back(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    with here.running("up"):
        here.good("settle", "--timeout", 30)
        publish(here.data, b"{no json")
        here.good("settle", "--timeout", 30)
    store = open_sqlite(here.data / "order.db")
    (row,) = store.rows_of("parked")
    store.commit(Commit(put_rows=[Row("retry", row.key, f"{row.member}:discard")]))
    store.close()
    assert "parked messages to try again" in here.bad(1, "settle", "--timeout", 0.2)
    with here.running("up"):
        here.good("settle", "--timeout", 30)
        assert here.good("parked", "list") == "nothing is parked\n"


def test_the_demo_ends_as_the_sample_says_and_again_on_the_same_directory(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    first, again = (here.apart("demo", "--exit") for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    assert "0 did not" in first.stdout
    outcomes, *_ = first.stdout.split("\n\n")
    for order in outcomes.splitlines():
        assert order.endswith(" s") or order.startswith("order "), order
    assert [line.split()[:-2] for line in again.stdout.split("\n\n")[0].splitlines()] == [
        line.split()[:-2] for line in outcomes.splitlines()
    ]


def test_a_demo_stopped_halfway_goes_on_where_it_was(tmp_path: Path) -> None:
    here = Aftersale(tmp_path / "data")
    with here.running("demo", "--exit", ends=1):
        until(lambda: here.known("order", "SEAT-HELD").get("state") == "on_hold")
    again = here.apart("demo", "--exit")
    assert (again.returncode, "0 did not" in again.stdout) == (0, True), again.stderr
