"""What has ended, in a sentence: by which id it goes on, if it has moved or was replaced (MOV-09, CHG-17)."""

from __future__ import annotations

from services.inventory.domain.sentence import names
from services.inventory.domain.tree import Installed
from services.inventory.domain.words import InstanceId


def ended(id: InstanceId, installed: Installed, again: str, otherwise: str) -> str:
    """What has become of it, and what would be right: `again`, said of what it is now, or `otherwise`."""
    if not (further := installed.further(id)):
        return f"has ended (inactive): {otherwise}"
    *between, last = further
    by_way = f" (by way of {names(between)})" if between else ""
    return f"has ended, and goes on as '{last}'{by_way} since it was moved or replaced: {again} that one"
