"""The sample begins on the day of its first demo, and its clock goes on to the days that orders wait for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from schemas.envelope import Envelope
from schemas.examples.days import MORNING
from services.chassis.memory import MemoryStore
from services.chassis.settings import Settings
from services.cli.clock import how_far
from services.cli.sample_days import Days, moved, since_the_morning
from services.cli.sending import Letter


def letter(body: object) -> Letter:
    envelope = Envelope(id="1", source="/test", type="aftersale.order.place.v1", account="A")
    return Letter("crm.orders", "A", envelope, json.dumps(body).encode())


def test_every_date_of_a_letter_goes_along_and_nothing_else() -> None:
    asked = {
        "orderId": "2026-03-02",
        "start": "2026-03-09T00:00:00+01:00",
        "lines": [
            {"dueDate": "2026-03-23T00:00:00+01:00", "contractLine": {"end": "2028-03-02T00:00:00+01:00"}}
        ],
        "end": None,
    }
    later = json.loads(moved(letter(asked), timedelta(days=7)).body)
    assert later == {
        "orderId": "2026-03-02",
        "start": "2026-03-16T00:00:00+01:00",
        "lines": [
            {"dueDate": "2026-03-30T00:00:00+01:00", "contractLine": {"end": "2028-03-09T00:00:00+01:00"}}
        ],
        "end": None,
    }


def test_a_letter_without_dates_is_sent_as_it_is() -> None:
    plain = letter({"orderId": "O", "selection": ["P"]})
    assert moved(plain, timedelta(days=7)) is plain


def test_the_day_of_the_first_demo_counts_for_every_later_one(tmp_path: Path) -> None:
    first = since_the_morning(tmp_path, datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert first == date(2026, 11, 22) - MORNING.date()
    assert since_the_morning(tmp_path, datetime(2027, 1, 1, tzinfo=UTC)) == first


def test_the_clock_goes_on_once_and_says_so(tmp_path: Path) -> None:
    stores = {"order": MemoryStore(), "inventory": MemoryStore()}
    for _ in range(2):
        days = Days(Settings(data=tmp_path), stores)
        assert days.told() == ""
        days.go_on(MORNING + timedelta(days=7), {"O": "completed"})
        days.go_on(MORNING + timedelta(days=21), {"P": "completed", "Q": "canceled"})
        assert "day 7 (1 order went on), day 21 (2 orders went on)" in days.told()
        assert timedelta(days=20) < how_far(stores) < timedelta(days=22)
