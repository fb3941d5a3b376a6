"""Disconnects, suspends and resumes, and orders for services."""

from __future__ import annotations

from schemas.examples.customers import site
from schemas.examples.requests import Order, line, lines, new, new_site, select, service
from schemas.examples.terms import contract_line, support

DISCONNECTS = (
    Order(
        id="DISCONNECT-HOME",
        account=1016,
        note="The root is selected: parent and all children end, and what was lent comes back.",
        shows=("LIN-05", "DIS-02"),
        lines=6,
        asks=select("disconnect", "1016-home", reason="Moves abroad"),
    ),
    Order(
        id="DISCONNECT-TV",
        account=1001,
        note="A partial disconnect: the child and what is below it, not the parent.",
        shows=("LIN-06", "ACT-14"),
        lines=2,
        asks=select("disconnect", "1001-tv"),
    ),
    Order(
        id="DISCONNECT-VOICE",
        account=1004,
        note="The same with lines, the bundle named for context.",
        asks=lines(
            line("1", "no_change", "1004-home"),
            line("2", "disconnect", "1004-voice", below="1"),
        ),
    ),
    Order(
        id="DISCONNECT-MOBILE",
        account=1009,
        note="One mobile of two.",
        asks=select("disconnect", "1009-m1"),
    ),
    Order(
        id="DISCONNECT-SUSPENDED",
        account=1017,
        note="What is suspended can be ended.",
        shows=("DIS-01", "D-07"),
        asks=select("disconnect", "1017-m1", reason="Debt written off"),
    ),
    Order(
        id="DISCONNECT-TWO",
        account=1015,
        note="Two roots in one order.",
        asks=select("disconnect", "1015-m1", "1015-m2"),
    ),
    Order(
        id="DISCONNECT-COPPER",
        account=1019,
        note="Retired in the catalog, still owned, and now ended.",
        asks=select("disconnect", "1019-adsl"),
    ),
    Order(
        id="DISCONNECT-SITE",
        account=2003,
        note="A business site: confirmed by hand, the fibre recovered in the field.",
        lines=3,
        asks=select("disconnect", "2003-site-2"),
    ),
    Order(
        id="DISCONNECT-ROUTER",
        account=1005,
        note="A mandatory part cannot go alone.",
        ends="rejected",
        rules=("ACT-13",),
        asks=select("disconnect", "1005-router"),
    ),
    Order(
        id="DISCONNECT-ROUTER-AND-ALL",
        account=1013,
        note="Confirmed with cascade, it takes the whole product with it.",
        shows=("ACT-13", "D-14"),
        lines=5,
        asks=select("disconnect", "1013-router", cascade=True),
    ),
    Order(
        id="REPLACE-ROUTER",
        account=1006,
        note="A mandatory part may go when another one comes in the same order.",
        asks=lines(
            line("1", "no_change", "1006-home"),
            line("2", "disconnect", "1006-router", below="1"),
            new("3", "home-router", below="1", at=site(1006), characteristics={"wifiName": "Fossen"}),
        ),
    ),
)

