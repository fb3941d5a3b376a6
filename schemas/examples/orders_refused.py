"""What is refused, and why: unknown, another's, wrong state, wrong value, wrong together; and conflicts."""

from __future__ import annotations

from schemas.examples.requests import Order, line, lines, new, select

REFUSED = (
    Order(
        id="UNKNOWN-INSTANCE",
        account=1001,
        note="Nobody has it.",
        ends="rejected",
        rules=("ACT-06",),
        asks=select("suspend", "1001-m9"),
    ),
    Order(
        id="ANOTHERS-INSTANCE",
        account=1001,
        note="Another account has it.",
        ends="rejected",
        rules=("ACT-06",),
        asks=select("suspend", "1024-m2"),
    ),
    Order(
        id="INACTIVE-INSTANCE",
        account=1018,
        note="What has ended stays ended.",
        ends="rejected",
        rules=("CHG-17",),
        asks=select("change", "1018-m1", characteristics={"dataGb": 50}),
    ),
    Order(
        id="ADD-UNDER-INACTIVE",
        account=1018,
        note="Nothing is added below what has ended.",
        ends="rejected",
        rules=("D-23",),
        asks=lines(new("1", "mobile-roaming", under="1018-m1")),
    ),
    Order(
        id="RESUME-ACTIVE",
        account=1023,
        note="Only what is suspended is resumed.",
        ends="rejected",
        rules=("D-07",),
        asks=select("resume", "1023-m2"),
    ),
    Order(
        id="SUSPEND-SUSPENDED",
        account=1017,
        note="Only what is active is suspended.",
        ends="rejected",
        rules=("D-07",),
        asks=select("suspend", "1017-m3"),
    ),
    Order(
        id="CHANGE-SUSPENDED",
        account=1017,
        note="Only what is active is changed.",
        ends="rejected",
        rules=("D-07",),
        asks=select("change", "1017-m3", characteristics={"dataGb": 50}),
    ),
    Order(
        id="UNKNOWN-PRODUCT",
        account=1101,
        note="Not in the catalog.",
        ends="rejected",
        rules=("REF-01",),
        asks=lines(new("1", "mobile-6g")),
    ),
    Order(
        id="RETIRED-PRODUCT",
        account=1101,
        note="No longer sold.",
        ends="rejected",
        rules=("REF-01",),
        asks=lines(new("1", "legacy-adsl", characteristics={"speedMbps": 8})),
    ),
    Order(
        id="ADD-HOME-WITHOUT-SPEED",
        account=1105,
        note="The internet that the bundle brings needs a speed.",
        ends="rejected",
        rules=("APP-06",),
        asks=lines(new("1", "home-bundle")),
    ),
    Order(
        id="VALUE-NOT-ON-OFFER",
        account=1002,
        note="The list of values is in the catalog.",
        ends="rejected",
        rules=("CHG-01",),
        asks=select("change", "1002-m2", characteristics={"dataGb": 21}),
    ),
    Order(
        id="SUSPEND-WITH-AN-ADD",
        account=1020,
        note="Below what is suspended nothing is added.",
        ends="rejected",
        rules=("D-04",),
        asks=lines(line("1", "suspend", "1020-home"), new("2", "home-voice", below="1")),
    ),
    Order(
        id="DISCONNECT-WITH-A-CHANGE",
        account=1020,
        note="Below what ends nothing is changed.",
        ends="rejected",
        rules=("D-04",),
        asks=lines(
            line("1", "disconnect", "1020-home"),
            line("2", "change", "1020-internet", below="1", characteristics={"speedMbps": 100}),
            line("3", "disconnect", "1020-router", below="1"),
        ),
    ),
    Order(
        id="SUSPEND-AND-RESUME",
        account=1020,
        note="Both at once is neither.",
        ends="rejected",
        rules=("ACT-11",),
        asks=lines(line("1", "suspend", "1020-m1"), line("2", "resume", "1020-m1")),
    ),
)

CONFLICTS = (
    Order(
        id="CONFLICT-FIRST",
        account=1023,
        note="Two orders for one mobile in the same breath: the first one has it,",
        asks=select("change", "1023-m1", characteristics={"dataGb": 50}),
    ),
    Order(
        id="CONFLICT-SECOND",
        account=1023,
        note="and the second one is told who does.",
        ends="rejected",
        rules=("CHG-16", "D-07"),
        asks=select("suspend", "1023-m1"),
    ),
    Order(
        id="CONFLICT-AGAIN",
        account=1023,
        note="Placed again when the first one is done.",
        wave=2,
        asks=select("suspend", "1023-m1"),
    ),
    Order(
        id="CONFLICT-ABOVE",
        account=1024,
        note="A whole home is suspended,",
        asks=select("suspend", "1024-home"),
    ),
    Order(
        id="CONFLICT-BELOW",
        account=1024,
        note="so nothing in it can be changed meanwhile.",
        ends="rejected",
        rules=("CHG-16",),
        asks=select("change", "1024-internet", characteristics={"speedMbps": 500}),
    ),
    Order(
        id="PENDING-FIRST",
        account=1024,
        note="While one mobile is being changed,",
        asks=select("change", "1024-m1", characteristics={"dataGb": 50}),
    ),
    Order(
        id="PENDING-MIXED",
        account=1024,
        note="an order that mixes suspend and change is refused as a whole.",
        ends="rejected",
        rules=("CHG-16", "D-07", "SUS-06"),
        asks=lines(
            line("1", "change", "1024-m1", characteristics={"dataGb": 200}),
            line("2", "suspend", "1024-m2"),
        ),
    ),
)

ORDERS = (*REFUSED, *CONFLICTS)
