"""Specifications with their relationships, rules, mappings and plans (rule book 10.1 to 10.3)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.vocabulary import (
    Command,
    Cutover,
    Identifier,
    Kind,
    Layer,
    Ponr,
    Rank,
    ReturnPlan,
    Scalar,
    Side,
    TaskKind,
    Text,
)

RelationshipType = Literal["bundles", "realized_as", "requires", "composed_of"]
PlanAction = Literal["add", "change", "disconnect", "suspend", "resume", "no_change"]
_ISO_8601 = r"^P(\d+W|\d+D|(\d+D)?T(\d+H(\d+M)?(\d+S)?|\d+M(\d+S)?|\d+S))$"
Duration = Annotated[str, Field(pattern=_ISO_8601, description="ISO 8601, in weeks or days to seconds")]
Count = Annotated[int, Field(ge=0, le=100_000)]


class CharacteristicSpecification(Command):
    name: Identifier
    type: Literal["string", "number", "boolean", "date"]
    required: bool = False
    default: Scalar = None
    values: Annotated[tuple[Scalar, ...], Field(strict=False)] | None = None
    personal: bool = False


class Relationship(Command):
    """The tree: what this entry bundles, is realized as, requires or is composed of."""

    type: RelationshipType
    target: Identifier
    mandatory: bool = False
    min: Count | None = None
    default: Count | None = None
    max: Count | None = None
    quantity_characteristic: Identifier | None = None


class DecompositionRule(Command):
    """DEC-03: the target is made only if the line has the characteristic (and value)."""

    target: Identifier
    characteristic: Identifier
    equals: Scalar = None


class Mapping(Command):
    """DEC-05: the value is copied from this entry's domain order to the target's."""

    characteristic: Identifier
    target: Identifier
    as_: Annotated[Identifier | None, Field(alias="as")] = None


class Compatibility(Command):
    """A horizontal rule, apart from the tree."""

    type: Literal["requires", "excludes"]
    target: Identifier
    min: Count | None = None
    max: Count | None = None


class UndoTask(Command):
    name: Identifier
    kind: TaskKind


class PlannedTaskSpecification(Command):
    """A task of a plan. `after` names tasks of this plan, or `<specificationId>/<task>` of another entry."""

    name: Identifier
    kind: TaskKind
    after: Annotated[tuple[Identifier, ...], Field(strict=False)] = ()
    duration: Duration | None = None
    retries: Annotated[int, Field(ge=0, le=100)] = 0
    backoff: Duration | None = None
    ponr: Ponr | None = None
    charge: Text | None = None
    undo: UndoTask | None = None
    responds_to: Literal["any"] | Annotated[tuple[Identifier, ...], Field(strict=False)] = "any"


class Plan(Command):
    """The tasks for some actions; `move` and `return` narrow it to one side of a move or a kind of return."""

    actions: Annotated[tuple[PlanAction, ...], Field(min_length=1, strict=False)]
    move: Side | None = None
    return_: Annotated[ReturnPlan | None, Field(alias="return")] = None
    cutover: Cutover | None = None
    tasks: Annotated[tuple[PlannedTaskSpecification, ...], Field(strict=False)] = ()


class Specification(Command):
    """`specification.publish`: one catalog entry in one version; a version once heard never changes."""

    specification_id: Identifier
    version: Identifier
    name: Text
    kind: Kind
    layer: Layer | None = None
    category: Identifier | None = None
    transient: bool = False
    priority: Rank | None = None
    """How urgent orders of it are, for those that ask nothing else (ORC-05)."""
    upgrade_on_change: bool = True
    """Whether a change takes instances of earlier versions to this one; else only an order with `upgrade`."""
    characteristics: Annotated[tuple[CharacteristicSpecification, ...], Field(strict=False)] = ()
    relationships: Annotated[tuple[Relationship, ...], Field(strict=False)] = ()
    rules: Annotated[tuple[DecompositionRule, ...], Field(strict=False)] = ()
    mappings: Annotated[tuple[Mapping, ...], Field(strict=False)] = ()
    compatibility: Annotated[tuple[Compatibility, ...], Field(strict=False)] = ()
    plans: Annotated[tuple[Plan, ...], Field(strict=False)] = ()


class RetireSpecification(Command):
    """`specification.retire`: no new orders need it; what is owned stays as it is."""

    specification_id: Identifier
    version: Identifier | None = None
