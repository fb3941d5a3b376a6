"""Parts of the sentences that refuse something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from services.inventory.domain.words import InstanceId

_FEW = 10


def names(ids: Sequence[InstanceId]) -> str:
    """The first of them, quoted."""
    few = ", ".join(f"'{id}'" for id in ids[:_FEW])
    return few if len(ids) <= _FEW else f"{few} and {len(ids) - _FEW} more"


def moment(at: datetime) -> str:
    """A time as pages show it, whatever offset it was given with."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
