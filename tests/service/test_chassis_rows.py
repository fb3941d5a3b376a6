"""Lookup rows in a batch: what is put or dropped is seen at once, and nothing is read for it."""

from __future__ import annotations

from typing import Any

from services.chassis.batch import Batch
from services.chassis.cache import Cache
from services.chassis.ports import Commit, Row
from tests.service.test_chassis_inbox import START, Side
from tests.toy import counters

ONE, TWO = Row("of", "A-1", "one"), Row("of", "A-1", "two")


class Shelf:
    """Batches over one store, in which one row stands, that count what they read."""

    def __init__(self) -> None:
        self.side, self.read = Side(counters()), 0
        self.side.store.commit(Commit(put_rows=[ONE]))
        ask = self.side.store.rows

        def rows(keys: Any) -> Any:
            self.read += 1
            return ask(keys)

        self.side.store.rows = rows  # type: ignore[method-assign]

    def batch(self, cache: Cache | None = None) -> Batch:
        return Batch(self.side.parts, cache or Cache(), START)

    def kept(self) -> set[str]:
        return self.batch().members("of", "A-1")


def test_what_nobody_reads_is_not_read_to_be_changed() -> None:
    shelf = Shelf()
    batch = shelf.batch()
    for row in (ONE, TWO):
        batch.put(row)
    batch.drop(ONE)
    shelf.side.store.commit(batch.written())
    assert shelf.read == 0
    assert shelf.kept() == {"two"}


def test_what_is_read_afterwards_has_the_change() -> None:
    shelf = Shelf()
    batch = shelf.batch()
    batch.put(TWO)
    batch.drop(ONE)
    assert batch.members("of", "A-1") == {"two"}
    batch.put(ONE)
    batch.drop(TWO)
    assert batch.members("of", "A-1") == {"one"}
    shelf.side.store.commit(batch.written())
    assert shelf.kept() == {"one"}


def test_what_a_message_has_changed_unread_is_undone_with_it() -> None:
    for read in (True, False):
        shelf = Shelf()
        batch = shelf.batch()
        batch.put(TWO)
        mark = batch.mark()
        batch.drop(ONE)
        batch.drop(TWO)
        if read:
            assert batch.members("of", "A-1") == set()
        batch.back_to(mark)
        assert batch.members("of", "A-1") == {"one", "two"}
        shelf.side.store.commit(batch.written())
        assert shelf.kept() == {"one", "two"}


def test_what_took_no_effect_is_forgotten() -> None:
    shelf, cache = Shelf(), Cache()
    batch = shelf.batch(cache)
    batch.put(TWO)
    assert batch.members("of", "A-1") == {"one", "two"}
    batch.abandon()
    assert shelf.batch(cache).members("of", "A-1") == {"one"}
