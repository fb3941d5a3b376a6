"""`verify` finds every alteration of what was signed, names the event, and says what it cannot vouch for."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.audit import checkpoint as checkpoints
from services.audit.checkpoint import FILE, Head, Log
from services.audit.inspection import Sources, inspect
from services.audit.leaves import path_of
from services.audit.merkle import leaf_hash
from services.audit.signing import load_signer
from services.audit.source import FIRST
from services.audit.verify import Signed, sorted_out, verify
from services.audit.witness import known_keys
from services.chassis.store import open_sqlite
from tests.audited import (
    ALTERATIONS,
    EVENTS,
    NAMED,
    Audited,
    Row,
    audited,
    cut,
    event,
    rewrite_sqlite,
    unindexed,
    with_,
)

ALTERED = 1_000
TURNED = 100
EVERY = 10_000


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Audited]:
    made = audited(open_sqlite(tmp_path / "order.db"), tmp_path)
    yield made
    made.close()


def rows_of(here: Audited) -> list[Row]:
    return [tuple(row) for row in here.store.raw_log(FIRST, EVERY)]


def alter(here: Audited, statement: str, *arguments: object) -> None:
    with closing(sqlite3.connect(here.folder.with_name("order.db"))) as connection, connection:
        connection.execute(statement, arguments)


def kinds(here: Audited) -> list[str]:
    return [finding.kind for finding in here.verified().findings]


def test_a_log_that_nobody_touched_holds(here: Audited) -> None:
    found = here.verified()
    assert found.holds
    assert (found.events, found.covered, found.after, found.checkpoints) == (EVENTS, EVENTS, 0, 10)


def test_every_one_of_a_thousand_random_alterations_is_found(here: Audited) -> None:
    rows, signed, chance = rows_of(here), here.signed(), random.Random(20261122)
    path = here.folder.with_name("order.db")
    for number in range(ALTERED):
        alteration, at = ALTERATIONS[number % len(ALTERATIONS)], chance.randrange(len(rows))
        altered = alteration(rows, at, chance)
        assert altered != rows
        rewrite_sqlite(path, altered)
        found = here.verified(signed)
        assert not found.holds, (alteration.__name__, at)
        if alteration in NAMED and at < len(rows) - 1:
            assert found.findings[0].sequence == rows[at][0], (alteration.__name__, at)
    rewrite_sqlite(path, rows)
    assert here.verified(signed).holds


def test_what_changed_is_named(here: Audited) -> None:
    alter(here, "UPDATE stored_events SET state = state || ' ' WHERE rowid = 40")
    finding, unheld = here.verified().findings
    assert (finding.kind, finding.sequence, finding.stream, finding.version) == ("changed", 40, "order-4", 6)
    assert unheld.kind == "checkpoint"
    assert "6 of 10 checkpoints do not hold" in unheld.message
    assert "between event 37 and event 45" in unheld.message


def test_of_very_many_changes_the_first_are_named_and_all_are_counted(here: Audited) -> None:
    here.append(60)
    here.look()
    alter(here, "UPDATE stored_events SET state = x'00' WHERE rowid > 5")
    *named, unheld = here.verified().findings
    assert [finding.sequence for finding in named] == list(range(6, 106))
    assert unheld.message.endswith("145 events are not what was signed")


@pytest.mark.parametrize(
    "change",
    [
        "topic = CAST(x'ff' AS TEXT)",
        "originator_id = CAST(originator_id AS BLOB)",
        "state = CAST(state AS TEXT)",
        "state = NULL",
        "originator_version = -1",
        "originator_version = 'six'",
    ],
)
def test_what_is_no_event_any_more_is_named_too(here: Audited, change: str) -> None:
    alter(here, f"UPDATE stored_events SET {change} WHERE rowid = 40")
    assert [finding.sequence for finding in here.verified().findings] == [40, None]


def test_a_tail_that_was_cut_is_found_against_the_last_checkpoint(here: Audited) -> None:
    for left in (EVENTS - 1, 45, 1, 0):
        rewrite_sqlite(here.folder.with_name("order.db"), cut(rows_of(here), left, random.Random(0)))
        found = here.verified()
        assert [finding.kind for finding in found.findings] == ["cut", "checkpoint"]
        assert f"up to event {EVENTS}" in found.findings[0].message


def test_a_tail_that_was_cut_is_found_though_the_log_went_on(here: Audited) -> None:
    rewrite_sqlite(here.folder.with_name("order.db"), rows_of(here)[:80])
    here.append(40)
    found = here.verified()
    assert [finding.kind for finding in found.findings] == ["changed"] * 10 + ["checkpoint"]
    assert found.events == 120


def test_what_comes_after_the_last_checkpoint_is_counted_and_not_vouched_for(here: Audited) -> None:
    here.append(5)
    found = here.verified()
    assert (found.holds, found.covered, found.after) == (True, EVENTS, 5)
    alter(here, "UPDATE stored_events SET state = x'00' WHERE rowid > ?", EVENTS)
    assert here.verified().holds, "the limit that the README states"
    here.look()
    alter(here, "UPDATE stored_events SET state = x'01' WHERE rowid > ?", EVENTS)
    assert kinds(here) == ["changed"] * 5 + ["checkpoint"]


def test_a_log_that_was_never_signed_is_not_vouched_for(tmp_path: Path) -> None:
    here = Audited(open_sqlite(tmp_path / "order.db"), tmp_path)
    assert here.verified().holds, "nothing is there to be altered"
    here.append(1)
    assert kinds(here) == ["unsigned"]
    here.close()


# -------------------------------------------------------------------------------- what proves is altered


def rewritten(here: Audited, number: int, old: str, new: str) -> None:
    """One line of the file of checkpoints, said differently."""
    path = here.folder / FILE
    lines = path.read_text().splitlines(keepends=True)
    assert old in lines[number]
    lines[number] = lines[number].replace(old, new, 1)
    path.write_text("".join(lines))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"size":36', '"size":35'),
        ('"sequence":36', '"sequence":35'),
        ('"service":"order"', '"service":"inventory"'),
        ('"time":"2', '"time":"3'),
        ('"root":"', '"root":"00'),
        ("{", "["),
    ],
)
def test_a_checkpoint_that_was_changed_is_found(here: Audited, old: str, new: str) -> None:
    rewritten(here, 3, old, new)
    signed = here.signed()
    assert len(signed.by_log[here.log]) == 9
    assert [finding.kind for _, finding in signed.findings] == ["signature"]


def test_a_checkpoint_by_a_key_that_nobody_trusts_counts_for_nothing(here: Audited, tmp_path: Path) -> None:
    forger = load_signer(tmp_path / "forged.pem")
    forged = checkpoints.make(forger, here.log, Head(1, 1, leaf_hash(b"")), "2026-11-22T12:00:00Z")
    assert checkpoints.genuine(forged)
    checkpoints.append(here.folder / FILE, [forged])
    (finding,) = here.verified().findings
    assert (finding.kind, forger.public in finding.message) == ("signature", True)


def test_a_log_rewritten_with_its_leaf_hashes_is_found_by_the_signed_roots(here: Audited) -> None:
    rows = with_(rows_of(here), 39, 4, b"{}\n{}")
    rewrite_sqlite(here.folder.with_name("order.db"), rows)
    here.witness.close()
    kept = (here.folder / FILE).read_bytes()
    (here.folder / FILE).unlink()
    path_of(here.folder, here.log).unlink()
    here.witness = here.begin()
    here.look()
    assert here.verified().holds, "who has the key and every file can tell another story"
    (here.folder / "kept.jsonl").write_bytes(kept)
    told = sorted_out(checkpoints.lines(here.folder / "kept.jsonl"), known_keys(here.folder))
    (finding,) = here.verified(told).findings
    assert finding.kind == "checkpoint"
    assert "between event 37 and event 45" in finding.message


def test_without_leaf_hashes_the_place_is_narrowed_down_by_the_checkpoints(here: Audited) -> None:
    path_of(here.folder, here.log).unlink()
    assert here.verified().holds
    alter(here, "DELETE FROM stored_events WHERE rowid = 40")
    (finding,) = here.verified().findings
    assert "6 of 10 checkpoints do not hold" in finding.message
    assert "between event 37 and event 45" in finding.message
    alter(here, "DELETE FROM stored_events WHERE rowid > 50")
    assert kinds(here) == ["cut", "checkpoint"]


def test_leaf_hashes_that_were_altered_are_told_from_a_log_that_was(here: Audited) -> None:
    path = path_of(here.folder, here.log)
    held = path.read_bytes()
    path.write_bytes(held[:100] + b"\0\0\0" + held[103:])
    assert kinds(here) == ["record"]
    alter(here, "UPDATE stored_events SET state = x'00' WHERE rowid = 40")
    assert kinds(here) == ["changed", "changed", "record", "checkpoint"]


def test_another_log_in_the_place_of_the_one_that_was_signed_is_found(here: Audited) -> None:
    alter(here, "UPDATE settings SET value = 'another' WHERE name = 'log_id'")
    here.store.log_id = "another"
    assert kinds(here) == ["replaced", "unsigned"]


def test_a_checkpoint_that_was_published_and_is_no_longer_in_the_file_is_missed(here: Audited) -> None:
    file = here.folder / FILE
    published = list(checkpoints.lines(file))
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    rewrite_sqlite(here.folder.with_name("order.db"), rows_of(here)[:81])
    assert here.verified().holds, "the file alone does not know better"
    sources = Sources(here.folder, published, ())
    found = inspect({"order": here.store}, sources, known_keys(here.folder), lambda _: None)
    assert [finding.kind for finding in found.findings] == ["record"]
    assert [finding.kind for finding in found.logs[0].findings] == ["cut", "checkpoint"]


def test_an_event_that_was_hidden_from_its_stream_is_found(here: Audited) -> None:
    """The log still has it, and the index by which streams are loaded has not."""
    path = here.folder.with_name("order.db")
    row = rows_of(here)[39]
    alter(here, "DELETE FROM stored_events WHERE rowid = 40")
    with unindexed(path) as connection:
        connection.execute(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) "
            "VALUES (?, ?, ?, ?, ?)",
            row,
        )
    assert rows_of(here)[39] == row
    findings = here.verified().findings
    assert {finding.kind for finding in findings} == {"damaged"}
    assert "row 40 missing from index" in findings[0].message


def test_whatever_bit_of_the_file_is_turned_it_is_found_or_the_log_is_still_the_same(
    here: Audited, tmp_path: Path
) -> None:
    signed, log, chance = here.signed(), here.log, random.Random(7)
    here.close()
    file = here.folder.with_name("order.db")
    whole, before = file.read_bytes(), both_ways(file)
    found = 0
    for number in range(TURNED):
        turned, at = bytearray(whole), chance.randrange(len(whole))
        turned[at] ^= 1 << chance.randrange(8)
        copy = tmp_path / f"turned-{number}.db"
        copy.write_bytes(turned)
        held = is_held(here, copy, log, signed)
        assert not held or both_ways(copy) == before, at
        found += not held
    assert TURNED // 20 < found < TURNED, "most bits of a page are not used"


def is_held(here: Audited, file: Path, log: Log, signed: Signed) -> bool:
    """False also where the file cannot be opened any more."""
    try:
        with closing(open_sqlite(file)) as store, closing(here.leaves_of(log)) as leaves:
            return verify(log, store, signed, leaves, lambda _: None).holds
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return False


def both_ways(file: Path) -> list[list[Row]]:
    """The log as it is followed, and as streams are loaded."""
    with closing(sqlite3.connect(file)) as connection:
        followed = "SELECT rowid, * FROM stored_events ORDER BY rowid"
        loaded = "SELECT rowid, originator_version FROM stored_events WHERE originator_id = ? ORDER BY 2"
        streams = sorted({event(number).stream for number in range(EVENTS)})
        return [
            connection.execute(followed).fetchall(),
            *(connection.execute(loaded, (stream,)).fetchall() for stream in streams),
        ]


def test_a_file_that_the_database_cannot_read_is_a_finding(here: Audited) -> None:
    alter(here, "ALTER TABLE stored_events RENAME COLUMN state TO gone")
    alter(here, "ALTER TABLE stored_events RENAME TO other")
    assert kinds(here) == ["unreadable", "cut", "checkpoint"]