SUSPENDS = (
    Order(
        id="SUSPEND-MOBILE",
        account=1010,
        note="A root is suspended, and everything below follows it.",
        shows=("LIN-08", "SUS-17"),
        lines=1,
        asks=select("suspend", "1010-m1", reason="Lost phone"),
    ),
    Order(
        id="RESUME-MOBILE",
        account=1010,
        note="The phone was found.",
        wave=2,
        asks=select("resume", "1010-m1"),
    ),
    Order(
        id="SUSPEND-CONTRACT-LINE",
        account=1025,
        note="Asked for by its contract line: the mobile is blocked, and the line rests with it.",
        shows=("D-16", "CON-03", "CON-10"),
        lines=1,
        asks=select("suspend", contract_line(1025, "m1")),
    ),
    Order(
        id="DISCONNECT-CONTRACT-LINE",
        account=1025,
        note="What is canceled is canceled for ever, and its mobile ends with it.",
        shows=("D-16", "CON-08", "CON-10"),
        asks=select("disconnect", contract_line(1025, "m2")),
    ),
    Order(
        id="SUSPEND-ENTITLEMENT-ALONE",
        account=1025,
        note="What stands under a contract line goes along with it, and not by itself.",
        ends="rejected",
        rules=("CON-10",),
        asks=select("suspend", support(1025)),
    ),
    Order(
        id="SUSPEND-HOME",
        account=1009,
        note="A whole home for the winter.",
        asks=select("suspend", "1009-home"),
    ),
    Order(
        id="RESUME-HOME",
        account=1009,
        note="And again in the next wave.",
        wave=2,
        asks=select("resume", "1009-home"),
    ),
    Order(
        id="SUSPEND-TWO",
        account=1011,
        note="Two roots in one order.",
        lines=2,
        asks=select("suspend", "1011-m1", "1011-m2"),
    ),
    Order(
        id="SUSPEND-TV",
        account=1002,
        note="A child alone, below a parent that does not change.",
        shows=("SUS-09",),
        asks=lines(
            line("1", "no_change", "1002-home"),
            line("2", "suspend", "1002-tv", below="1"),
        ),
    ),
    Order(
        id="SUSPEND-CONNECTION",
        account=2004,
        note="A business connection.",
        asks=select("suspend", "2004-evc"),
    ),
    Order(
        id="RESUME-AFTER-PAYMENT",
        account=1017,
        note="Loaded as suspended; the bill is paid.",
        asks=select("resume", "1017-m2"),
    ),
    Order(
        id="RESUME-HOME-AFTER-PAYMENT",
        account=1017,
        note="The whole home as well.",
        wave=2,
        asks=select("resume", "1017-home"),
    ),
)

SERVICES = (
    Order(
        id="SERVICE-CHANGE",
        account=1020,
        note="A service order: only the selected service gets a line.",
        shows=("LIN-02",),
        lines=1,
        asks=service(select("change", "1020-internet-cfs", characteristics={"speedMbps": 500})),
    ),
    Order(
        id="SERVICE-CHANGE-BY-LINES",
        account=1023,
        note="With lines.",
        asks=service(lines(line("1", "change", "1023-internet-cfs", characteristics={"speedMbps": 100}))),
    ),
    Order(
        id="SERVICE-ADD",
        account=1010,
        note="A fixed address, below the service that is there.",
        asks=service(lines(new("1", "rfs-static-ip", under="1010-internet-cfs"))),
    ),
    Order(
        id="SERVICE-DISCONNECT",
        account=1004,
        note="A fixed address no more.",
        asks=service(select("disconnect", "1004-internet-static")),
    ),
    Order(
        id="SERVICE-SUSPEND",
        account=1023,
        note="Television pauses, its product stays active.",
        asks=service(select("suspend", "1023-tv-cfs")),
    ),
    Order(
        id="SERVICE-RESUME",
        account=1023,
        note="And goes on.",
        wave=2,
        asks=service(select("resume", "1023-tv-cfs")),
    ),
    Order(
        id="SERVICE-NO-CHANGE",
        account=1003,
        note="Context only.",
        asks=service(select("no_change", "1003-tv-cfs")),
    ),
    Order(
        id="SERVICE-MOVE",
        account=1025,
        note="Voice moves with all its services.",
        wave=2,
        asks=service(select("move", "1025-voice-cfs", location=new_site(1025))),
    ),
    Order(
        id="SERVICE-ORDER-FOR-A-PRODUCT",
        account=1003,
        note="Products are ordered in product orders.",
        ends="rejected",
        rules=("LIN-02",),
        asks=service(select("change", "1003-tv", characteristics={"package": "basic"})),
    ),
)

ORDERS = (*DISCONNECTS, *SUSPENDS, *SERVICES)
