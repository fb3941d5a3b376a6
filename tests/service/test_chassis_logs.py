"""Promise 8: what an operator reads of a message names the message, its account and its conversation."""

from __future__ import annotations

from typing import Any

import structlog.testing

from services.chassis.logs import note
from services.chassis.ports import Record
from tests.service.test_chassis_inbox import Side
from tests.toy import Trouble, add, counters, recorded


def noted(side: Side, records: list[Record], error: Exception | None = None) -> list[dict[str, Any]]:
    with structlog.testing.capture_logs() as logs:
        note((side.inbox.park(records[0], error, ()) if error else side.inbox.handle(records, ())).appended)
    return [dict(line) for line in logs]


def test_what_could_not_be_handled_and_what_waits_behind_it_is_said_with_its_ids() -> None:
    side = Side(counters(Trouble({2})))
    parked, queued = recorded([add("c-2", 2), add("c-3", 3)])
    (line,) = noted(side, [parked], ValueError("of account A-1: 2"))
    assert (line["event"], line["log_level"]) == ("parked", "error")
    assert (line["message"], line["account"], line["correlation"]) == ("c-2", "A-1", "c-2")
    assert (line["topic"], line["partition"], line["offset"]) == parked[:3]
    assert "2" not in line["reason"].replace(":", " ").split()

    (behind,) = noted(side, [queued])
    assert (behind["event"], behind["message"], behind["behind"]) == ("queued", "c-3", line["parked"])


def test_what_cannot_be_read_is_said_too() -> None:
    side = Side(counters())
    (record,) = recorded([add("c-1", 1)])
    (line,) = noted(side, [record._replace(value=b"{no json")])
    assert (line["event"], line["log_level"], line["account"]) == ("parked", "warning", "A-1")
    assert line["message"] == f"{record.topic}/{record.partition}/{record.offset}"
    assert "JSON" in line["reason"]


def test_a_refusal_is_said_by_its_rule_and_never_by_its_text() -> None:
    side = Side(counters())
    (line,) = noted(side, recorded([add("c-1", -7)]))
    assert (line["event"], line["log_level"], line["rules"]) == ("refused", "info", ["TOY-01"])
    assert (line["message"], line["account"], line["correlation"]) == ("c-1", "A-1", "c-1")
    assert "-7" not in str(line)


def test_what_is_handled_is_not_worth_a_line() -> None:
    assert noted(Side(counters()), recorded([add("c-1", 1)])) == []
