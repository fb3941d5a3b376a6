"""Second thoughts about orders under way: asked for by one, answered by another, and undone where need be."""

from __future__ import annotations

from typing import Any

from schemas.examples.orders_by_hand import UNDER_WAY, reported, seat
from schemas.examples.requests import Order, Step, lines, new

ASSESSING, REVISING = "assessing_cancellation", "revision_in_progress"


def asked(wave: int, until: str = ASSESSING, **data: Any) -> Step:
    return Step(wave=wave, command="cancel", until=until, data=data)


def revised(wave: int, *written: dict[str, Any]) -> Step:
    return Step(wave=wave, command="revise", until=REVISING, data={"lines": [*written]})


def answered(wave: int, answer: str, until: str) -> Step:
    return Step(wave=wave, command=f"{answer}-change", until=until)


def _done(id: str, until: str) -> Step:
    data = {"taskId": id, "result": "completed"}
    return Step(wave=5, command="task.report", until=until, data=data)


ORDERS = (
    Order(
        id="SEAT-CANCELED-UNDER-WAY",
        account=2005,
        note="Its mailbox was there already: it is deleted again, and then the order is canceled.",
        ends="canceled",
        shows=("INF-01", "D-22"),
        asks=seat(),
        by_hand=True,
        first=UNDER_WAY,
        steps=(
            reported(2, "SEAT-CANCELED-UNDER-WAY", "create-mailbox"),
            asked(3, reason="The user does not come"),
            answered(4, "approve", "cancellation_in_progress"),
            _done("SEAT-CANCELED-UNDER-WAY.1.delete-mailbox", "canceled"),
        ),
    ),
    Order(
        id="SEAT-CANCEL-DECLINED",
        account=2005,
        note="One wants it canceled, another does not: it goes on as if nothing had been asked.",
        shows=("D-02",),
        asks=seat(),
        by_hand=True,
        first=UNDER_WAY,
        steps=(
            asked(2),
            answered(3, "decline", UNDER_WAY),
            reported(4, "SEAT-CANCEL-DECLINED", "create-mailbox"),
            reported(5, "SEAT-CANCEL-DECLINED", "welcome-user", until="completed"),
        ),
    ),
    Order(
        id="NUMBER-PORTED",
        account=2006,
        note="Once the number is ported there is no way back: the cancel is refused with the line.",
        shows=("D-11", "D-19", "INF-07"),
        asks=lines(new("1", "office-number")),
        by_hand=True,
        first=UNDER_WAY,
        steps=(
            reported(2, "NUMBER-PORTED", "port-number"),
            asked(3, until=UNDER_WAY, reason="The old provider has a better offer"),
            reported(5, "NUMBER-PORTED", "route-calls", until="completed"),
        ),
    ),
    Order(
        id="SEATS-REVISED",
        account=2006,
        note="One seat is dropped, another one comes: what was done stays, and the rest goes on.",
        shows=("INF-02", "INF-03"),
        lines=3,
        asks=lines(new("1", "office-seat"), new("2", "office-seat")),
        by_hand=True,
        first=UNDER_WAY,
        steps=(
            reported(2, "SEATS-REVISED", "create-mailbox"),
            revised(3, new("1", "office-seat"), new("3", "office-seat")),
            answered(4, "approve", UNDER_WAY),
            _done("SEATS-REVISED.1.welcome-user", UNDER_WAY),
            _done("SEATS-REVISED.3.create-mailbox", UNDER_WAY),
            _done("SEATS-REVISED.3.welcome-user", "completed"),
        ),
    ),
)
