"""Parts of the command that need no system: the simulator's answers, spans of time, troubles."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.envelope import Envelope, write
from schemas.registry import full
from schemas.topics import TASKS
from services.chassis.ports import Record
from services.chassis.settings import SERVICES
from services.cli.clock import span
from services.cli.errors import Wrong
from services.cli.options import ServiceName
from services.cli.sending import letters
from services.cli.simulator import fails, report
from services.cli.supervisor import trouble


def requested(task: str, attempt: int, name: str = "task.requested") -> Record:
    envelope = Envelope(id="m", source="/aftersale/fulfillment", type=full(name), account="A-1")
    body = json.dumps({"taskId": task, "attempt": attempt}).encode()
    return Record(TASKS, 0, 0, 0, b"A-1", body, write(envelope))


def test_a_task_that_comes_again_gets_the_same_report() -> None:
    first, again = (report(requested("T-1", 1), 0.5, 12) for _ in range(2))
    assert first is not None
    assert again is not None
    assert (first.value, dict(first.headers)["ce_id"]) == (again.value, dict(again.headers)["ce_id"])


def test_a_withdrawn_task_is_not_answered() -> None:
    assert report(requested("T-1", 1, "task.withdrawn"), 0.0, 12) is None


@pytest.mark.parametrize("rate", [0.0, 0.25, 1.0])
def test_as_many_attempts_fail_as_asked_for(rate: float) -> None:
    failed = sum(fails(f"T-{number}", 1, rate) for number in range(2_000))
    assert failed / 2_000 == pytest.approx(rate, abs=0.05)


def test_spans_of_time_may_be_put_together() -> None:
    assert span("1w2d3h4m5s") == timedelta(weeks=1, days=2, hours=3, minutes=4, seconds=5)


@pytest.mark.parametrize("written", ["", "3", "d", "3 days", "-1d", "1d!", "9999999999999w"])
def test_what_is_no_span_is_refused(written: str) -> None:
    with pytest.raises(Wrong, match=r"span|longer"):
        span(written)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"level": "info", "event": "started"}', None),
        ('{"level": "error", "event": "parked", "topic": "crm.orders"}', "parked topic=crm.orders"),
        (
            '{"level": "error", "event": "failed", "exception": "Trace\\n x\\n | ValueError: no\\n  +--"}',
            "failed exception=ValueError: no",
        ),
        ('  File "x.py", line 1, in <module>', None),
        ("ImportError: no module", "ImportError: no module"),
        ("aftersale: set AFTERSALE_PARTITIONS=4", "aftersale: set AFTERSALE_PARTITIONS=4"),
    ],
)
def test_of_a_log_only_errors_are_passed_on_in_one_line(line: str, said: str | None) -> None:
    assert trouble(line) == said


def good(id: str) -> bytes:
    said = {"specversion": "1.0", "id": id, "source": "/t", "type": full("order.approve"), "accountid": "A-1"}
    return json.dumps({**said, "data": {"orderId": "O-1"}}).encode()


def test_every_line_that_cannot_be_sent_is_named_with_its_file(tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    unknown = good("3").replace(b"order.approve", b"order.aprove")
    first.write_bytes(b"\n".join([good("1"), b"{no json", b"", unknown]))
    second.write_bytes(good("4") + b"\n\xff\n" + good("5"))
    with pytest.raises(Wrong) as raised:
        letters([first, second])
    one, two, three, end = str(raised.value).split("; ")
    assert one.startswith(f"{first}:2: ")
    assert two.startswith(f"{first}:4: aftersale.order.aprove.v1 is not known: did you mean")
    assert three.startswith(f"{second}:2: it is not UTF-8")
    assert end == "nothing was sent: mend them, or take them out"
    first.write_bytes(good("1"))
    assert [letter.envelope.id for letter in letters([first])] == ["1"]


def test_of_very_many_lines_that_cannot_be_sent_some_are_named_and_the_others_counted(tmp_path: Path) -> None:
    file = tmp_path / "many.jsonl"
    file.write_bytes(b"{\n" * 1_000)
    with pytest.raises(Wrong, match=r"many.jsonl:20: .*; and 980 more lines; nothing was sent") as raised:
        letters([file])
    assert "many.jsonl:21:" not in str(raised.value)


def test_every_service_can_be_named() -> None:
    assert tuple(ServiceName) == SERVICES
