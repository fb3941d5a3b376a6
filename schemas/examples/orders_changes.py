"""Changes: values, versions, what is added in a change, and 4G to 5G both ways."""

from __future__ import annotations

from schemas.examples.customers import site
from schemas.examples.requests import Order, line, lines, new, select

ORDERS = (
    Order(
        id="CHANGE-SPEED",
        account=1001,
        note="Faster internet by selection: only the selected product gets a line.",
        shows=("LIN-04", "CHG-01"),
        lines=1,
        asks=select("change", "1001-internet", characteristics={"speedMbps": 500}),
    ),
    Order(
        id="CHANGE-TO-GIGABIT",
        account=1002,
        note="So fast that it needs another modem: one is shipped, the old one comes back.",
        shows=("DEC-07",),
        asks=select("change", "1002-internet", characteristics={"speedMbps": 1000, "modem": "gigabit"}),
    ),
    Order(
        id="CHANGE-SPEED-DOWN",
        account=1003,
        note="Slower, with a line of the caller's own.",
        asks=lines(line("1", "change", "1003-internet", characteristics={"speedMbps": 100})),
    ),
    Order(
        id="CHANGE-TO-ESIM",
        account=1003,
        note="From card to eSIM: a profile is issued and the card is voided.",
        shows=("DEC-06", "DEC-07"),
        asks=select("change", "1003-m1", characteristics={"simType": "esim"}),
    ),
    Order(
        id="CHANGE-OWNER",
        account=1004,
        note="A personal value: encrypted wherever it is kept.",
        asks=select("change", "1004-m1", characteristics={"ownerName": "Lars Eide Moen"}),
    ),
    Order(
        id="CHANGE-TV-PACKAGE",
        account=1004,
        note="The change takes the product to the version that is sold today.",
        shows=("CHG-05",),
        asks=select("change", "1004-tv", characteristics={"package": "premium", "cloudHours": 100}),
    ),
    Order(
        id="CHANGE-STATIC-IP",
        account=1005,
        note="A value that needs one service more.",
        shows=("DEC-03", "DEC-06"),
        asks=select("change", "1005-internet", characteristics={"staticIp": True}),
    ),
    Order(
        id="CHANGE-TAKES-A-VALUE-AWAY",
        account=1011,
        note="null takes a value away.",
        asks=select("change", "1011-router", characteristics={"wifiName": None}),
    ),
    Order(
        id="CHANGE-CONNECTION",
        account=2001,
        note="More bandwidth between two sites.",
        asks=select("change", "2001-evc", characteristics={"bandwidthMbps": 500}),
    ),
    Order(
        id="CHANGE-PORT-SPEED",
        account=2003,
        note="'modify', as other interfaces call it.",
        shows=("D-13",),
        asks=lines(line("1", "modify", "2003-site-1-access", characteristics={"bandwidthMbps": 10000})),
    ),
    Order(
        id="CHANGE-ROAMING-ZONE",
        account=1022,
        note="The add-on alone changes.",
        asks=select("change", "1022-m1-roaming", characteristics={"zone": "world"}),
    ),
    Order(
        id="CHANGE-TWO-MOBILES",
        account=1013,
        note="Two roots in one order.",
        lines=2,
        asks=select("change", "1013-m1", "1013-m2", characteristics={"dataGb": 50}),
    ),
    Order(
        id="CHANGE-IN-THE-PAST",
        account=1014,
        note="A date in the past means now.",
        shows=("D-08",),
        asks=select("change", "1014-m1", characteristics={"dataGb": 200}, start="2020-01-01T00:00:00+01:00"),
    ),
    Order(
        id="CHANGE-ADDS-TV",
        account=1010,
        note="A product added in a change gets a record of its own, under the bundle.",
        shows=("CHG-02", "CHG-03"),
        asks=lines(
            line("1", "change", "1010-home"),
            new("2", "home-tv", below="1", at=site(1010), characteristics={"package": "basic"}),
        ),
    ),
    Order(
        id="CHANGE-ADDS-VOICE",
        account=1011,
        note="The same beside a selection.",
        shows=("CHG-02", "LIN-03"),
        lines=2,
        asks=select(
            "change",
            "1011-home",
            lines=[new("voice", "home-voice", at=site(1011), characteristics={"listedName": "Ragna Juul"})],
        ),
    ),
    Order(
        id="CHANGE-ADDS-SPORTS",
        account=1012,
        note="Deep in a hierarchy that is only named for context.",
        shows=("ACT-08", "ACT-09"),
        asks=lines(
            line("1", "no_change", "1012-home"),
            line("2", "noChange", "1012-tv", below="1"),
            new("3", "tv-sports", below="2"),
        ),
    ),
    Order(
        id="4G-TO-5G-CHANGED",
        account=1005,
        note="4G to 5G as a change to another product: LTE is switched off after NR is on.",
        shows=("CHG-15",),
        asks=lines(
            line("1", "change", "1005-m1", spec="mobile-5g", characteristics={"generation": "5G"}),
        ),
    ),
    Order(
        id="4G-TO-5G-SWAPPED",
        account=1007,
        note="4G to 5G as a disconnect and an add.",
        shows=("CHG-15", "D-13"),
        asks=lines(
            line("old", "delete", "1007-m1"),
            new("new", "mobile-5g", characteristics={"dataGb": 20, "simType": "esim"}),
        ),
    ),
    Order(
        id="5G-TO-4G-CHANGED",
        account=1008,
        note="And back: 5G to 4G as a change.",
        shows=("CHG-15",),
        asks=lines(
            line("1", "change", "1008-m2", spec="mobile-4g", characteristics={"generation": "4G"}),
        ),
    ),
    Order(
        id="5G-TO-4G-SWAPPED",
        account=1009,
        note="5G to 4G as a disconnect and an add.",
        shows=("CHG-15",),
        asks=lines(
            line("old", "disconnect", "1009-m2"),
            new("new", "mobile-4g", characteristics={"dataGb": 5}),
        ),
    ),
    Order(
        id="NO-CHANGE",
        account=1020,
        note="Nothing is to be done, and nothing is locked.",
        asks=select("no_change", "1020-home"),
    ),
    Order(
        id="NO-CHANGE-ABOVE-A-CHANGE",
        account=1015,
        note="The bundle is named so that the change is seen in its place.",
        shows=("ACT-08", "ACT-09"),
        asks=lines(
            line("1", "no-change", "1015-home"),
            line("2", "change", "1015-internet", below="1", characteristics={"speedMbps": 500}),
        ),
    ),
)
