"""After `audit forget` nothing personal of the account can be read, at once or by the day it says."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from schemas.topics import PLAIN
from services.chassis.embedded import EmbeddedBus
from services.chassis.embedded_log import Log
from services.chassis.keys import open_sqlite_keys
from services.chassis.partitions import partition_of
from services.chassis.ports import Outgoing
from tests.command import Aftersale, change, instance, specification, until
from tests.traces import (
    SIGN,
    found_in,
    in_files,
    on_topics,
    planted_loads,
    planted_orders,
    planted_reports,
    unreadable,
)

ACCOUNT = "A-7"
PARTITIONS = 3


class Past(NamedTuple):
    """What an installation said before, when and after it forgot."""

    aftersale: Aftersale
    shown: str
    done: dict[str, Any]
    files: dict[str, list[str]]
    keys: list[int]
    """How many files held the key before, and how many afterwards."""
    topics: set[str]


def publish(data: Path) -> None:
    async def once() -> None:
        bus = EmbeddedBus(data / "bus.db")
        publisher = bus.publisher()
        for topic, key, headers, value in unreadable(ACCOUNT):
            lane = partition_of(ACCOUNT.encode(), PARTITIONS)
            await publisher.publish([Outgoing(topic, lane, key, value, tuple(headers.items()))])
        await publisher.close()
        await bus.close()

    asyncio.run(once())


def plant(aftersale: Aftersale) -> None:
    """Personal values of the account, through every way in; and another account that stays."""
    aftersale.sent(specification(), instance("M-1", "A-8"))
    aftersale.good("settle", "--timeout", 30)
    aftersale.sent(*planted_loads(ACCOUNT))
    aftersale.good("settle", "--timeout", 30)
    aftersale.sent(*planted_orders(ACCOUNT))
    aftersale.good("settle", "--timeout", 30)
    task = aftersale.shown("plan", "S-1")["tasks"][0]["taskId"]
    aftersale.sent(*planted_reports(ACCOUNT, task))
    publish(aftersale.data)
    aftersale.good("settle", "--timeout", 30)


def everything(aftersale: Aftersale) -> str:
    """All that the commands show of the account."""
    parked = json.loads(aftersale.good("parked", "list", "--json"))
    asked = [
        ("show", "account", ACCOUNT, "--json"),
        ("show", "order", "S-1", "--json"),
        ("show", "order", "S-6", "--json"),
        ("show", "instance", "P-1", "--json"),
        ("show", "plan", "S-1", "--json"),
        ("audit", "timeline", "account", ACCOUNT, "--json"),
        ("audit", "as-of", "now", "instance", "P-1", "--json"),
        *(("parked", "show", one["id"], "--json") for one in parked),
    ]
    return "\n".join(aftersale.good(*each) for each in asked)


def holding(directory: Path, wanted: bytes) -> int:
    return sum(wanted in file.read_bytes() for file in directory.rglob("*") if file.is_file())


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    aftersale = Aftersale(tmp_path_factory.mktemp("forget") / "data", AFTERSALE_PARTITIONS=str(PARTITIONS))
    with aftersale.running("up"):
        plant(aftersale)
        shown = everything(aftersale)
        with closing(open_sqlite_keys(aftersale.data / "keys.db")) as keys:
            key = keys.get((ACCOUNT,), make=False)[ACCOUNT]
        held = [holding(aftersale.data, key)]
        done = json.loads(aftersale.good("audit", "forget", ACCOUNT, "--yes", "--json"))
        files = in_files(aftersale.data, but="bus.db")
        held.append(holding(aftersale.data, key))
        yield Past(aftersale, shown, done, files, held, on_topics(aftersale.data / "bus.db"))


def test_what_was_planted_could_be_read_before(past: Past) -> None:
    for where in (
        "name of P-1",
        "owner of P-1",
        "nick",
        "reason of S-1",
        "new owner by S-6",
        "no JSON",
        "header",
        "failure",
    ):
        assert where in past.shown, where


def test_the_search_finds_a_value_in_every_form() -> None:
    assert found_in(f"a {SIGN} b".encode()) == ["plain"]
    assert found_in(json.dumps({"x": SIGN}).encode("utf-16")) == ["UTF-16"]


def test_at_once_it_is_in_no_file_but_the_bus_and_on_no_topic_but_those_of_others(past: Past) -> None:
    assert past.files == {}
    assert past.topics == set(PLAIN)


def test_what_waits_for_its_day_was_searched_too(past: Past) -> None:
    assert past.aftersale.shown("order", "S-6")["lines"][0]["state"] == "scheduled"
    with closing(sqlite3.connect(past.aftersale.data / "inventory.db")) as database:
        (timers,) = database.execute(
            "SELECT count(*) FROM timers WHERE timer LIKE 'operation/S-6%'"
        ).fetchone()
    assert timers == 1


def test_its_key_is_in_no_file_any_more(past: Past) -> None:
    before, after = past.keys
    assert before > 0
    assert after == 0


def test_no_command_shows_it_any_more(past: Past) -> None:
    assert SIGN not in everything(past.aftersale)
    forgotten = past.aftersale.shown("instance", "P-1")
    assert (forgotten.get("name"), forgotten["characteristics"]["owner"]) == (None, None)


def test_another_account_is_as_it_was(past: Past) -> None:
    assert past.aftersale.shown("instance", "M-1")["characteristics"]["owner"] == "Mona Lie"


def test_it_says_what_it_did_and_until_when_copies_last(past: Past) -> None:
    done = past.done
    assert (done["account"], done["endedNow"], done["parkedEnded"], done["parkedPlain"]) == (
        ACCOUNT,
        True,
        3,
        0,
    )
    assert {copy["topic"] for copy in done["copies"]} == set(PLAIN)
    day = datetime.now(UTC) + timedelta(days=14, minutes=10)
    assert done["lastCopyGone"] in {(day - timedelta(hours=ago)).date().isoformat() for ago in (0, 1)}
    assert any("digest" in one for one in done["notTouched"])


def test_it_may_be_called_again_and_says_the_same(past: Past) -> None:
    again = json.loads(past.aftersale.good("audit", "forget", ACCOUNT, "--yes", "--json"))
    assert (again["endedNow"], again["copies"]) == (False, past.done["copies"])
    assert f"account {ACCOUNT} is forgotten" in past.aftersale.good("audit", "forget", ACCOUNT, said="yes\n")


def test_without_a_yes_nothing_is_forgotten_and_a_name_that_nobody_has_is_told_so(past: Past) -> None:
    asked = past.aftersale("audit", "forget", "A-8", said="no\n")
    assert (asked.returncode, "nothing was forgotten" in asked.stderr) == (1, True)
    assert past.aftersale.shown("instance", "M-1")["characteristics"]["owner"] == "Mona Lie"
    assert "no message of account A-77 was ever handled here" in past.aftersale.bad(
        1, "audit", "forget", "A-77", "--yes"
    )


def test_replay_verify_and_what_if_still_hold(past: Past) -> None:
    aftersale = past.aftersale
    assert json.loads(aftersale.good("audit", "replay", "--json"))["differences"] == []
    until(lambda: aftersale("audit", "verify").returncode == 0)
    assert json.loads(aftersale.good("audit", "what-if", "--json"))["different"] == []


def test_what_comes_later_for_the_account_is_handled_and_nothing_personal_of_it_is_kept(past: Past) -> None:
    aftersale = past.aftersale
    aftersale.sent(instance("L-1", ACCOUNT, name=f"Later {SIGN}", characteristics={"owner": f"Late {SIGN}"}))
    aftersale.good("settle", "--timeout", 30)
    with aftersale.running("simulate"):
        aftersale.sent(
            change("L-O", "L-1", ACCOUNT, reason=SIGN, characteristics={"owner": SIGN, "tier": "5G"})
        )
        until(lambda: aftersale.known("order", "L-O").get("state") == "completed")
    publish(aftersale.data)
    aftersale.good("settle", "--timeout", 30)
    assert aftersale.shown("instance", "L-1")["characteristics"].get("tier") == "5G"
    assert in_files(aftersale.data, but="bus.db") == {}
    assert on_topics(aftersale.data / "bus.db") <= set(PLAIN)
    assert json.loads(aftersale.good("audit", "replay", "--json"))["differences"] == []


def test_once_the_day_has_passed_it_is_in_no_file_at_all(past: Past) -> None:
    aftersale = past.aftersale
    said = json.loads(aftersale.good("audit", "forget", ACCOUNT, "--yes", "--json"))["lastCopyGone"]
    assert any(file.startswith("bus.db") for file in in_files(aftersale.data))
    passed = datetime.fromisoformat(said).replace(tzinfo=UTC) + timedelta(days=1)

    def expired() -> bool:
        with closing(Log(aftersale.data / "bus.db")) as log:
            while log.expire(int(passed.timestamp() * 1000)):
                time.sleep(0)
        return in_files(aftersale.data) == {}

    until(expired)
    assert json.loads(aftersale.good("audit", "forget", ACCOUNT, "--yes", "--json"))["copies"] == []
    assert "no copies where others write or read" in aftersale.good("audit", "forget", ACCOUNT, "--yes")
    until(lambda: aftersale("audit", "verify").returncode == 0)
    assert json.loads(aftersale.good("audit", "replay", "--json"))["differences"] == []
