"""Business Ethernet: sites with access and UNI, and virtual connections between two of them."""

from __future__ import annotations

from schemas.examples.words import (
    Entry,
    beside,
    ceases,
    copies,
    entry,
    has,
    must,
    on,
    one_of,
    person,
    provides,
    task,
    to,
)

PRODUCTS: list[Entry] = [
    entry(
        "product",
        "business-site",
        "Ethernet site",
        person("siteContact"),
        must("bundles", "ethernet-access", min=1, default=1, max=1),
        must("bundles", "ethernet-uni", min=1, default=1, max=4),
        to("bundles", "managed-router", max=1),
        on("disconnect", task("manual", "confirm-termination")),
        ceases("overlap"),
    ),
    entry(
        "product",
        "ethernet-access",
        "Ethernet access",
        has("bandwidthMbps", "number", values=[100, 1000, 10000], required=True),
        must("realized_as", "cfs-access"),
        copies("bandwidthMbps", "rfs-ethernet-access", "rateMbps"),
    ),
    entry(
        "product",
        "ethernet-uni",
        "User network interface",
        one_of("encapsulation", "802.1Q", "untagged"),
        must("requires", "res-vlan"),
        copies("encapsulation", "res-vlan"),
    ),
    entry("product", "managed-router", "Managed router", must("requires", "res-cpe")),
    entry(
        "product",
        "business-evc",
        "Ethernet virtual connection",
        has("siteA", required=True),
        has("siteZ", required=True),
        has("bandwidthMbps", "number", values=[50, 100, 500, 1000], required=True),
        to("bundles", "evc-priority", max=1),
        must("realized_as", "cfs-evc"),
        copies("bandwidthMbps", "rfs-evc", "committedMbps"),
        beside("requires", "business-site", min=2),
    ),
    entry("product", "evc-priority", "Priority class", must("realized_as", "cfs-class-of-service")),
]

SERVICES: list[Entry] = [
    entry("service", "cfs-access", "Access", must("realized_as", "rfs-ethernet-access"), layer="cfs"),
    entry(
        "service",
        "rfs-ethernet-access",
        "Lit fibre to a site",
        has("rateMbps", "number"),
        must("requires", "res-port"),
        on(
            "add",
            task("manual", "plan-route", duration="P5D"),
            task("field", "build-access", "plan-route", duration="P20D", ponr="hard"),
            task("provision", "light-access", "build-access", "res-port/configure-port"),
        ),
        on("change", task("provision", "set-port-speed", respondsTo=["rateMbps"])),
        on("suspend", task("provision", "darken-access")),
        on("resume", task("provision", "relight-access")),
        on(
            "disconnect",
            task("provision", "unlight-access"),
            task("field", "recover-fibre", "unlight-access"),
        ),
        ceases("overlap", task("provision", "remove-old-access")),
        provides(
            "overlap",
            task("field", "build-new-access", duration="P20D"),
            task("provision", "light-new-access", "build-new-access"),
        ),
        layer="rfs",
    ),
    entry("service", "cfs-evc", "Connection", must("realized_as", "rfs-evc"), layer="cfs"),
    entry(
        "service",
        "rfs-evc",
        "Circuit",
        has("committedMbps", "number"),
        on(
            "add",
            task("manual", "design-circuit", duration="P3D"),
            task("provision", "connect-sites", "design-circuit"),
        ),
        on("change", task("provision", "reshape-circuit", respondsTo=["committedMbps"])),
        on("suspend", task("provision", "block-circuit")),
        on("resume", task("provision", "unblock-circuit")),
        on("disconnect", task("provision", "tear-down-circuit")),
        layer="rfs",
    ),
    entry(
        "service",
        "cfs-class-of-service",
        "Priority in the core",
        on("add", task("provision", "mark-traffic", "rfs-evc/connect-sites")),
        on("disconnect", task("provision", "unmark-traffic")),
        layer="cfs",
    ),
]

RESOURCES: list[Entry] = [
    entry(
        "resource",
        "res-port",
        "Port",
        has("port"),
        on("add", task("provision", "configure-port")),
        on("disconnect", task("provision", "clear-port")),
    ),
    entry(
        "resource",
        "res-vlan",
        "VLAN",
        one_of("encapsulation", "802.1Q", "untagged"),
        on("add", task("provision", "assign-vlan")),
        on("disconnect", task("provision", "free-vlan")),
    ),
    entry(
        "resource",
        "res-cpe",
        "Router at a site",
        has("serial"),
        on("add", task("ship", "ship-cpe", duration="P3D"), task("field", "install-cpe", "ship-cpe")),
        on("disconnect", task("receive", "receive-cpe"), task("inspect", "inspect-cpe", "receive-cpe")),
    ),
]

ENTRIES = [*RESOURCES, *SERVICES, *PRODUCTS]
