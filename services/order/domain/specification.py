"""The catalog as order keeps it: each version once heard never changes; a retired one takes no new adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from services.order.domain.value import value
from services.order.domain.words import Kind, Reason, Scalar

# ------------------------------------------------------------------------------------------ events


@value
class SpecificationPublished:
    """`entry` is the whole catalog entry as it was published, what it leaves out left out."""

    version: str
    entry: dict[str, Any]


@value
class SpecificationRetired:
    """`version` is None when every version heard so far is meant."""

    version: str | None = None


SpecificationEvent: TypeAlias = SpecificationPublished | SpecificationRetired

# ------------------------------------------------------------------------------------------- state


class Characteristic(NamedTuple):
    name: str
    type: str
    required: bool
    default: Scalar
    values: tuple[Scalar, ...] | None
    personal: bool


class Relation(NamedTuple):
    """What this entry has below it. `usual` is how many are made when nobody says how many.

    `most` is None without a limit. What decomposition may leave out by a rule (DEC-03) is not mandatory.
    """

    type: str
    target: str
    mandatory: bool
    least: int
    usual: int
    most: int | None
    counted_by: str | None = None
    """The characteristic that says how many."""


class Entry(NamedTuple):
    """One version."""

    version: str
    kind: Kind
    transient: bool
    characteristics: Mapping[str, Characteristic]
    relations: tuple[Relation, ...]
    bundles: tuple[Relation, ...]
    realized: tuple[str, ...]
    """What an order of it cannot do without: realized as or required, by no rule excluded."""
    named: frozenset[str]
    rank: int | None
    """ORC-05: how urgent orders of it are."""
    takes_earlier: bool
    """CHG-05: whether a change takes instances of earlier versions to this one."""
    content: Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Specification:
    """`versions` in the order in which they were heard: the last one counts."""

    id: str
    versions: dict[str, Entry] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)

    @property
    def latest(self) -> Entry | None:
        return next(reversed(self.versions.values()), None)

    @property
    def offered(self) -> Entry | None:
        """The last version that is not retired."""
        return next(
            (item for item in reversed(self.versions.values()) if item.version not in self.retired), None
        )


def evolve(specification: Specification, event: SpecificationEvent) -> Specification:
    match event:
        case SpecificationPublished():
            specification.versions[event.version] = _read(event)
        case SpecificationRetired(version=None):
            specification.retired.update(specification.versions)
        case SpecificationRetired(version=str() as version):
            specification.retired.add(version)
    return specification


def _read(event: SpecificationPublished) -> Entry:
    entry = event.entry
    relations = tuple(_relations(entry))
    return Entry(
        version=event.version,
        kind=entry["kind"],
        transient=entry.get("transient", False),
        characteristics={item["name"]: _characteristic(item) for item in entry.get("characteristics", ())},
        relations=relations,
        bundles=tuple(item for item in relations if item.type == "bundles"),
        realized=tuple(_realized(entry)),
        named=frozenset(named(entry)),
        rank=entry.get("priority"),
        takes_earlier=entry.get("upgradeOnChange", True),
        content=entry,
    )


def _characteristic(item: Mapping[str, Any]) -> Characteristic:
    values = item.get("values")
    return Characteristic(
        item["name"],
        item["type"],
        item.get("required", False),
        item.get("default"),
        None if values is None else tuple(values),
        item.get("personal", False),
    )


def _relations(entry: Mapping[str, Any]) -> Iterator[Relation]:
    conditional = {rule["target"] for rule in entry.get("rules", ())}
    for item in entry.get("relationships", ()):
        least, target = item.get("min") or 0, item["target"]
        yield Relation(
            item["type"],
            target,
            item.get("mandatory", False) and (item["type"] == "bundles" or target not in conditional),
            least,
            item.get("default") or least or 1,
            item.get("max"),
            item.get("quantityCharacteristic"),
        )


def _realized(entry: Mapping[str, Any]) -> Iterator[str]:
    conditional = {rule["target"] for rule in entry.get("rules", ())}
    for item in entry.get("relationships", ()):
        needed = item["type"] in ("realized_as", "requires") and item.get("default") != 0
        if needed and item["target"] not in conditional:
            yield item["target"]


def named(entry: Mapping[str, Any]) -> set[str]:
    """Every other entry that this one speaks of."""
    parts = ("relationships", "rules", "mappings", "compatibility")
    found = {item["target"] for part in parts for item in entry.get(part, ())}
    for plan in entry.get("plans", ()):
        for task in plan.get("tasks", ()):
            found |= {name.rpartition("/")[0] for name in task.get("after", ()) if "/" in name}
    return found - {entry["specificationId"]}


# ---------------------------------------------------------------------------------------- decisions


def publish(
    specification: Specification, heard: SpecificationPublished
) -> tuple[SpecificationEvent, ...] | Reason:
    """A version says one thing for ever; a change is a new version."""
    known = specification.versions.get(heard.version)
    if known is None:
        return (heard,)
    if known.content == heard.entry:
        return ()
    return Reason(
        rule="CHG-05",
        field="version",
        message=(
            f"version {heard.version} of {specification.id} was published before and says something else: "
            "a version never changes; publish this content under a new version"
        ),
    )


def retire(specification: Specification, version: str | None) -> tuple[SpecificationEvent, ...] | Reason:
    if not specification.versions:
        message = f"no specification {specification.id} was published: there is nothing to retire"
        return Reason(rule="REF-01", field="specificationId", message=message)
    if version is not None and version not in specification.versions:
        heard = ", ".join(specification.versions)
        message = f"{specification.id} has no version {version}: name one of {heard}, or leave it out for all"
        return Reason(rule="REF-01", field="version", message=message)
    meant = {version} if version is not None else set(specification.versions)
    return () if meant <= specification.retired else (SpecificationRetired(version=version),)
