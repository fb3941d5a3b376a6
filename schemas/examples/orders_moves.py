"""Moves that work, and one that is refused for each of the rules MOV-V1 to MOV-V8."""

from __future__ import annotations

from schemas.examples.customers import site
from schemas.examples.requests import Order, Step, line, lines, moving, new, new_site, select

MOVES = (
    Order(
        id="MOVE-HOME",
        account=1007,
        note="The root is selected and everything goes along: provided there first, then ceased here.",
        shows=("MOV-02", "MOV-03", "MOV-05", "D-05"),
        lines=5,
        asks=select("move", "1007-home", location=new_site(1007)),
    ),
    Order(
        id="MOVE-BY-LINES",
        account=1008,
        note="The caller writes every line.",
        shows=("LIN-09",),
        asks=lines(
            moving("1", "1008-home", new_site(1008)),
            moving("2", "1008-internet", new_site(1008), below="1", characteristics={"speedMbps": 500}),
            moving("3", "1008-router", new_site(1008), below="1"),
            moving("4", "1008-voice", new_site(1008), below="1"),
        ),
    ),
    Order(
        id="MOVE-SAID-ON-LINES",
        account=1021,
        note="'move' as the action of lines.",
        shows=("D-06",),
        asks=lines(
            line("1", "move", "1021-home", at=new_site(1021)),
            line("2", "move", "1021-internet", at=new_site(1021)),
            line("3", "move", "1021-router", at=new_site(1021)),
            line("4", "move", "1021-tv", at=new_site(1021)),
        ),
    ),
    Order(
        id="MOVE-DERIVED",
        account=1014,
        note="A change to another location is a move.",
        shows=("MOV-01",),
        asks=lines(
            line("1", "change", "1014-home", at=new_site(1014)),
            line("2", "change", "1014-internet", at=new_site(1014)),
            line("3", "change", "1014-router", at=new_site(1014)),
            line("4", "change", "1014-tv", at=new_site(1014)),
        ),
    ),
    Order(
        id="MOVE-WITHOUT-TV",
        account=1022,
        note="Television is not taken along, a phone is new there.",
        shows=("MOV-V6",),
        lines=6,
        asks=select(
            "move",
            "1022-home",
            location=new_site(1022),
            lines=[
                line("tv", "disconnect", "1022-tv"),
                new("voice", "home-voice", under="1022-home", characteristics={"listedName": "Eira Vik"}),
            ],
        ),
    ),
    Order(
        id="MOVE-SITE",
        account=2005,
        note="A business site: old and new access run side by side.",
        lines=3,
        asks=select("move", "2005-site-1", location=site(2005, "7")),
    ),
)


def _home(number: int, *others: str) -> list[dict[str, object]]:
    """Lines that move a home with some of what is in it."""
    names = ["home", *others]
    return [moving(str(at), f"{number}-{name}", new_site(number)) for at, name in enumerate(names, 1)]


REFUSED = (
    Order(
        id="MOV-V1-CHILD-STAYS",
        account=1025,
        note="Every line of a move moves.",
        ends="rejected",
        rules=("MOV-V1",),
        asks=lines(
            *_home(1025, "internet", "router"),
            line("4", "change", "1025-voice", move=False, characteristics={"listedName": "Kjell"}),
        ),
    ),
    Order(
        id="MOV-V1-CHILD-SUSPENDED",
        account=1025,
        note="Breaks the action matrix and MOV-V1, and names both.",
        ends="rejected",
        rules=("D-04", "MOV-V1"),
        asks=lines(*_home(1025, "internet", "router"), line("4", "suspend", "1025-voice", below="1")),
    ),
    Order(
        id="MOV-V2-TWO-PLACES",
        account=1025,
        note="All lines of a move go to one place.",
        ends="rejected",
        rules=("MOV-V2",),
        asks=lines(
            *_home(1025, "internet", "router"),
            moving("4", "1025-voice", site(1025, "9")),
        ),
    ),
    Order(
        id="MOV-V3-ROUTER-MISSING",
        account=1025,
        note="Everything that belongs to the product is in its move.",
        ends="rejected",
        rules=("MOV-V3",),
        asks=lines(*_home(1025, "internet", "voice")),
    ),
    Order(
        id="MOV-V3-CHILD-ALONE",
        account=1012,
        note="A move starts at a root.",
        ends="rejected",
        rules=("MOV-V3",),
        shows=("D-05",),
        asks=lines(moving("1", "1012-internet", new_site(1012))),
    ),
    Order(
        id="MOV-V4-DRAFT",
        account=1026,
        note="A draft may be wrong; submitting it is where the rules of a move are judged.",
        ends="rejected",
        rules=("MOV-V1",),
        shows=("MOV-V4",),
        asks=lines(
            *_home(1026, "internet", "router", "sports"),
            line("6", "change", "1026-tv", move=False, characteristics={"package": "basic"}),
            draft=True,
        ),
        first="draft",
        steps=(Step(wave=2, command="submit", until="rejected"),),
    ),
    Order(
        id="MOV-V5-SAME-PLACE",
        account=1026,
        note="A move goes somewhere else.",
        ends="rejected",
        rules=("MOV-V5",),
        asks=select("move", "1026-home", location=site(1026)),
    ),
    Order(
        id="MOV-V5-NO-PLACE",
        account=1026,
        note="And says where.",
        ends="rejected",
        rules=("MOV-V5",),
        asks=select("move", "1026-home"),
    ),
    Order(
        id="MOV-V6-MANDATORY-STAYS",
        account=1026,
        note="What is not taken along ends, and a mandatory part cannot.",
        ends="rejected",
        rules=("ACT-13",),
        shows=("MOV-V6",),
        asks=lines(
            *_home(1026, "internet", "tv", "sports"),
            line("6", "disconnect", "1026-router"),
        ),
    ),
    Order(
        id="MOV-V7-GRANDCHILD-MISSING",
        account=1026,
        note="All that is not inactive below the root belongs to it, at any depth.",
        ends="rejected",
        rules=("MOV-V3",),
        shows=("MOV-V7",),
        asks=lines(*_home(1026, "internet", "router", "tv")),
    ),
    Order(
        id="MOV-V8-SUSPENDED",
        account=1017,
        note="What is suspended does not move.",
        ends="rejected",
        rules=("D-07",),
        shows=("MOV-V8",),
        asks=select("move", "1017-home", location=new_site(1017)),
    ),
)

AFTERWARDS = (
    Order(
        id="CHANGE-AFTER-THE-MOVE",
        account=1007,
        note="The internet at the new place has a new id.",
        shows=("MOV-09",),
        wave=2,
        asks=select("change", "MOVE-HOME~2", characteristics={"speedMbps": 500}),
    ),
    Order(
        id="CHANGE-THE-OLD-SIDE",
        account=1007,
        note="The record at the old place is retired.",
        ends="rejected",
        rules=("CHG-17",),
        wave=2,
        asks=select("change", "1007-internet", characteristics={"speedMbps": 500}),
    ),
)

ORDERS = (*MOVES, *REFUSED, *AFTERWARDS)
