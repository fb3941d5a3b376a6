"""What a customer of Fjordnet can own: trees of products, services and resources.

Ids say what they are: `1001-m1` is the first mobile of account 1001, `1001-internet-cfs` the service below
its internet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Values = dict[str, Any]

PRIVATE = range(1001, 1035)
BUSINESS = range(2001, 2009)

_PEOPLE = (
    "Solveig Aas", "Jonas Berg", "Ingrid Dahl", "Lars Eide", "Maja Foss", "Nils Grung", "Oda Haug",
    "Per Iversen", "Ragna Juul", "Sander Krogh", "Thea Lund", "Ulrik Moe", "Vilde Nes", "Wenche Olsen",
    "Yngve Pahr", "Astrid Ruud", "Brage Sand", "Camilla Tveit", "Didrik Urdal", "Eira Vik", "Frode Wiik",
    "Gro Ystad", "Halvor Zahl", "Iselin Orre", "Kjell Aune", "Liv Bakke",
    "Magnus Teig", "Nora Ask", "Ola Vang", "Petra Sunde", "Rolf Holm", "Tor Lie",
    "Unn Sande", "Vegard Tangen",
)  # fmt: skip
_COMPANIES = (
    "Havnelageret AS", "Nordlys Regnskap", "Fiskeriet", "Vestbanen Bygg", "Tinde Arkitekter",
    "Bryggen Hotell", "Kystlinjen", "Lia Legesenter",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One instance and what stands below it."""

    id: str
    specification: str
    name: str | None = None
    values: Values = field(default_factory=dict)
    below: tuple[Node, ...] = ()


