"""The witness follows, signs, goes on after any end, and leaves the stores alone."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from schemas.audit import Checkpoint
from services.audit import checkpoint as checkpoints
from services.audit.checkpoint import FILE
from services.audit.leaves import BYTES, path_of
from services.audit.merkle import root_of
from services.audit.run import follow
from services.audit.signing import WrongKey, load_signer, public_keys
from services.audit.topic import LANE, Board, said
from services.audit.witness import Busy, Witness, known_keys, last_of
from services.chassis.embedded import EmbeddedBus
from services.chassis.host import topics
from services.chassis.memory import MemoryStore
from services.chassis.ports import Commit, Outgoing, Unavailable
from services.chassis.settings import Settings
from services.chassis.store import open_sqlite
from tests.audited import EVENTS, Audited, audited, event, rewrite_sqlite
from tests.command import until


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Audited]:
    made = Audited(MemoryStore(), tmp_path)
    yield made
    made.close()


def of_file(here: Audited) -> list[Checkpoint]:
    return [one for _, one in checkpoints.lines(here.folder / FILE) if one is not None]


class Counting(MemoryStore):
    """Counts what is read of its log, and can be away."""

    read = refused = 0
    away = False

    def raw_log(self, first: int, limit: int) -> list[tuple[object, ...]]:
        if self.away:
            self.refused += 1
            raise Unavailable("the database is away")
        rows = super().raw_log(first, limit)
        self.read += len(rows)
        return rows


def test_a_checkpoint_says_what_the_log_held(here: Audited) -> None:
    here.append(3)
    (made,) = here.witness.look(1.0)
    with closing(here.leaves()) as leaves:
        assert made.root == root_of(leaves.hashes(0, 3)).hex()
    assert (made.service, made.log_id, made.size, made.sequence) == ("order", here.store.log_id, 3, 3)
    assert [made.key] == known_keys(here.folder)
    assert checkpoints.genuine(made)
    assert of_file(here) == [made]


def test_nothing_is_signed_where_nothing_was_appended(here: Audited) -> None:
    assert here.witness.look(1.0) == []
    here.append(1)
    assert len(here.witness.look(1.0)) == 1
    assert here.witness.look(1.0) == []


def test_a_backlog_is_signed_as_far_as_it_was_read(here: Audited) -> None:
    here.append(5_000)
    sizes = [made.size for _ in range(4) for made in here.witness.look(0.0)]
    assert sizes == [2_000, 4_000, 5_000]


def test_each_event_is_read_once_also_after_a_restart(tmp_path: Path) -> None:
    store = Counting()
    here = Audited(store, tmp_path)
    for _ in range(3):
        here.append(100)
        here.look()
    here.witness.close()
    here.witness = here.begin()
    here.append(50)
    here.look()
    assert store.read == 350
    assert here.verified().holds
    assert [one.size for one in of_file(here)] == [100, 200, 300, 350]
    here.close()


@pytest.mark.parametrize("left", [0, 1, 40 * 7 + 3, 40 * 20])
def test_leaf_hashes_that_are_gone_or_torn_are_made_again_from_the_log(here: Audited, left: int) -> None:
    here.append(20)
    here.look()
    here.witness.close()
    path = path_of(here.folder, here.log)
    held = path.read_bytes()
    path.write_bytes(held[:left])
    here.witness = here.begin()
    here.append(5)
    here.look()
    assert path.read_bytes()[: len(held)] == held
    assert (here.verified().holds, here.verified().covered) == (True, 25)


def test_what_was_read_and_not_signed_when_it_was_killed_is_read_again(here: Audited) -> None:
    here.append(20)
    here.look()
    path = path_of(here.folder, here.log)
    here.witness.close()
    with path.open("ab") as file:
        file.write(b"\1" * (3 * BYTES + 7))
    with (here.folder / FILE).open("ab") as file:
        file.write(b'{"service":"order","logId"')
    here.witness = here.begin()
    here.append(5)
    here.look()
    assert [one.size for one in of_file(here)] == [20, 25]
    assert here.verified().holds


def test_it_goes_on_from_the_last_checkpoint_when_the_database_was_away(tmp_path: Path) -> None:
    store = Counting()
    here = Audited(store, tmp_path)
    here.append(10)
    here.look()
    here.append(10)
    store.away = True
    with pytest.raises(Unavailable):
        here.look()
    store.away = False
    here.look()
    assert [one.size for one in of_file(here)] == [10, 20]
    assert here.verified().holds
    here.close()


def test_a_log_that_no_longer_leads_to_what_was_signed_is_not_signed_any_more(tmp_path: Path) -> None:
    here = audited(open_sqlite(tmp_path / "order.db"), tmp_path)
    here.witness.close()
    path_of(here.folder, here.log).unlink()
    rows = [tuple(row) for row in here.store.raw_log(1, EVENTS)]
    rewrite_sqlite(tmp_path / "order.db", rows[1:])
    other = MemoryStore()
    other.commit(Commit(events=[event(0)]))
    here.witness = Witness({"order": here.store, "inventory": other}, here.folder, here.key)
    here.append(5)
    (made,) = here.witness.look(1.0)
    assert made.service == "inventory"
    assert not here.verified().holds
    here.close()


def test_one_witness_keeps_a_folder(here: Audited) -> None:
    with pytest.raises(Busy, match="another witness"):
        here.begin()


def test_a_checkpoint_in_the_file_that_is_not_genuine_is_not_gone_on_from(here: Audited) -> None:
    here.append(3)
    here.look()
    (one,) = of_file(here)
    checkpoints.append(here.folder / FILE, [one.model_copy(update={"size": 99})])
    assert last_of(here.folder) == {here.log: one}


def test_the_stores_are_left_as_they_are(tmp_path: Path) -> None:
    store = open_sqlite(tmp_path / "order.db")
    here = Audited(store, tmp_path)
    here.append(30)
    with closing(sqlite3.connect(tmp_path / "order.db")) as watching:
        before = watching.execute("PRAGMA data_version").fetchone()
        here.look()
        assert here.verified().holds
        assert watching.execute("PRAGMA data_version").fetchone() == before
        here.append(1)
        assert watching.execute("PRAGMA data_version").fetchone() != before, "the control"
    here.close()


def test_cutting_the_tail_does_not_stop_the_witness_and_is_found(tmp_path: Path) -> None:
    here = audited(open_sqlite(tmp_path / "order.db"), tmp_path)
    rows = [tuple(row) for row in here.store.raw_log(1, EVENTS)]
    rewrite_sqlite(tmp_path / "order.db", rows[:-5])
    here.append(10)
    here.look()
    found = here.verified()
    assert [finding.kind for finding in found.findings] == ["changed"] * 5 + ["checkpoint"]
    assert [finding.sequence for finding in found.findings[:5]] == [86, 87, 88, 89, 90]
    here.close()


# ------------------------------------------------------------------------------------------------- keys


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "audit.pem"
    signer = load_signer(path)
    assert load_signer(path).public == signer.public
    assert path.stat().st_mode & 0o077 == 0
    assert public_keys(signer.public) == [signer.public]


def test_a_new_key_goes_on_where_the_old_one_ended(here: Audited) -> None:
    here.append(3)
    here.look()
    here.witness.close()
    here.key = here.key.with_name("new.pem")
    here.witness = here.begin()
    here.append(3)
    here.look()
    first, second = (one.key for one in of_file(here))
    assert first != second
    assert known_keys(here.folder) == [first, second]
    assert here.verified().holds


def test_what_is_no_key_is_told_from_one(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no key")
    for given in ("00", "z" * 64, str(tmp_path / "text"), str(tmp_path / "nowhere")):
        with pytest.raises(WrongKey):
            public_keys(given)
    with pytest.raises(WrongKey):
        load_signer(tmp_path / "text")


def test_a_public_key_is_read_from_pem(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_pem_private_key,
    )

    signer = load_signer(tmp_path / "key.pem")
    key = load_pem_private_key((tmp_path / "key.pem").read_bytes(), None).public_key()
    pem = tmp_path / "public.pem"
    pem.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    assert public_keys(str(pem)) == [signer.public]


# ---------------------------------------------------------------------------------------------- the topic


@pytest.fixture
async def bus(tmp_path: Path) -> EmbeddedBus:
    made = EmbeddedBus(tmp_path / "bus.db")
    await made.apply(topics(3))
    return made


async def on_topic(bus: EmbeddedBus) -> list[Checkpoint | None]:
    return [one for _, one in await said(bus)]


async def test_every_checkpoint_is_published_once_in_the_order_of_the_file(
    here: Audited, bus: EmbeddedBus
) -> None:
    board = Board(bus, here.folder / FILE)
    for _ in range(3):
        here.append(2)
        await board.publish(here.witness.look(1.0))
    await board.close()
    again = Board(bus, here.folder / FILE)
    await again.publish([])
    assert await on_topic(bus) == of_file(here)
    (record, *_, last) = await bus.read(LANE, 0, 10)
    assert record.key == b"order"
    headers = dict(last.headers)
    assert headers["ce_id"] == f"{here.store.log_id}@6".encode()
    assert (headers["ce_sequence"], headers["ce_previous"]) == (b"6", b"4")
    assert json.loads(last.value)["root"] == of_file(here)[-1].root
    await again.close()
    await bus.close()


async def test_it_looks_until_it_is_stopped_and_then_once_more(tmp_path: Path, bus: EmbeddedBus) -> None:
    store = Counting()
    here, stop = Audited(store, tmp_path), asyncio.Event()
    settings = Settings(data=tmp_path, heartbeat=tmp_path / "beat", audit_seconds=0.01)
    board = Board(bus, here.folder / FILE)
    following = asyncio.create_task(follow(here.witness, board, settings, stop))
    here.append(2)
    await asyncio.to_thread(until, lambda: of_file(here) and (tmp_path / "beat").exists())
    store.away = True
    here.append(2)
    await asyncio.to_thread(until, lambda: store.refused)
    store.away = False
    await asyncio.to_thread(until, lambda: len(of_file(here)) == 2)
    here.append(1)
    stop.set()
    await following
    assert [one.size for one in of_file(here)] == [2, 4, 5]
    assert await on_topic(bus) == of_file(here)
    await board.close()
    await bus.close()
    here.close()


async def test_a_topic_that_was_wiped_is_filled_again(here: Audited, bus: EmbeddedBus) -> None:
    for _ in range(3):
        here.append(2)
        here.look()
    board = Board(bus, here.folder / FILE)
    await board.publish([])
    assert await on_topic(bus) == of_file(here)
    await board.close()
    await bus.close()


class Away:
    """A publisher that fails."""

    async def publish(self, batch: list[Outgoing]) -> list[int]:  # noqa: ARG002
        raise Unavailable("the broker is away")

    async def close(self) -> None: ...


async def test_what_could_not_be_published_is_published_when_the_bus_is_back(
    here: Audited, bus: EmbeddedBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, publisher = Board(bus, here.folder / FILE), bus.publisher
    here.append(2)
    await board.publish(here.witness.look(1.0))
    await board.close()
    monkeypatch.setattr(bus, "publisher", Away)
    for _ in range(2):
        here.append(2)
        with pytest.raises(Unavailable):
            await board.publish(here.witness.look(1.0))
    assert len(await on_topic(bus)) == 1
    monkeypatch.setattr(bus, "publisher", publisher)
    await board.publish([])
    assert await on_topic(bus) == of_file(here)
    await board.close()
    await bus.close()
