"""What makes a class of values: commands, events, and what they are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """A dataclass that nobody changes: mypy sees to it.

    Freezing it at run time would make it three times as slow to make, and some are made for every message.
    """
    return dataclass(slots=True, kw_only=True)(cls)
