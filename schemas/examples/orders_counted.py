"""Quantities: many by one line, more of what is counted, and fewer, where somebody has to say which."""

from __future__ import annotations

from schemas.examples.requests import Order, Step, line, lines, new, select

ORDERS = (
    Order(
        id="ADD-THREE-MOBILES",
        account=1109,
        note="One line of three makes three that can be named one by one.",
        shows=("CHG-09",),
        lines=3,
        asks=lines(
            new("1", "mobile-4g", quantity=3, characteristics={"dataGb": 5, "ownerName": "Kari Moen"})
        ),
    ),
    Order(
        id="DISCONNECT-ONE-OF-THREE",
        account=1109,
        note="The second of them.",
        wave=2,
        asks=select("disconnect", "ADD-THREE-MOBILES:1.2"),
    ),
    Order(
        id="FLEET-GROWS",
        account=2001,
        note="Two more vehicles: a larger number makes the cards that it counts.",
        shows=("CHG-07",),
        asks=select("change", "2001-fleet", characteristics={"cards": 5}),
    ),
    Order(
        id="OFFICE-GROWS",
        account=2002,
        note="Two more seats, each a product with a line of its own.",
        shows=("CHG-07",),
        lines=3,
        asks=select("change", "2002-office", characteristics={"seats": 5}),
    ),
    Order(
        id="FLEET-SHRINKS",
        account=2002,
        note="Two vehicles fewer: which ones, somebody has to say, and nothing ends until then.",
        shows=("CHG-08", "D-15"),
        asks=select("change", "2002-fleet", characteristics={"cards": 1}),
        first="awaiting_information",
        steps=(
            Step(
                wave=2,
                command="choose-instances",
                until="completed",
                data={"lineId": "1", "instanceIds": ["2002-card-1", "2002-card-3"]},
            ),
        ),
    ),
    Order(
        id="OFFICE-SHRINKS",
        account=2001,
        note="One seat fewer, and the order says itself which one.",
        shows=("CHG-08",),
        asks=lines(
            line("1", "change", "2001-office", characteristics={"seats": 2}),
            line("2", "disconnect", "2001-seat-2"),
        ),
    ),
)
