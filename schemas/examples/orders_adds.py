"""Adds: new customers, bundles with what is mandatory in them, add-ons, and one-offs."""

from __future__ import annotations

from schemas.examples.customers import site
from schemas.examples.requests import Order, lines, new

ORDERS = (
    Order(
        id="ADD-MOBILE",
        account=1101,
        note="A new customer takes 5G on an eSIM: the account begins with the order.",
        asks=lines(
            new("1", "mobile-5g", characteristics={"dataGb": 50, "simType": "esim", "ownerName": "Mona Lie"})
        ),
    ),
    Order(
        id="ADD-MOBILE-ON-CARD",
        account=1102,
        note="4G on a card: the SIM is shipped.",
        asks=lines(new("1", "mobile-4g", characteristics={"dataGb": 5, "ownerName": "Odd Rud"})),
    ),
    Order(
        id="ADD-HOME",
        account=1103,
        note="A whole bundle with a technician; the installation is transient and done with the order.",
        shows=("INV-17", "DOM-03"),
        asks=lines(
            new("1", "home-bundle", at=site(1103)),
            new(
                "2",
                "home-internet",
                below="1",
                at=site(1103),
                characteristics={"speedMbps": 1000, "modem": "gigabit"},
            ),
            new("3", "home-router", below="1", at=site(1103), characteristics={"wifiName": "Tunet"}),
            new("4", "home-tv", below="1", at=site(1103), characteristics={"package": "premium"}),
            new("5", "home-installation", below="1", at=site(1103)),
        ),
    ),
    Order(
        id="ADD-HOME-WITHOUT-ROUTER",
        account=1104,
        note="The router is mandatory, so its line is written by the platform.",
        lines=3,
        asks=lines(
            new("1", "home-bundle", at=site(1104)),
            new("2", "home-internet", below="1", at=site(1104), characteristics={"speedMbps": 250}),
        ),
    ),
    Order(
        id="ADD-ROAMING",
        account=1001,
        note="An optional product under a mobile that is there.",
        shows=("CHG-02",),
        asks=lines(new("1", "mobile-roaming", under="1001-m2", characteristics={"zone": "eu"})),
    ),
    Order(
        id="ADD-DAY-PASS",
        account=1002,
        note="A one-off: inactive once it is granted, never active. Sent twice, done once.",
        shows=("INV-17",),
        asks=lines(new("1", "mobile-day-pass", under="1002-m1")),
        twice=True,
    ),
    Order(
        id="ADD-INSTALLATION",
        account=1003,
        note="A technician for a home that is there.",
        asks=lines(new("1", "home-installation", under="1003-home", at=site(1003))),
    ),
    Order(
        id="ADD-SITE",
        account=2001,
        note="A third site: the route is planned by hand and built in the field.",
        lines=3,
        asks=lines(
            new("1", "business-site", at=site(2001, "3"), characteristics={"siteContact": "Brage Sand"}),
            new(
                "2", "ethernet-access", below="1", at=site(2001, "3"), characteristics={"bandwidthMbps": 100}
            ),
        ),
    ),
    Order(
        id="ADD-CONNECTION",
        account=2002,
        note="A second connection between two sites, with priority.",
        asks=lines(
            new(
                "1",
                "business-evc",
                characteristics={"siteA": "2002-site-1", "siteZ": "2002-site-2", "bandwidthMbps": 50},
            ),
            new("2", "evc-priority", below="1"),
        ),
    ),
)
