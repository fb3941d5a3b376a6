"""Whatever was done to a store, an auditor's command answers with what it found, or with one line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from services.chassis.settings import Settings
from services.cli import audit_reading
from services.cli.installation import stores_of
from tests.command import Aftersale
from tests.history import files, keep, lived
from tests.scenarios import place

CHANGE = (place("O1", "change", "NET", characteristics={"speed": 200}),)
FIRST = "WHERE originator_id = 'instance-NET' AND originator_version = 1"
"""An event that every question below is about."""
ASKED = (
    ("replay",),
    ("what-if",),
    ("timeline", "account", "ACME"),
    ("as-of", "now", "instance", "NET"),
    ("as-of", "now", "account", "ACME"),
    ("diff", "2020-01-01", "now", "instance", "NET"),
    ("prove", "instance-NET@1", "--service", "inventory"),
    ("republish", "--to", "analytics.past"),
    ("forget", "ACME", "--yes"),
)
ALTERED = {
    "meta": "state = x'0a7b7d'",
    "no line": "state = x'7b7d'",
    "no blob": "state = CAST(state AS TEXT)",
    "no data": "state = CAST(substr(state, 1, instr(state, x'0a')) AS BLOB)",
    "another name": "topic = 'something.else.v1'",
    "a broken name": "topic = CAST(x'ff' AS TEXT)",
    "another stream": "originator_id = 'nobody-knows-it'",
}


@pytest.fixture
def aftersale(tmp_path: Path) -> Aftersale:
    data = tmp_path / "data"
    world = lived(CHANGE)
    for store in keep(world, files(data)).values():
        store.setting("partitions", "3")
        store.close()
    Settings(data=data).open_keys().close()
    with closing(sqlite3.connect(data / "keys.db", isolation_level=None)) as keys:
        known = world.keys.get(("ACME", "OTHER"))
        keys.executemany("INSERT INTO keys (account, key) VALUES (?, ?)", known.items())
    made = Aftersale(data)
    assert "signed up to event" in made.good("audit", "witness", "--once")
    return made


def alter(aftersale: Aftersale, how: str) -> None:
    with closing(sqlite3.connect(aftersale.data / "inventory.db")) as connection, connection:
        assert connection.execute(f"UPDATE stored_events SET {how} {FIRST}").rowcount == 1


@pytest.mark.parametrize("how", ALTERED.values(), ids=ALTERED)
def test_an_event_that_cannot_be_read_is_one_line_that_names_it(aftersale: Aftersale, how: str) -> None:
    alter(aftersale, how)
    refused = 0
    for asked in ASKED:
        done = aftersale("audit", *asked)
        assert done.stderr.count("\n") <= 1, (asked, done.stderr)
        if done.returncode == 1 and done.stderr:
            refused += 1
            assert "run 'aftersale audit verify'" in done.stderr or "nothing is stored" in done.stderr, asked
        else:
            assert done.returncode in (0, 1), asked
    assert refused or "stream" in how or "originator" in how
    assert aftersale("audit", "verify").returncode == 1


def test_replay_names_the_stream_of_whatever_cannot_be_read(aftersale: Aftersale) -> None:
    alter(aftersale, ALTERED["no line"])
    done = aftersale("audit", "replay", "--json")
    assert done.returncode == 1
    found = {(one["what"], one["id"]) for one in json.loads(done.stdout)["differences"]}
    assert ("stream", "instance-NET") in found


@pytest.mark.parametrize("asked", [("verify",), *ASKED], ids=lambda asked: asked[0])
def test_a_store_that_is_no_database_is_one_line(aftersale: Aftersale, asked: tuple[str, ...]) -> None:
    (aftersale.data / "order.db").write_bytes(b"\0rubbish" * 1_000)
    assert "it is damaged" in aftersale.bad(1, "audit", *asked)


def test_a_store_that_was_taken_away_is_told_from_one_that_was_never_made(
    aftersale: Aftersale, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_reading, "stores_of", partial(stores_of, seconds=0.0))
    (aftersale.data / "inventory.db").unlink()
    said = aftersale.bad(1, "audit", "verify")
    assert "inventory.db is gone" in said
    assert "events of it were signed at" in said


def test_a_folder_of_the_auditor_that_cannot_be_read_is_one_line(aftersale: Aftersale) -> None:
    checkpoints = aftersale.data / "audit" / "checkpoints.jsonl"
    checkpoints.unlink()
    checkpoints.mkdir()
    assert "checkpoints.jsonl cannot be used: Is a directory" in aftersale.bad(1, "audit", "verify")


@pytest.mark.parametrize("broken", [lambda: 1 / 0], ids=["a fault of ours"])
def test_what_fails_on_a_sound_log_is_not_blamed_on_it(
    aftersale: Aftersale, monkeypatch: pytest.MonkeyPatch, broken: Callable[[], object]
) -> None:
    monkeypatch.setattr("services.audit.replay.replay", lambda *_: broken())
    with pytest.raises(ZeroDivisionError):
        aftersale("audit", "replay")


def test_what_was_put_into_a_store_steers_no_terminal(aftersale: Aftersale) -> None:
    alter(aftersale, "originator_id = 'instance-' || char(27) || '[2Jit holds' || char(0)")
    for asked in (("verify",), ("replay",), ("timeline", "account", "ACME"), ("as-of", "now", "order", "O1")):
        done = aftersale("audit", *asked)
        assert not set(done.stdout + done.stderr) & set("\0\x07\x1b\x9b"), asked
    assert "instance-\\x1b[2Jit holds\\x00" in aftersale("audit", "verify").stdout


# -------------------------------------------------------------------------------------- what is printed


def test_verify_says_whose_key_it_took_unless_one_was_named(aftersale: Aftersale) -> None:
    (key,) = (aftersale.data / "audit" / "keys.txt").read_text().split()
    assert f"signed by {key}: is that the auditor's key?" in aftersale.good("audit", "verify")
    assert "is that the auditor's key?" not in aftersale.good("audit", "verify", "--key", key)
    found = json.loads(aftersale.good("audit", "verify", "--json"))
    assert (found["holds"], found["vouched"], found["topicRead"]) == (True, False, True)
    assert json.loads(aftersale.good("audit", "verify", "--json", "--key", key))["vouched"]


def test_every_proof_and_signature_can_be_had_as_json(aftersale: Aftersale, tmp_path: Path) -> None:
    assert json.loads(aftersale.good("audit", "witness", "--once", "--json")) == {"signed": []}
    file = tmp_path / "proof.json"
    file.write_text(aftersale.good("audit", "prove", "order-O1@1", "--json"))
    checked = json.loads(aftersale.good("audit", "check", file, "--json"))
    assert (checked["holds"], checked["vouched"]) == (True, False)
