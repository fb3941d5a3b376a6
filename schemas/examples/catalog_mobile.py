"""Mobile: 4G and 5G with SIM or eSIM, number, roaming and a day pass."""

from __future__ import annotations

from schemas.examples.words import (
    Entry,
    beside,
    copies,
    entry,
    has,
    must,
    on,
    one_of,
    only_if,
    person,
    task,
    to,
)

_SUBSCRIPTION = (
    has("dataGb", "number", values=[5, 20, 50, 200], required=True),
    one_of("simType", "physical", "esim"),
    person("ownerName"),
    must("realized_as", "cfs-mobile"),
    to("requires", "res-sim"),
    to("requires", "res-esim"),
    to("bundles", "mobile-roaming", max=1),
    to("bundles", "mobile-day-pass"),
    only_if("res-sim", "simType", "physical"),
    only_if("res-esim", "simType", "esim"),
    copies("generation", "cfs-mobile"),
    copies("dataGb", "rfs-mobile-core", "quotaGb"),
    copies("ownerName", "res-msisdn", "subscriber"),
    on("disconnect", task("credit", "final-credit", "rfs-mobile-core/delete-subscriber")),
)

PRODUCTS: list[Entry] = [
    entry("product", "mobile-4g", "Fjord Mobile 4G", one_of("generation", "4G"), *_SUBSCRIPTION),
    entry(
        "product",
        "mobile-5g",
        "Fjord Mobile 5G",
        one_of("generation", "5G"),
        *_SUBSCRIPTION,
        beside("excludes", "legacy-adsl"),
        category="mobile",
    ),
    entry(
        "product",
        "mobile-roaming",
        "Nordic and EU roaming",
        one_of("zone", "nordic", "eu", "world"),
        must("realized_as", "cfs-roaming"),
        copies("zone", "cfs-roaming"),
    ),
    entry(
        "product",
        "mobile-day-pass",
        "Unlimited for a day",
        on("add", task("provision", "grant-pass", duration="PT1H")),
        transient=True,
    ),
]

SERVICES: list[Entry] = [
    entry(
        "service",
        "cfs-mobile",
        "Mobile subscription",
        one_of("generation", "4G", "5G"),
        must("realized_as", "rfs-mobile-core"),
        to("realized_as", "rfs-radio-4g"),
        to("realized_as", "rfs-radio-5g"),
        must("requires", "res-msisdn"),
        only_if("rfs-radio-4g", "generation", "4G"),
        only_if("rfs-radio-5g", "generation", "5G"),
        layer="cfs",
    ),
    entry(
        "service",
        "rfs-mobile-core",
        "Subscriber in the core",
        has("quotaGb", "number"),
        has("iccid"),
        on(
            "add",
            task("provision", "create-subscriber", "res-msisdn/assign-number", retries=2, backoff="PT10S"),
        ),
        on("change", task("provision", "update-subscriber", respondsTo=["quotaGb", "iccid"])),
        on("suspend", task("provision", "bar-subscriber")),
        on("resume", task("provision", "unbar-subscriber")),
        on("disconnect", task("provision", "delete-subscriber", ponr="soft", charge="reactivation fee")),
        layer="rfs",
    ),
    entry(
        "service",
        "rfs-radio-4g",
        "LTE access",
        on("add", task("provision", "enable-lte", "rfs-mobile-core/create-subscriber")),
        on("disconnect", task("provision", "disable-lte", "rfs-radio-5g/enable-nr")),
        layer="rfs",
    ),
    entry(
        "service",
        "rfs-radio-5g",
        "New radio access",
        on("add", task("provision", "enable-nr", "rfs-mobile-core/create-subscriber")),
        on("disconnect", task("provision", "disable-nr", "rfs-radio-4g/enable-lte")),
        layer="rfs",
    ),
    entry(
        "service",
        "cfs-roaming",
        "Roaming",
        one_of("zone", "nordic", "eu", "world"),
        on("add change", task("provision", "set-roaming")),
        on("disconnect", task("provision", "end-roaming")),
        layer="cfs",
    ),
]

RESOURCES: list[Entry] = [
    entry(
        "resource",
        "res-sim",
        "SIM card",
        has("iccid"),
        copies("iccid", "rfs-mobile-core"),
        on(
            "add",
            task("ship", "ship-sim", duration="P2D", undo={"name": "void-shipped-sim", "kind": "provision"}),
        ),
        on("disconnect", task("provision", "void-sim")),
    ),
    entry(
        "resource",
        "res-esim",
        "eSIM profile",
        has("iccid"),
        copies("iccid", "rfs-mobile-core"),
        on("add", task("provision", "issue-profile")),
        on("disconnect", task("provision", "revoke-profile")),
    ),
    entry(
        "resource",
        "res-msisdn",
        "Mobile number",
        has("msisdn"),
        person("subscriber"),
        on("add", task("provision", "assign-number", undo={"name": "free-number", "kind": "provision"})),
        on("disconnect", task("provision", "quarantine-number")),
    ),
]

ENTRIES = [*RESOURCES, *SERVICES, *PRODUCTS]
