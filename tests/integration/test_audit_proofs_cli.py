"""What an auditor runs beside a real installation: `verify`, `prove`, `check`, `witness`."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.command import Aftersale, change, instance, specification, until


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Aftersale:
    """An installation that was stopped after an order, while a second one was on its way."""
    here = Aftersale(tmp_path_factory.mktemp("audited") / "data")
    with here.running("up"):
        here.sent(specification(), instance("M-1"))
        here.good("settle", "--timeout", 30)
        until(lambda: signed(here, "order") and signed(here, "inventory"))
        here.sent(change("O-1", "M-1"))
        here.good("settle", "--timeout", 30)
    return here


@pytest.fixture
def here(ended: Aftersale, tmp_path: Path) -> Aftersale:
    """A copy of it, to be altered at will."""
    shutil.copytree(ended.data, tmp_path / "data")
    return Aftersale(tmp_path / "data")


def signed(here: Aftersale, service: str) -> list[dict[str, Any]]:
    file = here.data / "audit" / "checkpoints.jsonl"
    lines = file.read_text().splitlines() if file.exists() else []
    return [one for one in map(json.loads, lines) if one["service"] == service]


def alter(here: Aftersale, service: str, statement: str) -> None:
    with closing(sqlite3.connect(here.data / f"{service}.db")) as connection, connection:
        connection.execute(statement)


def verified(here: Aftersale, *options: object) -> Any:
    done = here("audit", "verify", "--json", *options)
    body = json.loads(done.stdout)
    assert done.returncode == (0 if body["holds"] else 1), done.stderr
    return body


def test_all_that_was_stored_was_signed_when_the_system_has_stopped(here: Aftersale) -> None:
    found = verified(here)
    assert found["holds"]
    assert [one["service"] for one in found["logs"]] == ["order", "inventory", "fulfillment"]
    for one in found["logs"]:
        assert one["events"] == one["signed"] == one["last"]["size"] > 0
        assert (one["after"], one["findings"]) == (0, [])
    assert found["eventsPerSecond"] > 0


def test_an_installation_that_holds_says_so_in_a_line(here: Aftersale) -> None:
    lines = here.good("audit", "verify").splitlines()
    assert lines[0].startswith("log ")
    assert lines[-1].startswith("it holds: everything signed is as it was signed; ")


def test_an_alteration_is_named_and_the_exit_status_tells(here: Aftersale) -> None:
    alter(here, "order", "UPDATE stored_events SET state = replace(state, 'O-1', 'O-2') WHERE rowid = 3")
    done = here("audit", "verify")
    assert done.returncode == 1
    assert "changed  order: event 3, " in done.stdout
    assert "it does not hold" in done.stdout.splitlines()[-1]
    found = verified(here, "--service", "order")
    assert [finding["kind"] for finding in found["logs"][0]["findings"]] == ["changed", "checkpoint"]
    assert verified(here, "--service", "inventory")["holds"]


def test_a_file_that_is_no_database_any_more_is_told_in_a_line(here: Aftersale) -> None:
    (here.data / "order.db").write_bytes(b"nothing" * 1_000)
    assert "cannot be opened, it is damaged" in here.bad(1, "audit", "verify")


def test_a_tail_that_was_cut_with_its_checkpoints_is_found_by_the_topic_and_by_who_kept_one(
    here: Aftersale, tmp_path: Path
) -> None:
    audit = here.data / "audit"
    kept = tmp_path / "kept.jsonl"
    shutil.copy(audit / "checkpoints.jsonl", kept)
    *earlier, last = signed(here, "order")
    assert earlier
    lines = (audit / "checkpoints.jsonl").read_text().splitlines()
    left = [line for line in lines if json.loads(line)["signature"] != last["signature"]]
    (audit / "checkpoints.jsonl").write_text("".join(f"{line}\n" for line in left))
    alter(here, "order", f"DELETE FROM stored_events WHERE rowid > {earlier[-1]['sequence']}")
    for options in ((), ("--checkpoint", kept)):
        found = verified(here, *options)
        assert [finding["kind"] for finding in found["logs"][0]["findings"]] == ["cut", "checkpoint"]
        assert [finding["kind"] for finding in found["findings"]] == ["record"]
        (here.data / "bus.db").unlink(missing_ok=True)


def test_a_proof_is_checked_with_nothing_but_the_file(here: Aftersale, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(here.good("audit", "prove", "order-O-1@1"))
    key = signed(here, "order")[-1]["key"]
    shutil.copytree(here.data / "audit", tmp_path / "given")
    shutil.rmtree(here.data)
    said = here.good("audit", "check", proof)
    assert said.startswith("it holds: order-O-1@1 is event ")
    assert f"signed by {key}: is that the auditor's key?" in said
    kept = ("--checkpoint", tmp_path / "given" / "checkpoints.jsonl")
    assert here.good("audit", "check", proof, "--key", key, *kept).count("\n") == 1
    assert json.loads(here.good("audit", "check", proof, "--json"))["holds"]
    assert not here.data.exists()


def test_a_proof_that_was_changed_or_is_by_another_does_not_hold(here: Aftersale, tmp_path: Path) -> None:
    proof = here.good("audit", "prove", "order-O-1@1")
    forged = here("audit", "check", "-", said=proof.replace("order-O-1", "order-O-2"))
    assert forged.returncode == 1
    assert "order-O-2@1 as it stands here is not in the log that was signed" in forged.stdout
    other = here("audit", "check", "-", "--key", "0" * 64, said=proof)
    assert (other.returncode, "none of the keys you trust" in other.stdout) == (1, True)
    kept = tmp_path / "kept.jsonl"
    kept.write_text(json.dumps(signed(here, "order")[0]) + "\n")
    unknown = here("audit", "check", "-", "--checkpoint", kept, said=proof)
    assert (unknown.returncode, "you kept no checkpoint" in unknown.stdout) == (1, True)
    assert "write it with 'aftersale audit prove'" in here.bad(2, "audit", "check", "-", said="{}")


def test_the_log_only_grew_between_two_checkpoints(here: Aftersale) -> None:
    first, *_, last = signed(here, "order")
    proof = here.good("audit", "prove", "--service", "order", "--from", first["size"])
    assert f"over {last['size']} events" in here.good("audit", "check", "-", said=proof)
    named = here.good("audit", "prove", "--service", "order", "--from", first["size"], "--to", last["size"])
    assert named == proof


def test_what_cannot_be_proven_says_why(here: Aftersale) -> None:
    assert "nothing is stored as order-O-9@1" in here.bad(1, "audit", "prove", "order-O-9@1")
    assert "say which with --service" in here.bad(2, "audit", "prove", "instance-M-1@1")
    assert "STREAM@VERSION" in here.bad(1, "audit", "prove", "O-1")
    assert "say what to prove" in here.bad(2, "audit", "prove")
    assert "--service order" in here.bad(2, "audit", "prove", "--from", 1)
    assert "the nearest covers" in here.bad(1, "audit", "prove", "--service", "order", "--from", 999)
    assert "is neither a key" in here.bad(2, "audit", "verify", "--key", "nobody")


def test_a_witness_is_asked_to_sign_now_where_none_runs(here: Aftersale) -> None:
    shutil.rmtree(here.data / "audit")
    assert "'aftersale audit witness --once' signs what there is" in here.bad(1, "audit", "verify")
    said = here.good("audit", "witness", "--once")
    assert [line.partition(":")[0] for line in said.splitlines()] == ["order", "inventory", "fulfillment"]
    assert here.good("audit", "witness", "--once") == "nothing new to sign\n"


def test_the_witness_goes_on_where_it_was_when_the_system_runs_again(here: Aftersale) -> None:
    before = signed(here, "order")
    with here.running("up"):
        assert "another witness keeps" in until(
            lambda: here("audit", "witness", "--once").stderr, seconds=30.0
        )
        here.sent(change("O-2", "M-1"))
        here.good("settle", "--timeout", 30)
        until(lambda: len(signed(here, "order")) > len(before))
        assert verified(here)["holds"]
    assert signed(here, "order")[: len(before)] == before
    found = verified(here)
    assert found["holds"]
    assert found["after"] == 0
    assert found["logs"][0]["events"] > before[-1]["size"]
