"""Orders whose tasks people answer: what fails, what is late, what is skipped, and what is held meanwhile."""

from __future__ import annotations

from typing import Any

from schemas.examples.days import A_WEEK, THREE_WEEKS
from schemas.examples.requests import Order, Step, lines, new, select

UNDER_WAY = "in_progress"


def seat(**fields: Any) -> dict[str, Any]:
    """One seat: its mailbox is created, then its user is welcomed."""
    return lines(new("1", "office-seat"), **fields)


def task(order: str, name: str) -> str:
    return f"{order}.1.{name}"


def reported(
    wave: int, order: str, name: str, until: str = UNDER_WAY, result: str = "completed", **fields: Any
) -> Step:
    data = {"taskId": task(order, name), "result": result, **fields}
    return Step(wave=wave, command="task.report", until=until, data=data)


def _retried(order: str) -> tuple[Step, ...]:
    data = {"taskId": task(order, "create-mailbox"), "reason": "Quota raised"}
    return (
        reported(2, order, "create-mailbox", result="failed", message="The quota is used up"),
        Step(wave=3, command="task.retry", until=UNDER_WAY, data=data),
        reported(4, order, "create-mailbox"),
        reported(4, order, "welcome-user", until="completed"),
    )


def _skipped(order: str) -> tuple[Step, ...]:
    data = {"taskId": task(order, "welcome-user"), "reason": "Knows the way"}
    return (
        reported(2, order, "create-mailbox"),
        reported(2, order, "welcome-user", result="failed", message="Works here already"),
        Step(wave=3, command="task.skip", until="completed", data=data),
    )


def _held(order: str) -> tuple[Step, ...]:
    return (
        Step(wave=2, command="hold", until="on_hold", data={"reason": "The user is not known yet"}),
        reported(3, order, "create-mailbox", until="on_hold"),
        Step(wave=4, command="release", until=UNDER_WAY),
        reported(5, order, "welcome-user", until="completed"),
    )


ORDERS = (
    Order(
        id="SEAT-FAILED-AND-RETRIED",
        account=2003,
        note="A failed task opens a fallout and waits; asked again by a person, it is done.",
        asks=seat(),
        by_hand=True,
        first=UNDER_WAY,
        steps=_retried("SEAT-FAILED-AND-RETRIED"),
    ),
    Order(
        id="SEAT-SKIPPED",
        account=2003,
        note="What failed and need not be done is skipped, with a reason.",
        asks=seat(),
        by_hand=True,
        first=UNDER_WAY,
        steps=_skipped("SEAT-SKIPPED"),
    ),
    Order(
        id="SEAT-LATE",
        account=2004,
        note="Nobody welcomes the user within five days: a fallout; the late report counts all the same.",
        asks=seat(),
        by_hand=True,
        first=UNDER_WAY,
        steps=(
            reported(2, "SEAT-LATE", "create-mailbox"),
            reported(THREE_WEEKS, "SEAT-LATE", "welcome-user", until="completed"),
        ),
        days={A_WEEK: UNDER_WAY},
    ),
    Order(
        id="SEAT-HELD",
        account=2004,
        note="Held while its first task is out: the report counts, and nothing follows until it is released.",
        asks=seat(),
        by_hand=True,
        first=UNDER_WAY,
        steps=_held("SEAT-HELD"),
    ),
    Order(
        id="OFFICE-WITH-PHONES",
        account=2003,
        note="An exchange and a desk phone, which works only beside one.",
        asks=lines(
            new("1", "office-exchange", under="2003-office"),
            new("2", "office-desk-phone", under="2003-office"),
        ),
    ),
    Order(
        id="EXCHANGE-ENDS-BEFORE-ITS-PHONE",
        account=2003,
        note="A warning at approval, and a stop where the work would close, until a person accepts it.",
        shows=("CHG-13", "DOM-04"),
        asks=select("disconnect", "OFFICE-WITH-PHONES:1"),
        wave=2,
        first=UNDER_WAY,
        steps=(
            Step(
                wave=3,
                command="fallout.resolve",
                until="completed",
                data={
                    "falloutId": "EXCHANGE-ENDS-BEFORE-ITS-PHONE.1.f1",
                    "resolution": "The phones go back next week",
                    "accept": True,
                },
            ),
        ),
    ),
)
