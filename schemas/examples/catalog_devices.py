"""Devices that customers own and may bring back, with their plans for refund, replacement and repair."""

from __future__ import annotations

from schemas.examples.words import Entry, entry, has, must, on, one_of, task

PRODUCTS: list[Entry] = [
    entry(
        "product",
        "handset",
        "Fjord Phone",
        one_of("model", "fjord-9", "fjord-10"),
        must("requires", "res-handset"),
        on("add", task("manual", "hand-over")),
        on("disconnect", task("manual", "strike-off")),
        on(
            "disconnect",
            task("manual", "authorise-return"),
            task("credit", "pay-back", "res-handset/inspect-handset"),
            **{"return": "refund"},
        ),
        on("add", task("ship", "ship-replacement", duration="P2D"), **{"return": "replace"}),
        on("disconnect", task("manual", "authorise-return"), **{"return": "replace"}),
        on(
            "no_change",
            task("receive", "receive-for-repair", duration="P7D"),
            task("manual", "mend", "receive-for-repair", duration="P3D"),
            task("ship", "send-back", "mend", duration="P2D"),
            **{"return": "repair"},
        ),
    ),
]

_COMES_BACK = (
    task("receive", "receive-handset", "handset/authorise-return", duration="P14D"),
    task("inspect", "inspect-handset", "receive-handset", duration="P1D"),
    task("manual", "dispose", "inspect-handset"),
)

RESOURCES: list[Entry] = [
    entry(
        "resource",
        "res-handset",
        "Device",
        has("imei"),
        on("add", task("provision", "register-imei", "handset/ship-replacement")),
        on("disconnect", task("provision", "block-imei")),
        on("disconnect", *_COMES_BACK, **{"return": "refund"}),
        on("disconnect", *_COMES_BACK, **{"return": "replace"}),
    ),
]

ENTRIES = [*RESOURCES, *PRODUCTS]
