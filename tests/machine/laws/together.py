"""What goes together (CHG-13, DOM-04)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.machine.laws.sold import EXCLUDES, REQUIRES
from tests.machine.laws.view import Page, View, holder


def what_is_there_goes_together(view: View) -> Iterator[str]:
    """DOM-04: below a flat nobody works on, unless a person has accepted it."""
    for id in view.alive():
        page = view.instances[id]
        if page["specificationId"] != "flat" or view.accepted.intersection(view.lives(id)):
            continue
        there = list(view.tree(id))
        if not any(map(holder, there)) and (why := _apart(there)):
            yield f"below {id} {why}"


def _apart(there: list[Page]) -> str:
    kinds = {one["specificationId"] for one in there}
    if REQUIRES[0] in kinds and REQUIRES[1] not in kinds:
        return f"{REQUIRES[0]} requires {REQUIRES[1]}"
    return f"{EXCLUDES[0]} excludes {EXCLUDES[1]}" if kinds >= set(EXCLUDES) else ""


LAWS = (what_is_there_goes_together,)
