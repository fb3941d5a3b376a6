"""What is counted: cards for a fleet of vehicles, an office with seats; and numbers for them."""

from __future__ import annotations

from schemas.examples.words import Entry, beside, entry, has, must, on, task, to

PRODUCTS: list[Entry] = [
    entry(
        "product",
        "fleet",
        "Cards for a fleet",
        has("cards", "number", required=True),
        to("realized_as", "cfs-fleet-card", quantityCharacteristic="cards", max=50),
    ),
    entry(
        "product",
        "office",
        "Cloud office",
        has("seats", "number", required=True),
        to("bundles", "office-seat", quantityCharacteristic="seats", max=50),
        to("bundles", "office-exchange", max=1),
        to("bundles", "office-desk-phone"),
    ),
    entry("product", "office-exchange", "Telephone exchange of the cloud office"),
    entry("product", "office-desk-phone", "Desk phone", beside("requires", "office-exchange")),
    entry(
        "product",
        "office-seat",
        "Seat in the cloud office",
        on(
            "add",
            task(
                "provision",
                "create-mailbox",
                duration="PT4H",
                undo={"name": "delete-mailbox", "kind": "provision"},
            ),
            task("manual", "welcome-user", "create-mailbox", duration="P5D"),
        ),
        on("disconnect", task("provision", "archive-mailbox")),
    ),
    entry(
        "product",
        "office-number",
        "Number of another provider, brought along",
        on(
            "add",
            task("provision", "port-number", duration="P2D", ponr="hard"),
            task("provision", "route-calls", "port-number"),
        ),
        on("disconnect", task("provision", "give-number-back")),
    ),
]

SERVICES: list[Entry] = [
    entry(
        "service",
        "cfs-fleet-card",
        "Card in a vehicle",
        must("requires", "res-fleet-sim"),
        on("add", task("provision", "open-card", "res-fleet-sim/ship-fleet-sim")),
        on("disconnect", task("provision", "close-card")),
        layer="cfs",
    ),
]

RESOURCES: list[Entry] = [
    entry(
        "resource",
        "res-fleet-sim",
        "SIM for a vehicle",
        on(
            "add",
            task(
                "ship",
                "ship-fleet-sim",
                duration="P2D",
                undo={"name": "void-shipped-fleet-sim", "kind": "provision"},
            ),
        ),
        on("disconnect", task("provision", "void-fleet-sim")),
    ),
]

ENTRIES = [*RESOURCES, *SERVICES, *PRODUCTS]
