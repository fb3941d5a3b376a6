"""What is agreed with an order: contract lines that are made, amended, renewed and refused; external ids."""

from __future__ import annotations

from typing import Any

from schemas.examples.customers import billing, site
from schemas.examples.days import A_WEEK, day
from schemas.examples.requests import Order, line, lines, new, select

TWO_YEARS: dict[str, Any] = {"start": day(0), "term": 24}

ORDERS = (
    Order(
        id="ADD-HOME-FOR-TWO-YEARS",
        account=1107,
        note="Its contract line is made with it; the router that the platform adds is entitled.",
        shows=("CON-08", "CON-09", "CON-11"),
        lines=3,
        asks=lines(
            new("1", "home-bundle", at=site(1107), contractLine={"type": "new", **TWO_YEARS}),
            new(
                "2",
                "home-internet",
                below="1",
                at=site(1107),
                characteristics={"speedMbps": 250},
                contractLine=TWO_YEARS,
            ),
        ),
    ),
    Order(
        id="SUSPEND-WHAT-WAS-AGREED",
        account=1107,
        note="By the contract line that the order before has made.",
        shows=("D-16", "CON-03"),
        wave=2,
        asks=select("suspend", "ADD-HOME-FOR-TWO-YEARS~contract.1"),
    ),
    Order(
        id="ADD-MOBILE-LATER-WITH-CONTRACT",
        account=1108,
        note="From next week on, for a year: agreed now, made when it is there.",
        shows=("CON-08", "D-17"),
        asks=lines(
            new(
                "1",
                "mobile-5g",
                dueDate=day(7),
                characteristics={"dataGb": 50, "ownerName": "Siv Moen"},
                contractLine={"start": day(7), "term": 12},
            )
        ),
        first="in_progress",
        days={A_WEEK: "completed"},
    ),
    Order(
        id="RENEW-HOME",
        account=1032,
        note="A change that renews: the contract line runs on for two years from its end.",
        shows=("CON-08",),
        asks=lines(line("1", "change", "1032-home", contractLine={"type": "renew", "term": 24})),
    ),
    Order(
        id="UPSELL-VOICE",
        account=1032,
        note="Added to the contract of the home.",
        shows=("CON-09",),
        wave=2,
        asks=lines(
            new(
                "1",
                "home-voice",
                under="1032-home",
                characteristics={"listedName": "Tor Lie"},
                contractLine={"type": "upsell", **TWO_YEARS},
            )
        ),
    ),
    Order(
        id="DISCONNECT-BY-EXTERNAL-ID",
        account=1032,
        note="By the id that the billing system knows it by; its contract line is canceled.",
        shows=("SUS-14", "CON-08"),
        asks=lines(line("1", "disconnect", billing("1032-m1"), contractLine={"type": "cancel"})),
    ),
    Order(
        id="CONTRACT-WITHOUT-END",
        account=1030,
        note="What recurs needs a start, an end and a term that agree.",
        ends="rejected",
        rules=("CON-11",),
        asks=lines(
            new("1", "home-voice", under="1030-home", contractLine={"start": day(0)}),
        ),
    ),
    Order(
        id="CONTRACT-FOR-A-DAY-PASS",
        account=1030,
        note="What is delivered once runs for no time.",
        ends="rejected",
        rules=("CON-11",),
        asks=lines(new("1", "mobile-day-pass", under="1030-m2", contractLine=TWO_YEARS)),
    ),
    Order(
        id="AMEND-WITHOUT-CONTRACT",
        account=1030,
        note="There is no contract line to amend, so one has to be made.",
        ends="rejected",
        rules=("CON-08",),
        asks=lines(line("1", "change", "1030-m2", contractLine={"term": 24})),
    ),
    Order(
        id="SECOND-CONTRACT-LINE",
        account=1031,
        note="An instance has one contract line: the one that is there is renewed.",
        ends="rejected",
        rules=("CON-09",),
        asks=lines(line("1", "change", "1031-m2", contractLine={"type": "new", **TWO_YEARS})),
    ),
)
