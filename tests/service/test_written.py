"""JSON is written by msgspec and read by pydantic: both mean the same, and write the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from pydantic_core import from_json, to_json

from services.chassis.stored import adapter, to_bytes
from tests.scenarios import SCENARIOS, Scenario
from tests.service.test_handoff import BEGINNING, played, rereading, since_it_began


class Word(StrEnum):
    SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    text: str = 'Zoë "said" \\ / \u2028 \x7f \x1f \U0001f600'
    whole: int = -(2**63)
    real: float = 0.1
    even: float = 100.0
    yes: bool = True
    none: str | None = None
    word: Word = Word.SEEN
    at: datetime = datetime(2026, 11, 22, 5, 6, 7, 80, tzinfo=UTC)
    second: datetime = datetime(2026, 11, 22, 5, 6, 7, tzinfo=UTC)
    parts: tuple[Small, ...] = (Small(at=datetime(2026, 1, 1, tzinfo=UTC)),)


@pytest.mark.parametrize("scenario", [BEGINNING, *SCENARIOS], ids=lambda scenario: scenario.name)
def test_every_stored_event_is_written_as_pydantic_writes_it(scenario: Scenario) -> None:
    for reader in played(scenario, None).readers.values():
        entries = rereading(reader).entries(since_it_began(reader))
        for event in (entry.appended.event for entry in entries):
            kind: Any = type(event)
            assert to_bytes(event) == adapter(kind).dump_json(event)


def test_whatever_an_event_may_hold_is_written_alike() -> None:
    event = Everything()
    assert to_bytes(event) == adapter(Everything).dump_json(event)
    assert adapter(Everything).validate_json(to_bytes(event)) == event


@pytest.mark.parametrize(
    "value", [{"a": [1, 2.5, None, True, "\u00e9"], "b": {}, "c": ()}, [], "x\0y", 1.0, -0.0], ids=repr
)
def test_what_a_message_says_is_written_alike(value: Any) -> None:
    assert to_bytes(value) == to_json(value)


@pytest.mark.parametrize("value", [1e22, 5e-324, -1.7976931348623157e308], ids=repr)
def test_a_number_with_an_exponent_is_the_same_number(value: float) -> None:
    assert from_json(to_bytes(value)) == value
