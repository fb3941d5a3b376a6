"""Loading the installed base, and what the inventory service says on `inventory.events`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.vocabulary import (
    Action,
    Category,
    Characteristics,
    Command,
    ContractState,
    Identifier,
    InstanceState,
    Kind,
    LineAction,
    LoadedState,
    Moment,
    Part,
    PersonalText,
    Reason,
    Reference,
    ReturnPlan,
    Scalar,
    Side,
    TermState,
)

# ---------------------------------------------------------------------------------------- commands


class LoadInstance(Command):
    """`instance.load`: one record as it stands today. A pending state is refused."""

    instance_id: Identifier
    account_id: Identifier
    kind: Kind
    specification_id: Identifier
    specification_version: Identifier | None = None
    offering_id: Identifier | None = None
    parent_id: Identifier | None = None
    name: PersonalText | None = None
    state: LoadedState
    location: Identifier | None = None
    quantity: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    external_id: Identifier | None = None
    start: Moment | None = None


class LoadContractLine(Command):
    """A line of a contract: its instance is loaded before it, and is in the same state (CON-07)."""

    contract_line_id: Identifier
    instance_id: Reference
    state: TermState
    start: Moment | None = None
    end: Moment | None = None


class LoadContract(Command):
    """`contract.load`: a contract with all of its lines as they stand today. It is never suspended itself."""

    contract_id: Identifier
    account_id: Identifier
    state: ContractState
    start: Moment | None = None
    end: Moment | None = None
    lines: Annotated[tuple[LoadContractLine, ...], Field(max_length=500, strict=False)]


class LoadEntitlement(Command):
    """`entitlement.load`: one entitlement as it stands today, alone or under a contract line."""

    entitlement_id: Identifier
    account_id: Identifier
    instance_id: Reference
    contract_line_id: Identifier | None = None
    state: TermState
    start: Moment | None = None
    end: Moment | None = None


# ------------------------------------------------------------------------------------------ events


class ReservedLine(Part):
    """A line with the instance that it now stands for.

    `instanceId` is what the line changes; of an add, and of the new side of a move, `newInstanceId` is
    what was made for it (`installation_pending`).
    """

    line_id: str
    action: LineAction
    kind: Kind
    move: bool = False
    instance_id: str | None = None
    new_instance_id: str | None = None
    parent_line_id: str | None = None
    specification_id: str
    specification_version: str | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    location: str | None = None
    quantity: int | None = None
    transient: bool = False
    return_: Annotated[ReturnPlan | None, Field(alias="return")] = None


class AffectedInstance(Part):
    """One instance of the affected tree as it stood when it was reserved, parents before children.

    `side` is set in a move; `pairId` is then the instance on the other side. Of what a return replaces it is
    the one that takes its place, and the other way round. `new` ones were made by this reservation. `lineId`
    is the line under which it goes along.
    """

    instance_id: str
    line_id: str
    action: LineAction
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    state: InstanceState
    location: str | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    side: Side | None = None
    pair_id: str | None = None
    new: bool = False
    quantity: int | None = None


class StandingProduct(Part):
    """A product of a hierarchy in which the order touches what the catalog requires or excludes (DOM-04).

    All of the hierarchy are named that have not ended, as they stood without this order; of one that the
    order itself makes the root alone, pending. `accountWide` is such a root that requires other products,
    and each of those that the account has in another hierarchy.
    """

    instance_id: str
    root_id: str
    specification_id: str
    specification_version: str | None = None
    state: InstanceState
    account_wide: bool = False


class ReservationEvent(Part):
    order_id: str
    account_id: str
    version: int


class ScheduledLines(Part):
    """Lines that wait for their day, and the operation that they wait in."""

    operation_id: str
    line_ids: tuple[str, ...]


class ReservationAccepted(ReservationEvent):
    """`reservation.accepted`: all lines are reserved; all that fulfillment needs to decompose.

    Lines with a date to come are not among `lines`: they wait in `operations`, without a lock. Of a revision,
    `droppedLineIds` are those that are let go when the plan has followed.
    """

    category: Category
    action: Action | None = None
    lines: tuple[ReservedLine, ...]
    dropped_line_ids: tuple[str, ...] = ()
    tree: tuple[AffectedInstance, ...]
    operations: tuple[ScheduledLines, ...] = ()
    priority: int | None = None
    standing: tuple[StandingProduct, ...] = ()


class ReservationRefused(ReservationEvent):
    """`reservation.refused`: nothing is reserved; every reason is named."""

    reasons: tuple[Reason, ...]


class ReservationReleased(ReservationEvent):
    """`reservation.released`: every instance is as it was when it was reserved."""

    reasons: tuple[Reason, ...] = ()


class ReservationFulfilled(ReservationEvent):
    """`reservation.fulfilled`: values landed, instances are free again; `last` when no part is left."""

    line_ids: tuple[str, ...]
    last: bool


class OperationEvent(Part):
    """What every `operation.*` event carries: lines of one order that run together at a date of their own."""

    operation_id: str
    order_id: str
    account_id: str
    version: int
    action: LineAction
    at: Moment
    line_ids: tuple[str, ...]


class OperationStepped(OperationEvent):
    """`operation.completed`."""


class OperationScheduled(OperationEvent):
    """`operation.scheduled`: also when it is re-dated, and when it waits again to be told which instances
    end, because those that were named cannot be ended by it (`reasons`).

    `toName` is there where it waits to be told which instances end: by specification, how many have still to
    be named. Empty when none are left to name; then the line waits for its day, or for what `reasons` say.

    `goesOnAs` names, for each instance of its lines that has moved or was replaced, the one that it is now:
    the lines are about that one from here on. `locations` are those of its adds that go along with what is
    above them, by their line ids.

    `waitsFor` is there where its day has come, and other orders come first: each of them with some of the
    instances that it holds, none where it waits itself. It goes on by itself when they are done.
    """

    reasons: tuple[Reason, ...] = ()
    goes_on_as: dict[str, str] = Field(default_factory=dict)
    to_name: dict[str, int] | None = None
    waits_for: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    locations: dict[str, str] = Field(default_factory=dict)


class OperationStarted(OperationEvent):
    """`operation.started`: its day has come and its lines are reserved; all that is needed to decompose.

    Its lines are as things stand on that day: `reasons` say why lines with which it waited are left out.
    """

    lines: tuple[ReservedLine, ...]
    tree: tuple[AffectedInstance, ...]
    standing: tuple[StandingProduct, ...] = ()
    reasons: tuple[Reason, ...] = ()


class OperationCanceled(OperationEvent):
    """`operation.canceled`: by a person, or with every rule that it broke on its day."""

    reasons: tuple[Reason, ...] = ()


class InstanceCreated(Part):
    """`instance.created`: loaded, or made by an order (`installation_pending`).

    `movedFrom` is the instance that goes on as this one when the move is done.
    """

    instance_id: str
    account_id: str
    kind: Kind
    specification_id: str
    specification_version: str | None = None
    offering_id: str | None = None
    parent_id: str | None = None
    root_id: str
    name: PersonalText | None = None
    state: InstanceState
    location: str | None = None
    quantity: int | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    external_id: str | None = None
    start: Moment | None = None
    moved_from: str | None = None
    order_id: str | None = None
    version: int | None = None


class InstanceStateChanged(Part):
    """`instance.state-changed`."""

    instance_id: str
    account_id: str
    state: InstanceState
    previous_state: InstanceState
    order_id: str | None = None
    version: int | None = None


class ValueChange(Part):
    """A characteristic that changed, with the value it had (CHG-04)."""

    name: str
    value: Scalar = None
    previous_value: Scalar = None


class InstanceChanged(Part):
    """`instance.changed`: values landed. Only what differs is named."""

    instance_id: str
    account_id: str
    changes: tuple[ValueChange, ...] = ()
    specification_id: str
    specification_version: str | None = None
    parent_id: str | None = None
    location: str | None = None
    quantity: int | None = None
    external_id: str | None = None
    order_id: str | None = None
    version: int | None = None


class ContractChanged(Part):
    """`contract.changed`: loaded, agreed with an order, or brought to another state by its dates.

    Its lines tell their own.
    """

    contract_id: str
    account_id: str
    state: ContractState
    previous_state: ContractState | None = None
    rule: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    contract_line_ids: tuple[str, ...] = ()
    order_id: str | None = None
    version: int | None = None


class TermChanged(Part):
    """What a contract line and an entitlement have in common.

    `previousState` is missing from the first word of it. `term`, in months, is of what an order has agreed.
    `rule` is the one by which it changed, `orderId` the order that brought its instance there. After a move,
    `previousInstanceId` is the old side.
    """

    account_id: str
    instance_id: str
    previous_instance_id: str | None = None
    state: TermState
    previous_state: TermState | None = None
    rule: str | None = None
    start: Moment | None = None
    end: Moment | None = None
    term: int | None = None
    order_id: str | None = None
    version: int | None = None


class ContractLineStateChanged(TermChanged):
    """`contract-line.state-changed`: loaded, in another state, or on another instance after a move."""

    contract_line_id: str
    contract_id: str


class EntitlementStateChanged(TermChanged):
    """`entitlement.state-changed`: loaded, in another state, or on another instance after a move."""

    entitlement_id: str
    contract_line_id: str | None = None
