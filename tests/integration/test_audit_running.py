"""An auditor looks at a system that is running, and neither stops it nor sees anything half done."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.command import Aftersale, change, instance, specification, until

ORDERS = 30


@pytest.fixture(scope="module")
def aftersale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftersale]:
    here = Aftersale(tmp_path_factory.mktemp("audit") / "data")
    with here.running("up"):
        here.sent(specification(), *(instance(f"M-{number}") for number in range(ORDERS)))
        here.good("settle", "--timeout", 30)
        with here.running("simulate"):
            here.sent(*(change(f"O-{number}", f"M-{number}") for number in range(ORDERS)))
            yield here


def test_replay_finds_no_difference_while_orders_run(aftersale: Aftersale) -> None:
    for _ in range(5):
        found = json.loads(aftersale.good("audit", "replay", "--json"))
        assert found["differences"] == []


def test_past_decisions_come_out_as_they_did(aftersale: Aftersale) -> None:
    found = json.loads(aftersale.good("audit", "what-if", "--json"))
    assert found["different"] == []
    assert sum(found["decided"].values()) >= ORDERS


def test_the_digest_stands_still_when_the_system_does(aftersale: Aftersale) -> None:
    until(lambda: aftersale.known("order", f"O-{ORDERS - 1}").get("state") == "completed")
    aftersale.good("settle", "--timeout", 30)
    digests = {json.loads(aftersale.good("audit", "replay", "--json"))["digest"] for _ in range(3)}
    assert len(digests) == 1


def test_what_is_so_now_is_what_show_shows(aftersale: Aftersale) -> None:
    until(lambda: aftersale.known("order", "O-1").get("state") == "completed")
    now = json.loads(aftersale.good("audit", "as-of", "now", "instance", "M-1", "--json"))["state"]
    assert {name: now[name] for name in ("state", "characteristics", "parentId")} == {
        name: value
        for name, value in aftersale.shown("instance", "M-1").items()
        if name in ("state", "characteristics", "parentId")
    }


def test_the_past_is_said_again_and_nobody_takes_it_for_news(aftersale: Aftersale) -> None:
    until(lambda: aftersale.known("order", "O-2").get("state") == "completed")
    aftersale.good("settle", "--timeout", 30)
    before = aftersale.good("audit", "timeline", "account", "A-1", "--json")
    assert "republished" in aftersale.good("audit", "republish", "--to", "past.again", "--account", "A-1")
    aftersale.good("settle", "--timeout", 30)
    assert aftersale.good("audit", "timeline", "account", "A-1", "--json") == before
