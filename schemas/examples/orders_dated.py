"""Orders with a date to come: windows, what is re-dated or canceled before, what cannot run on its day."""

from __future__ import annotations

from schemas.examples.days import A_WEEK, FOUR_WEEKS, THREE_WEEKS, day
from schemas.examples.requests import Order, Step, line, lines, new, new_site, select
from schemas.examples.terms import contract_line

WAITS = "in_progress"

ORDERS = (
    Order(
        id="WINDOW-HOME",
        account=1027,
        note="A home rests for two weeks: its end adds the resume, and what is agreed rests along.",
        shows=("SUS-08", "SUS-15", "CON-03", "CON-04", "D-17"),
        lines=2,
        asks=select("suspend", "1027-home", start=day(7), end=day(21), reason="Two weeks by the sea"),
        first=WAITS,
        days={A_WEEK: WAITS, THREE_WEEKS: "completed"},
    ),
    Order(
        id="WINDOW-MOBILE",
        account=1027,
        note="Begins at once; the contract line ends while the mobile rests, and is over when it wakes.",
        shows=("ACT-11", "CON-05"),
        asks=select("suspend", contract_line(1027, "m1"), end=day(21)),
        first=WAITS,
        days={THREE_WEEKS: "completed"},
    ),
    Order(
        id="DISCONNECT-LATER",
        account=1028,
        note="Ends in four weeks, and can be seen on the instance until then.",
        shows=("D-09", "DIS-04", "DIS-05"),
        asks=select("disconnect", "1028-m1", start=day(28), reason="Moves abroad"),
        first=WAITS,
        days={FOUR_WEEKS: "completed"},
    ),
    Order(
        id="DISCONNECT-REDATED",
        account=1028,
        note="To end in a week, put off to four: a week later nothing happens.",
        shows=("D-10", "SUS-12"),
        asks=lines(line("1", "disconnect", "1028-tv", dueDate=day(7))),
        first=WAITS,
        steps=(
            Step(
                wave=2,
                command="revise",
                until="revision_in_progress",
                data={"lines": [line("1", "disconnect", "1028-tv", dueDate=day(28))]},
            ),
            Step(wave=3, command="approve-change", until=WAITS),
        ),
        days={FOUR_WEEKS: "completed"},
    ),
    Order(
        id="SUSPEND-CANCELED-BEFORE-ITS-DAY",
        account=1028,
        note="Nobody goes away after all: the suspend goes, its resume with it, the mobile never notices.",
        ends="canceled",
        shows=("D-10", "SUS-11"),
        asks=select("suspend", "1028-m2", start=day(7), end=day(21)),
        first=WAITS,
        steps=(
            Step(
                wave=2, command="cancel", until="assessing_cancellation", data={"reason": "The trip is off"}
            ),
            Step(wave=3, command="approve-change", until="canceled"),
        ),
    ),
    Order(
        id="CHANGE-LATER-OF-WHAT-ENDS",
        account=1029,
        note="Disconnected before its day by the next order: it cannot run, and a fallout says why.",
        ends="canceled",
        shows=("D-10", "SUS-19"),
        asks=select("change", "1029-m1", characteristics={"dataGb": 50}, start=day(7)),
        first=WAITS,
        days={A_WEEK: "canceled"},
        steps=(
            Step(
                wave=THREE_WEEKS,
                command="fallout.resolve",
                until="canceled",
                data={
                    "falloutId": "CHANGE-LATER-OF-WHAT-ENDS~op.1.f1",
                    "resolution": "The mobile has ended, so there is nothing to change",
                },
            ),
        ),
    ),
    Order(
        id="DISCONNECT-WHAT-WAITS",
        account=1029,
        note="What waits for its day holds nothing.",
        wave=2,
        asks=select("disconnect", "1029-m1"),
    ),
    Order(
        id="NOW-AND-LATER",
        account=1029,
        note="One line at once, one in three weeks: the first is free again while the second waits.",
        shows=("D-17", "SUS-20"),
        asks=lines(
            line("1", "change", "1029-internet", characteristics={"speedMbps": 500}),
            line("2", "disconnect", "1029-voice", dueDate=day(21)),
        ),
        first=WAITS,
        days={THREE_WEEKS: "completed"},
    ),
    Order(
        id="ADD-TV-LATER",
        account=1030,
        note="Television from next week on.",
        asks=lines(
            new("1", "home-tv", under="1030-home", dueDate=day(7), characteristics={"package": "basic"})
        ),
        first=WAITS,
        days={A_WEEK: "completed"},
    ),
    Order(
        id="MOVE-LATER",
        account=1031,
        note="The household moves in three weeks, and what it agreed moves along.",
        shows=("D-05", "D-09"),
        asks=select("move", "1031-home", location=new_site(1031), start=day(21)),
        first=WAITS,
        days={THREE_WEEKS: "completed"},
    ),
    Order(
        id="RESUME-BEFORE-ITS-SUSPEND",
        account=1030,
        note="A resume of what is active waits for its day, and cannot run then.",
        ends="canceled",
        shows=("D-07", "SUS-04", "SUS-19"),
        asks=select("resume", "1030-m1", start=day(7)),
        first=WAITS,
        days={A_WEEK: "canceled"},
    ),
    Order(
        id="WINDOW-TURNED",
        account=1030,
        note="A window does not end before it begins.",
        ends="rejected",
        rules=("ACT-11",),
        asks=select("suspend", "1030-home", start=day(21), end=day(7)),
    ),
)
