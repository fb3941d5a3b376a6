"""Orders that take more than one command: drafts, approvals, rejections, rework, and second thoughts."""

from __future__ import annotations

from schemas.examples.requests import Order, Step, line, lines, select

ORDERS = (
    Order(
        id="APPROVED-LATER",
        account=1019,
        note="Placed in one breath, approved in another.",
        asks=select("change", "1019-m1", characteristics={"dataGb": 50}, approve=False),
        first="new",
        steps=(Step(wave=2, command="approve", until="completed"),),
    ),
    Order(
        id="DRAFT-BY-STEPS",
        account=1020,
        note="Draft, submitted, approved.",
        asks=select("change", "1020-m1", characteristics={"dataGb": 50}, draft=True),
        first="draft",
        steps=(
            Step(wave=2, command="submit", until="new"),
            Step(wave=3, command="approve", until="completed"),
        ),
    ),
    Order(
        id="DRAFT-EDITED",
        account=1006,
        note="A draft is edited at once.",
        asks=lines(line("1", "change", "1006-internet", characteristics={"speedMbps": 100}), draft=True),
        first="draft",
        steps=(
            Step(
                wave=2,
                command="revise",
                until="draft",
                data={"lines": [line("1", "change", "1006-internet", characteristics={"speedMbps": 1000})]},
            ),
            Step(wave=3, command="submit", until="new"),
            Step(wave=3, command="approve", until="completed"),
        ),
    ),
    Order(
        id="DRAFT-KEPT",
        account=1012,
        note="Somebody is still thinking.",
        ends="draft",
        asks=select("disconnect", "1012-m2", draft=True),
    ),
    Order(
        id="NEW-KEPT",
        account=1016,
        note="Waits for an approval: approve it and see what happens.",
        ends="new",
        asks=select("change", "1016-m2", characteristics={"dataGb": 200}, approve=False),
    ),
    Order(
        id="DRAFT-CANCELED",
        account=1012,
        note="Somebody thought better of it.",
        ends="canceled",
        shows=("ORD-20",),
        asks=select("suspend", "1012-m2", draft=True),
        first="draft",
        steps=(Step(wave=2, command="cancel", until="canceled", data={"reason": "A misunderstanding"}),),
    ),
    Order(
        id="NEW-CANCELED",
        account=1021,
        note="Canceled before it was approved.",
        ends="canceled",
        shows=("ORD-20",),
        asks=select("disconnect", "1021-tv", approve=False),
        first="new",
        steps=(Step(wave=2, command="cancel", until="canceled"),),
    ),
    Order(
        id="REJECTED-BY-A-PERSON",
        account=2006,
        note="Read and refused.",
        ends="rejected",
        rules=("ORD-08",),
        asks=select("change", "2006-evc", characteristics={"bandwidthMbps": 1000}, approve=False),
        first="new",
        steps=(Step(wave=2, command="reject", until="rejected", data={"reason": "No capacity before May"}),),
    ),
    Order(
        id="REWORKED",
        account=2007,
        note="Refused, reworked with less, and approved.",
        shows=("ORD-09", "D-03"),
        asks=lines(line("1", "change", "2007-evc", characteristics={"bandwidthMbps": 1000}), approve=False),
        first="new",
        steps=(
            Step(wave=2, command="reject", until="rejected", data={"reason": "No capacity"}),
            Step(wave=3, command="rework", until="draft"),
            Step(
                wave=3,
                command="revise",
                until="draft",
                data={"lines": [line("1", "change", "2007-evc", characteristics={"bandwidthMbps": 500})]},
            ),
            Step(wave=4, command="submit", until="new"),
            Step(wave=4, command="approve", until="completed"),
        ),
    ),
    Order(
        id="MENDED",
        account=2008,
        note="Rejected for a wrong value, mended and done.",
        asks=lines(line("1", "change", "2008-evc", characteristics={"bandwidthMbps": 7})),
        first="rejected",
        steps=(
            Step(wave=2, command="rework", until="draft"),
            Step(
                wave=2,
                command="revise",
                until="draft",
                data={"lines": [line("1", "change", "2008-evc", characteristics={"bandwidthMbps": 50})]},
            ),
            Step(wave=2, command="submit", until="new"),
            Step(wave=2, command="approve", until="completed"),
        ),
    ),
    Order(
        id="DISCONNECT-WHAT-WAS-ADDED",
        account=1101,
        note="The mobile of the first wave, by the id that its order gave it.",
        wave=2,
        asks=select("disconnect", "ADD-MOBILE:1"),
    ),
)
