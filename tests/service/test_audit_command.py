"""`aftersale audit` about the past, as people call it: on stores in files, with nothing running."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.chassis.settings import Settings
from tests.command import Aftersale
from tests.history import files, keep, lived
from tests.scenarios import CATALOG, place

CHANGE = (place("O1", "change", "NET", characteristics={"speed": 200}),)


@pytest.fixture(scope="module")
def aftersale(tmp_path_factory: pytest.TempPathFactory) -> Aftersale:
    data = tmp_path_factory.mktemp("audit") / "data"
    world = lived(CHANGE)
    for store in keep(world, files(data)).values():
        store.setting("partitions", "3")
        store.close()
    Settings(data=data).open_keys().close()
    with closing(sqlite3.connect(data / "keys.db", isolation_level=None)) as keys:
        known = world.keys.get(("ACME", "OTHER"))
        keys.executemany("INSERT INTO keys (account, key) VALUES (?, ?)", known.items())
    return Aftersale(data)


def first_and_last(aftersale: Aftersale) -> tuple[str, str]:
    entries = json.loads(aftersale.good("audit", "timeline", "order", "O1", "--json"))
    return entries[0]["recorded"], entries[-1]["recorded"]


def test_the_timeline_is_a_table_json_or_a_diagram(aftersale: Aftersale) -> None:
    printed = aftersale.good("audit", "timeline", "order", "O1")
    assert "order.place" in printed
    assert "domain-order.closed" in printed
    by_format = aftersale.good("audit", "timeline", "order", "O1", "--format", "json")
    assert by_format == aftersale.good("audit", "timeline", "order", "O1", "--json")
    diagram = aftersale.good("audit", "timeline", "order", "O1", "--format", "mermaid")
    assert diagram.startswith("sequenceDiagram\n")


def test_as_of_shows_the_page_then(aftersale: Aftersale) -> None:
    first, last = first_and_last(aftersale)
    then = json.loads(aftersale.good("audit", "as-of", first, "instance", "NET", "--json"))
    now = json.loads(aftersale.good("audit", "as-of", "now", "instance", "NET", "--json"))
    assert (then["state"]["characteristics"]["speed"], now["state"]["characteristics"]["speed"]) == (100, 200)
    known = json.loads(
        aftersale.good("audit", "as-of", last, "instance", "NET", "--known-at", first, "--json")
    )
    assert known["state"] == then["state"]
    assert "Order O1" in aftersale.good("audit", "as-of", last, "order", "O1")


def test_a_time_before_it_existed_is_answered_so(aftersale: Aftersale) -> None:
    said = aftersale.good("audit", "as-of", "2020-01-01", "order", "O1")
    assert "order O1 did not exist at 2020-01-01T00:00:00+00:00" in said
    assert (
        json.loads(aftersale.good("audit", "as-of", "2020-01-01", "order", "O1", "--json"))["state"] is None
    )


def test_diff_shows_what_changed_between_two_times(aftersale: Aftersale) -> None:
    first, last = first_and_last(aftersale)
    found = json.loads(aftersale.good("audit", "diff", first, last, "instance", "NET", "--json"))
    assert {"path": "characteristics.speed", "before": 100, "after": 200} in found["changes"]
    assert "characteristics.speed" in aftersale.good("audit", "diff", first, last, "account", "ACME")
    assert aftersale.good("audit", "diff", last, last, "instance", "NET") == "nothing changed\n"


@pytest.mark.parametrize(
    ("status", "arguments", "said"),
    [
        (2, ("as-of", "soon", "order", "O1"), "write it as 2026-11-22T14:30:00+01:00"),
        (2, ("as-of", "9999-12-31T23:59:59-05:00", "order", "O1"), "is no time"),
        (2, ("as-of", "0001-01-01T00:00:00+05:00", "order", "O1"), "is no time"),
        (2, ("as-of", "now", "plan", "O1"), "'plan' is not one of"),
        (2, ("witness", "--json"), "give --once with --json"),
        (1, ("as-of", "now", "order", "O9"), "there never was an order O9"),
        (1, ("timeline", "instance", "NONE"), "no stored event speaks of instance NONE"),
    ],
)
def test_what_cannot_be_shown_is_one_line_that_says_why(
    aftersale: Aftersale, status: int, arguments: tuple[str, ...], said: str
) -> None:
    assert said in aftersale.bad(status, "audit", *arguments)


def test_replay_finds_no_difference_and_the_same_digest_every_time(aftersale: Aftersale) -> None:
    found = [json.loads(aftersale.good("audit", "replay", "--json")) for _ in range(3)]
    assert len({each["digest"] for each in found}) == 1
    assert found[0]["differences"] == []
    printed = aftersale.good("audit", "replay")
    assert found[0]["digest"] in printed
    assert "no differences" in printed


def test_what_if_lists_what_another_catalog_would_have_decided(aftersale: Aftersale, tmp_path: Path) -> None:
    (internet,) = (data for _, data in CATALOG if data["specificationId"] == "internet")
    speed = {"name": "speed", "type": "number", "values": [100]}
    message = {
        "specversion": "1.0",
        "id": "new",
        "source": "/test",
        "type": "aftersale.specification.publish.v1",
        "data": {**internet, "characteristics": [speed]},
    }
    file = tmp_path / "catalog.jsonl"
    file.write_text(json.dumps(message))
    assert "none would differ" in aftersale.good("audit", "what-if")
    found = json.loads(aftersale.good("audit", "what-if", "--catalog", file, "--json"))
    assert [(one["service"], one["stream"], one["now"]["events"]) for one in found["different"]] == [
        ("order", "order-O1", ["order.placed", "order.rejected"])
    ]
    assert "order.rejected" in aftersale.good("audit", "what-if", "--catalog", file)
    file.write_text(json.dumps({**message, "type": "aftersale.order.place.v1", "accountid": "ACME"}))
    assert "nothing of a catalog" in aftersale.bad(2, "audit", "what-if", "--catalog", file)


def test_republish_says_the_past_again_on_a_topic_of_its_own(aftersale: Aftersale) -> None:
    asked = ("audit", "republish", "--to", "analytics.past", "--types", "order.completed,order.created")
    found = json.loads(aftersale.good(*asked, "--json"))
    assert found["messages"] == 2
    assert set(found["types"]) == {"aftersale.order.completed.v1", "aftersale.order.created.v1"}
    assert "republished 0 messages" in aftersale.good(*asked, "--from", "2030-01-01", "--account", "ACME")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "order.events"), "give the subscriber a topic of its own"),
        (("--to", "x", "--types", "order.complete"), "did you mean order.completed?"),
        (("--to", "x", "--until", "soon"), "is no time"),
        (("--to", "x", "--from", "2026-02-01", "--until", "2026-01-01"), "give a later --until"),
        (("--to", "preview.requests"), "give the subscriber a topic of its own"),
    ],
)
def test_a_republish_that_makes_no_sense_is_refused(
    aftersale: Aftersale, arguments: tuple[str, ...], said: str
) -> None:
    assert said in aftersale.bad(2, "audit", "republish", *arguments)