def node(id: str, specification: str, *below: Node, **values: Any) -> Node:
    return Node(id=id, specification=specification, values=values, below=below)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A root with its state and place, which go for all of it."""

    account: str
    top: Node
    state: str = "active"
    location: str | None = None
    since: str = "2024-03-01T00:00:00+01:00"

    @property
    def billed(self) -> bool:
        """Whether it came from the billing system, which has an id of its own for it."""
        return self.account in BILLED


def account(number: int) -> str:
    return f"FN-{number}"


BILLED = frozenset({account(1031), account(1032)})


def billing(id: str) -> str:
    """The id by which the billing system knows an instance."""
    return f"BILL-{id}"


def person(number: int) -> str:
    return _PEOPLE[number - PRIVATE.start]


def site(number: int, at: str = "1") -> str:
    """Where an account has something: `SITE-1001-1`."""
    return f"SITE-{number}-{at}"


def mobile(number: int, n: int, generation: str, *below: Node) -> Node:
    """A subscription with what it is realized as: 4G on a card, 5G on an eSIM."""
    id, iccid = f"{number}-m{n}", f"8947{number}{n:06d}"
    sim = "esim" if generation == "5G" else "physical"
    card = node(f"{id}-sim", "res-esim" if sim == "esim" else "res-sim", iccid=iccid)
    phone = node(f"{id}-number", "res-msisdn", msisdn=f"+479{number}{n:03d}", subscriber=person(number))
    core = node(f"{id}-core", "rfs-mobile-core", quotaGb=20, iccid=iccid)
    radio = node(f"{id}-radio", f"rfs-radio-{generation.lower()}")
    return Node(
        id=id,
        specification=f"mobile-{generation.lower()}",
        name=f"Mobile of {person(number)}",
        values={"generation": generation, "dataGb": 20, "simType": sim, "ownerName": person(number)},
        below=(node(f"{id}-cfs", "cfs-mobile", core, radio, phone, generation=generation), card, *below),
    )


def roaming(number: int, n: int) -> Node:
    id = f"{number}-m{n}-roaming"
    return node(id, "mobile-roaming", node(f"{id}-cfs", "cfs-roaming", zone="nordic"), zone="nordic")


def home(number: int, *extras: Node, static: bool = False) -> Node:
    """A bundle of internet and router, and what else the household has."""
    return Node(
        id=f"{number}-home",
        specification="home-bundle",
        name=f"Home of {person(number)}",
        below=(internet(number, static), router(number), *extras),
    )


def internet(number: int, static: bool) -> Node:
    id = f"{number}-internet"
    fixed = (node(f"{id}-static", "rfs-static-ip"),) if static else ()
    values = {"speedMbps": 250, "modem": "standard", "staticIp": static}
    line = node(f"{id}-line", "rfs-fibre-line", rateMbps=250)
    modem = node(f"{id}-modem", "res-modem-standard")
    address = node(f"{id}-ip", "res-ip-address", address=f"10.0.{number % 256}.1")
    service = node(f"{id}-cfs", "cfs-internet", line, modem, address, *fixed, **values)
    return node(id, "home-internet", service, **values)


def router(number: int) -> Node:
    id = f"{number}-router"
    module = node(f"{id}-wifi", "res-wifi-module")
    device = node(f"{id}-device", "res-router", module, serial=f"RT{number}7")
    return node(id, "home-router", device, wifiName=f"{person(number).split()[0]}s nett")


def tv(number: int, *below: Node) -> Node:
    id = f"{number}-tv"
    service = node(f"{id}-cfs", "cfs-tv", node(f"{id}-iptv", "rfs-iptv", channels="family"))
    return node(id, "home-tv", service, node(f"{id}-box", "res-set-top-box"), *below, package="family")


def sports(number: int) -> Node:
    return node(f"{number}-sports", "tv-sports", node(f"{number}-sports-cfs", "cfs-sports"))


def voice(number: int) -> Node:
    id = f"{number}-voice"
    phone = node(f"{id}-number", "res-number", number=f"+475{number}00", subscriber=person(number))
    service = node(f"{id}-cfs", "cfs-voice", node(f"{id}-ims", "rfs-ims"), phone)
    return node(id, "home-voice", service, listedName=person(number))


def business_site(number: int, at: str, *extras: Node) -> Node:
    """A site: access and UNI."""
    id = f"{number}-site-{at}"
    line = node(
        f"{id}-line", "rfs-ethernet-access", node(f"{id}-port", "res-port", port=f"ge-0/{at}"), rateMbps=1000
    )
    access = node(
        f"{id}-access", "ethernet-access", node(f"{id}-cfs", "cfs-access", line), bandwidthMbps=1000
    )
    vlan = node(f"{id}-vlan", "res-vlan", encapsulation="802.1Q")
    uni = node(f"{id}-uni", "ethernet-uni", vlan, encapsulation="802.1Q")
    return Node(
        id=id,
        specification="business-site",
        name=f"{_COMPANIES[number - BUSINESS.start]}, site {at}",
        values={"siteContact": person(number - 1000)},
        below=(access, uni, *extras),
    )


def managed_router(number: int, at: str) -> Node:
    id = f"{number}-site-{at}-router"
    return node(id, "managed-router", node(f"{id}-cpe", "res-cpe", serial=f"CPE{number}{at}"))


def connection(number: int, *extras: Node) -> Node:
    """The virtual connection between the two sites of an account."""
    id = f"{number}-evc"
    service = node(f"{id}-cfs", "cfs-evc", node(f"{id}-circuit", "rfs-evc", committedMbps=100))
    ends = {"siteA": f"{number}-site-1", "siteZ": f"{number}-site-2"}
    return node(id, "business-evc", service, *extras, **ends, bandwidthMbps=100)


def handset(number: int, n: int) -> Node:
    """A phone of one's own."""
    id = f"{number}-phone-{n}"
    return node(
        id, "handset", node(f"{id}-device", "res-handset", imei=f"35{number}{n:04d}"), model="fjord-9"
    )


def fleet(number: int, cards: int) -> Node:
    """Cards in the vehicles of a company."""
    below = (
        node(f"{number}-card-{n}", "cfs-fleet-card", node(f"{number}-card-{n}-sim", "res-fleet-sim"))
        for n in range(1, cards + 1)
    )
    return node(f"{number}-fleet", "fleet", *below, cards=cards)


def office(number: int, seats: int) -> Node:
    below = (node(f"{number}-seat-{n}", "office-seat") for n in range(1, seats + 1))
    return node(f"{number}-office", "office", *below, seats=seats)


def priority(number: int) -> Node:
    id = f"{number}-evc-priority"
    return node(id, "evc-priority", node(f"{id}-cfs", "cfs-class-of-service"))
