"""What was heard of a specification: its versions, as they were published, and which are retired."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from services.fulfillment.domain.value import value

Scalar: TypeAlias = str | int | float | bool | None
Values: TypeAlias = dict[str, Scalar]
Kind = Literal["product", "service", "resource"]
LineAction = Literal["add", "change", "disconnect", "suspend", "resume", "no_change"]
Side = Literal["cease", "provide"]
TaskKind = Literal["provision", "manual", "field", "ship", "receive", "inspect", "credit"]
ReturnPlan = Literal["refund", "replace", "repair"]
Cutover = Literal["make_before_break", "overlap", "break_before_make"]

# ---------------------------------------------------------------------------------------- entries


@value
class Characteristic:
    name: str
    type: Literal["string", "number", "boolean", "date"]
    required: bool = False
    default: Scalar = None
    values: tuple[Scalar, ...] | None = None
    personal: bool = False


@value
class Relationship:
    type: Literal["bundles", "realized_as", "requires", "composed_of"]
    target: str
    mandatory: bool = False
    min: int | None = None
    default: int | None = None
    max: int | None = None
    quantity_characteristic: str | None = None


@value
class DecompositionRule:
    """DEC-03: the target is made only if the characteristic (and value) is there."""

    target: str
    characteristic: str
    equals: Scalar = None


@value
class ValueMapping:
    """DEC-05: the value goes from this entry's domain order to the target's."""

    characteristic: str
    target: str
    as_: str | None = None


@value
class Compatibility:
    type: Literal["requires", "excludes"]
    target: str
    min: int | None = None
    max: int | None = None


@value
class UndoTask:
    name: str
    kind: TaskKind


@value
class TaskSpecification:
    name: str
    kind: TaskKind
    after: tuple[str, ...] = ()
    duration: str | None = None
    retries: int = 0
    backoff: str | None = None
    ponr: Literal["soft", "hard"] | None = None
    charge: str | None = None
    undo: UndoTask | None = None
    responds_to: Literal["any"] | tuple[str, ...] = "any"


@value
class PlanSpecification:
    actions: tuple[LineAction, ...]
    move: Side | None = None
    return_: ReturnPlan | None = None
    cutover: Cutover | None = None
    tasks: tuple[TaskSpecification, ...] = ()


@value
class Specification:
    """One catalog entry in one version, field by field as it was published."""

    specification_id: str
    version: str
    name: str
    kind: Kind
    layer: Literal["cfs", "rfs"] | None = None
    category: str | None = None
    transient: bool = False
    upgrade_on_change: bool = True
    characteristics: tuple[Characteristic, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    rules: tuple[DecompositionRule, ...] = ()
    mappings: tuple[ValueMapping, ...] = ()
    compatibility: tuple[Compatibility, ...] = ()
    plans: tuple[PlanSpecification, ...] = ()

    def targets(self) -> tuple[Relationship, ...]:
        """What decomposition makes domain orders for; bundled products come as lines of their own."""
        return tuple([each for each in self.relationships if each.type in ("realized_as", "requires")])

    def is_composed_of(self, target: str) -> bool:
        return any(each.type == "composed_of" and each.target == target for each in self.relationships)


# ----------------------------------------------------------------------------------------- events


@value
class SpecificationPublished:
    entry: Specification


@value
class SpecificationRetired:
    """Without a version: every one heard so far."""

    version: str | None = None


CatalogEvent = SpecificationPublished | SpecificationRetired


# ------------------------------------------------------------------------------------------ state


@dataclass(slots=True, kw_only=True)
class Heard:
    """The versions of one specification in the order in which they were heard."""

    specification_id: str
    versions: dict[str, Specification] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)

    def current(self) -> Specification | None:
        """The version that new instances get: the last one heard that is not retired."""
        for version in reversed(self.versions):
            if version not in self.retired:
                return self.versions[version]
        return None

    def named(self, version: str | None) -> Specification | None:
        """The version an order or instance names; the current one, or the last, when it names none."""
        if version is not None:
            return self.versions.get(version)
        last = next(reversed(self.versions.values()), None)
        return self.current() or last


def initial(id: str) -> Heard:
    return Heard(specification_id=id)


def evolve(state: Heard, event: CatalogEvent) -> Heard:
    match event:
        case SpecificationPublished(entry=entry):
            state.versions[entry.version] = entry
        case SpecificationRetired(version=None):
            state.retired.update(state.versions)
        case SpecificationRetired(version=str(version)):
            state.retired.add(version)
    return state


# ----------------------------------------------------------------------------------------- decide


def publish(entry: Specification, state: Heard) -> tuple[CatalogEvent, ...]:
    """A version once heard never changes: what comes again under its name is passed over."""
    return () if entry.version in state.versions else (SpecificationPublished(entry=entry),)


def retire(version: str | None, state: Heard) -> tuple[CatalogEvent, ...]:
    asked = set(state.versions) if version is None else {version}
    return (SpecificationRetired(version=version),) if asked - state.retired else ()
