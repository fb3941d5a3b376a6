"""Products of one hierarchy, and the relationship of one of them that would not hold (DOM-04)."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

from services.fulfillment.domain.catalog import Compatibility
from services.fulfillment.domain.value import value

Key: TypeAlias = tuple[str, str, str]


@value
class Product:
    """With what its version of the catalog entry requires and excludes beside it."""

    instance_id: str
    root_id: str
    specification_id: str
    rules: tuple[Compatibility, ...] = ()

    def named(self) -> Product:
        """Without its rules."""
        return replace(self, rules=())


@value
class Break:
    """A relationship of this product that would not hold: so many of the others would be there."""

    product: Product
    rule: Compatibility
    there: int

    def key(self) -> Key:
        """What it is about, however many there are."""
        return self.product.instance_id, self.rule.type, self.rule.target

    def said(self) -> str:
        """What is wrong, as a part of a sentence."""
        product = f"{self.product.instance_id} ({self.product.specification_id})"
        target, there = self.rule.target, f"{self.there} would be there"
        if self.rule.type == "excludes":
            return f"{product} does not go with {target}, and {there}"
        most, least = self.rule.max, max(1, self.rule.min or 0)
        if most is not None and self.there > most:
            return f"{product} goes with at most {most} {target}, and {there}"
        if least == 1:
            return f"{product} requires {target}, and none would be there"
        return f"{product} requires at least {least} {target}, and {there}"

    def right(self, new: bool) -> str:
        """What would be right instead, whether the product is new or was there."""
        id, target = self.product.instance_id, self.rule.target
        if self.rule.type == "excludes" or (self.rule.max is not None and self.there > self.rule.max):
            return f"end {id} or {target}, or leave that as it was"
        if new:
            return f"add {target}, or take {id} back"
        return f"keep or add {target}, or end {id} as well"

    def mended(self) -> str:
        """What an order could do about it."""
        id, target = self.product.instance_id, self.rule.target
        if self.rule.type == "excludes" or (self.rule.max is not None and self.there > self.rule.max):
            return f"end {id} or {target}"
        return f"add {target}, or end {id}"
