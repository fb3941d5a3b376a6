"""What inventory keeps of the catalog: whether a child is bundled, and which values an instance can have."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from services.inventory.domain.value import value
from services.inventory.domain.words import SpecificationId, Value, Values


@value
class SpecificationHeard:
    """A version of a catalog entry was published; a version once heard never changes."""

    version: str
    entry: str
    """The whole entry as JSON, in its public form."""


@value
class SpecificationRelated:
    """Another catalog entry requires or excludes this one."""

    by: SpecificationId


SpecificationEvent: TypeAlias = SpecificationHeard | SpecificationRelated


@dataclass(slots=True)
class Specification:
    """The versions of one catalog entry in the order in which they were heard."""

    id: SpecificationId
    versions: dict[str, Version] = field(default_factory=dict)
    latest: str | None = None
    """The last entry heard, as JSON."""
    named_by: set[SpecificationId] = field(default_factory=set)
    """Those that require or exclude it."""

    def names(self) -> frozenset[SpecificationId]:
        """What any version of it requires or excludes."""
        return frozenset().union(*(version.related for version in self.versions.values()))

    def version(self, name: str | None) -> Version | None:
        """That version; the last one heard when it is not known, or none is named."""
        if name is not None and name in self.versions:
            return self.versions[name]
        return next(reversed(self.versions.values()), None)


@dataclass(frozen=True, slots=True)
class Version:
    """`bundled` and `inner` are the specifications on either side of LIN-03's line.

    `listed` are the values of the characteristics that have a list of them, `defaults` what is meant unsaid,
    `most` how many of a target there may be, `least` how many there have to be, `mandatory` those that it
    cannot be without, `counted` the characteristic that says how many there are;
    `related` are those that it requires or excludes beside it, `beside` those that it requires.
    """

    characteristics: frozenset[str]
    personal: frozenset[str]
    bundled: frozenset[SpecificationId]
    inner: frozenset[SpecificationId]
    required: frozenset[str] = frozenset()
    listed: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    defaults: Values = field(default_factory=dict)
    most: Mapping[SpecificationId, int] = field(default_factory=dict)
    least: Mapping[SpecificationId, int] = field(default_factory=dict)
    mandatory: frozenset[SpecificationId] = frozenset()
    counted: Mapping[SpecificationId, str] = field(default_factory=dict)
    related: frozenset[SpecificationId] = frozenset()
    beside: frozenset[SpecificationId] = frozenset()


def initial(id: str) -> Specification:
    return Specification(id)


def evolve(state: Specification, event: SpecificationEvent) -> Specification:
    match event:
        case SpecificationHeard(version=version, entry=entry):
            state.versions[version] = _read(entry)
            state.latest = entry
        case SpecificationRelated(by=other):
            state.named_by.add(other)
    return state


def _read(text: str) -> Version:
    entry = json.loads(text)
    named = entry.get("characteristics", ())
    relationships = entry.get("relationships", ())
    return Version(
        characteristics=frozenset(one["name"] for one in named),
        personal=frozenset(one["name"] for one in named if one.get("personal")),
        bundled=frozenset(one["target"] for one in relationships if one["type"] == "bundles"),
        inner=frozenset(one["target"] for one in relationships if one["type"] != "bundles"),
        required=frozenset(one["name"] for one in named if one.get("required")),
        listed={one["name"]: tuple(one["values"]) for one in named if one.get("values")},
        defaults={one["name"]: one["default"] for one in named if one.get("default") is not None},
        most={one["target"]: one["max"] for one in relationships if one.get("max") is not None},
        least={one["target"]: one["min"] for one in relationships if one.get("min")},
        mandatory=frozenset(_mandatory(entry)),
        counted={
            one["target"]: one["quantityCharacteristic"]
            for one in relationships
            if one.get("quantityCharacteristic")
        },
        related=frozenset(one["target"] for one in entry.get("compatibility", ())),
        beside=frozenset(
            one["target"] for one in entry.get("compatibility", ()) if one["type"] == "requires"
        ),
    )


def _mandatory(entry: Mapping[str, Any]) -> Iterator[SpecificationId]:
    """What decomposition may leave out by a rule (DEC-03) is not."""
    conditional = {rule["target"] for rule in entry.get("rules", ())}
    for one in entry.get("relationships", ()):
        if one.get("mandatory") and (one["type"] == "bundles" or one["target"] not in conditional):
            yield one["target"]
