"""Scenarios that days decide: windows, dated orders, contract lines that orders make.

They are played like the others; then the clock goes on from one of MOMENTS to the next, and at each of them
scenarios may send what they have for it.
"""

from __future__ import annotations

from typing import Any

from tests.scenarios import TREE, Scenario, Sent, line, place

FEBRUARY, MARCH, APRIL = "2026-02-01T00:00:00+00:00", "2026-03-01T00:00:00+00:00", "2026-04-01T00:00:00+00:00"
MID_MARCH = "2026-03-15T00:00:00+00:00"
MOMENTS = (FEBRUARY, MARCH, APRIL)

YEAR: dict[str, Any] = {"start": "2026-01-01T00:00:00+00:00", "term": 12}
TWO_MONTHS: dict[str, Any] = {"start": "2026-01-01T00:00:00+00:00", "term": 2}

RENEWED: dict[str, Any] = {"type": "renew", "term": 12}


def agreed(*lines: dict[str, Any]) -> Sent:
    """A contract of the installed base."""
    given = {"state": "active", "start": YEAR["start"], "end": "2027-01-01T00:00:00+00:00"}
    data = {"contractId": "C-1", "accountId": "ACME", "state": "active"}
    return "contract.load", {**data, "lines": [{**given, **one} for one in lines]}


HOME_AND_MOBILE = agreed(
    {"contractLineId": "L-HOME", "instanceId": "HOME"},
    {"contractLineId": "L-MOB", "instanceId": "MOB", "end": MID_MARCH},
)

DATED: tuple[Scenario, ...] = (
    Scenario(
        name="a window, and what is agreed rests with it",
        stages=((HOME_AND_MOBILE,), (place("O1", "suspend", "HOME", start=FEBRUARY, end=MARCH),)),
        later={MARCH: (place("O2", "change", "NET", characteristics={"speed": 200}),)},
        orders={"O1": "completed", "O2": "completed"},
        instances=dict.fromkeys(TREE, "active"),
        terms={("HOME", "L-HOME"): "active", ("MOB", "L-MOB"): "expired"},
    ),
    Scenario(
        name="a contract line ends while its instance rests",
        stages=((HOME_AND_MOBILE,), (place("O1", "suspend", "L-MOB", end=APRIL),)),
        orders={"O1": "completed"},
        instances={"MOB": "active"},
        terms={("MOB", "L-MOB"): "expired"},
    ),
    Scenario(
        name="what waits is overtaken, and canceled on its day",
        stages=(
            (
                place("O1", "disconnect", "VOICE", start=APRIL),
                place("O2", "resume", "MOB", start=FEBRUARY),
                place("O3", "change", "NET", characteristics={"speed": 1000}, start=MARCH),
            ),
        ),
        later={FEBRUARY: (place("O4", "suspend", "HOME"),)},
        orders={"O1": "completed", "O2": "canceled", "O3": "canceled", "O4": "completed"},
        instances={**dict.fromkeys(TREE, "suspended"), "VOICE": "inactive", "MOB": "active"},
    ),
    Scenario(
        name="some of it now, some of it later, and a move in the end",
        stages=(
            (HOME_AND_MOBILE,),
            (
                place(
                    "O1",
                    None,
                    lines=[
                        line("1", "change", instanceId="NET", characteristics={"speed": 200}),
                        line("2", "disconnect", instanceId="VOICE", dueDate=FEBRUARY),
                        line("3", "add", specificationId="tv", parentInstanceId="HOME", dueDate=MARCH),
                    ],
                ),
                place("O2", "move", "MOB", location="SITE-2", start=MARCH),
            ),
        ),
        later={MARCH: (place("O3", "move", "HOME", location="SITE-2"),)},
        orders={"O1": "completed", "O2": "completed", "O3": "completed"},
        instances={**dict.fromkeys(TREE, "inactive"), "O1:3": "inactive", "O2~1": "active", "O3~1": "active"},
        terms={("O3~1", "L-HOME"): "active", ("O2~1", "L-MOB"): "expired"},
    ),
    Scenario(
        name="contract lines and entitlements are made, renewed, rest, wake and end",
        stages=(
            (
                place(
                    "O1",
                    "add",
                    lines=[
                        line("1", "add", specificationId="home", contractLine=YEAR),
                        line("2", "add", specificationId="mobile-4g", contractLine=TWO_MONTHS),
                        line(
                            "3",
                            "add",
                            specificationId="voice",
                            dueDate=FEBRUARY,
                            contractLine={"start": FEBRUARY, "term": 1},
                        ),
                    ],
                ),
            ),
            (
                place("O2", "suspend", "O1~contract.1"),
                place(
                    "O3",
                    "change",
                    lines=[
                        line("1", "change", instanceId="O1:2", contractLine={"type": "renew", "term": 12})
                    ],
                ),
            ),
            (place("O4", "resume", "O1~contract.1"), place("O5", "disconnect", "O1~contract.2")),
        ),
        orders={f"O{n}": "completed" for n in (1, 2, 3, 4, 5)},
        instances={"O1:1": "active", "O1:2": "inactive", "O1:3": "active", "O1:4": "active"},
        terms={
            ("O1:1", "O1~contract.1"): "active",
            ("O1:2", "O1~contract.2"): "canceled",
            ("O1:3", "O1~contract.3"): "expired",
            ("O1:4", "O1~entitlement.4"): "active",
        },
    ),
    Scenario(
        name="contract lines that do not agree, and an external id",
        stages=(
            (HOME_AND_MOBILE,),
            (
                place(
                    "O1",
                    "change",
                    lines=[line("1", "change", instanceId="HOME", contractLine={"term": 5, "end": APRIL})],
                ),
                place(
                    "O2",
                    "change",
                    lines=[line("1", "change", instanceId="EXT-1", contractLine={"type": "new", **YEAR})],
                ),
            ),
            (place("O3", "suspend", "EXT-1"),),
        ),
        orders={"O1": "rejected", "O2": "rejected", "O3": "completed"},
        instances={"HOME": "active", "MOB": "suspended"},
        terms={("HOME", "L-HOME"): "active", ("MOB", "L-MOB"): "expired"},
        rules={"O1": ("CON-11",), "O2": ("CON-09",)},
    ),
)
