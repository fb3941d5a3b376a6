"""Commands to the order service, and what it says on `order.events`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from schemas.vocabulary import (
    Action,
    AgreedType,
    AnyAction,
    Category,
    Characteristics,
    Command,
    Identifier,
    Kind,
    LineAction,
    LineState,
    Moment,
    OrderId,
    OrderState,
    Part,
    PersonalText,
    PriorityBand,
    Rank,
    Reason,
    Reference,
    ReturnPlan,
)

MAX_LINES = 500
MAX_CHOSEN = 5_000
"""As many as one order may touch."""

LineOperation = Literal["add", "change", "drop", "redate"]
ChangeType = Literal[
    "characteristic", "quantity", "location", "specification", "offering", "contract", "date", "reason"
]
"""What was edited of a line under way; assigned by what differs, never by whoever asks (INF-03)."""

# ---------------------------------------------------------------------------------------- commands


def _written(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError("a date is written as text")
    return value


_LineMoment = Annotated[Moment, Field(strict=False), BeforeValidator(_written)]
"""A line is looked at before it is read, so a date in it comes as the text that it is in JSON."""


class ContractLineRequest(Command):
    """The commercial terms asked for with a line (CON-11): of end and term one, or both where they agree.

    Left out, `type` follows from the action: an add makes a contract line (`new`), a change amends the one
    that is there, a disconnect cancels it, and anything else leaves it as it is (`no_change`).
    """

    type: AgreedType | None = None
    start: _LineMoment | None = None
    end: _LineMoment | None = None
    term: Annotated[int, Field(ge=1, le=1200, description="months")] | None = None


class LineRequest(Command):
    """One line as the caller writes it: one product or service, one action.

    `action` `move` is read as change with `move: true` (D-06).
    """

    line_id: Identifier
    action: AnyAction
    instance_id: Identifier | None = None
    specification_id: Identifier | None = None
    offering_id: Identifier | None = None
    parent_line_id: Identifier | None = None
    parent_instance_id: Identifier | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    location: Identifier | None = None
    move: bool | None = None
    quantity: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    due_date: _LineMoment | None = None
    contract_line: ContractLineRequest | None = None
    reason: PersonalText | None = None

    @model_validator(mode="before")
    @classmethod
    def _move_is_a_change(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("action") == "move":
            return {**data, "action": "change", "move": data.get("move", True)}
        return data


Lines = Annotated[tuple[LineRequest, ...], Field(max_length=MAX_LINES, strict=False)]


class Ranks(Command):
    """How urgent an order is (ORC-05): because of who asks, and because of what is asked."""

    customer: Rank | None = None
    urgency: Rank | None = None


class PlaceOrder(Command):
    """`order.place`: an OrderRequest. Creates and submits, or leaves a draft."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [
                {"required": ["lines"], "properties": {"lines": {"minItems": 1}}},
                {"required": ["selection", "action"], "properties": {"selection": {"minItems": 1}}},
            ]
        }
    )

    order_id: OrderId
    account_id: Identifier
    category: Category = "product"
    action: AnyAction | None = None
    selection: Annotated[tuple[Identifier, ...], Field(max_length=MAX_LINES, strict=False)] = ()
    lines: Lines = ()
    characteristics: Characteristics = Field(default_factory=dict)
    location: Identifier | None = None
    start: Moment | None = None
    end: Moment | None = None
    reason: PersonalText | None = None
    cascade: bool = False
    upgrade: bool = False
    priority: Ranks | None = None
    draft: bool = False
    approve: bool = False
    if_unchanged: Identifier | None = None

    @model_validator(mode="after")
    def _says_what_it_is_about(self) -> PlaceOrder:
        if not self.selection and not self.lines:
            raise ValueError("name the instances in 'selection', or write the 'lines'")
        if self.selection and self.action is None:
            raise ValueError("a selection needs an 'action' on the order")
        return self


class OrderCommand(Command):
    """A step of an order that exists: `order.submit`, `.approve`, `.reject`, `.rework`, `.hold`, `.release`.

    `order.approve-change` and `order.decline-change` answer a pending revision or cancellation.
    """

    order_id: OrderId
    reason: PersonalText | None = None


class ReviseOrder(Command):
    """`order.revise`: the lines as they should be now; the difference is computed."""

    order_id: OrderId
    lines: Annotated[tuple[LineRequest, ...], Field(min_length=1, max_length=MAX_LINES, strict=False)]
    reason: PersonalText | None = None


class CancelOrder(Command):
    """`order.cancel`: the whole order, or the lines named."""

    order_id: OrderId
    reason: PersonalText | None = None
    line_ids: (
        Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MAX_LINES, strict=False)] | None
    ) = None


class ChooseInstances(Command):
    """`order.choose-instances`: which ones a quantity decrease ends (D-15)."""

    order_id: OrderId
    line_id: Reference
    instance_ids: Annotated[tuple[Reference, ...], Field(min_length=1, max_length=MAX_CHOSEN, strict=False)]


# ------------------------------------------------------------------------------------------ events


class AgreedContractLine(Part):
    """What becomes of the contract line of the instance when the line is done; `term` in months."""

    type: AgreedType
    start: Moment | None = None
    end: Moment | None = None
    term: int | None = None


class OrderLine(Part):
    """A line as the order service holds it, written out: nothing is left to be derived.

    A line that a return wrote says which plan it is for (`return`); what it adds in place of something else
    takes over what hung on that (`replacesInstanceId`). `quantityBefore` is how many its instance stood for
    when the return counted what comes back.
    """

    line_id: str
    action: LineAction
    state: LineState
    kind: Kind = "product"
    instance_id: str | None = None
    specification_id: str | None = None
    specification_version: str | None = None
    offering_id: str | None = None
    parent_line_id: str | None = None
    parent_instance_id: str | None = None
    characteristics: Characteristics = Field(default_factory=dict)
    location: str | None = None
    move: bool = False
    quantity: int | None = None
    due_date: Moment | None = None
    transient: bool = False
    contract_line: AgreedContractLine | None = None
    return_: Annotated[ReturnPlan | None, Field(alias="return")] = None
    replaces_instance_id: str | None = None
    quantity_before: int | None = None
    reason: PersonalText | None = None


class OrderEvent(Part):
    """What every `order.*` event carries. `version` rises with each request to change the order."""

    order_id: str
    account_id: str
    version: int
    state: OrderState


class OrderCreated(OrderEvent):
    """`order.created`: the order exists, its lines written out."""

    category: Category
    action: Action | None = None
    lines: tuple[OrderLine, ...]
    cascade: bool = False
    reason: PersonalText | None = None


class OrderStepped(OrderEvent):
    """`order.submitted`, `.started`, `.completed`, `.canceled`, `.held`, `.released`: the order moved on.

    `order.cancellation-requested` asks for the end of the whole order, `order.cancellation-approved` begins
    to undo its work.
    """

    reason: PersonalText | None = None


class OrderApproved(OrderEvent):
    """`order.approved`: all that inventory needs to reserve, in one message.

    `priority` is that of its most urgent line, from 0 to 100 (ORC-05). `warnings` stop nothing (CHG-13).
    """

    priority: int | None = None
    priority_band: PriorityBand | None = None
    warnings: tuple[Reason, ...] = ()
    category: Category
    action: Action | None = None
    lines: tuple[OrderLine, ...]
    reason: PersonalText | None = None


class OrderRejected(OrderEvent):
    """`order.rejected`: by a person, or with every broken rule in its reasons."""

    reasons: tuple[Reason, ...] = ()
    reason: PersonalText | None = None


class LineRevision(Part):
    """What a revision does to one line (INF-04), and what kind of change it is (INF-03).

    `types` and `characteristics` (the names of those that differ) are empty for a line that is added or
    dropped as a whole.
    """

    line_id: str
    operation: LineOperation
    types: tuple[ChangeType, ...] = ()
    characteristics: tuple[str, ...] = ()


class OrderRevisionRequested(OrderEvent):
    """`order.revision-requested`: all lines as they should be, and what differs. Nothing has changed yet."""

    lines: tuple[OrderLine, ...]
    changes: tuple[LineRevision, ...]
    reason: PersonalText | None = None


class OrderRevised(OrderEvent):
    """`order.revised`: the lines as they are now.

    A draft is edited at once. Of an order under way a revision was approved: its `changes` are named.
    `warnings` are those of the order as it is now, and stop nothing (CHG-13).
    """

    lines: tuple[OrderLine, ...]
    changes: tuple[LineRevision, ...] = ()
    warnings: tuple[Reason, ...] = ()
    reason: PersonalText | None = None


class OrderChangeDeclined(OrderEvent):
    """`order.change-declined`: by a person, or for the reasons that stand against the revision or cancel.

    The order is in the exact state before the request (D-02); the version stays.
    """

    reasons: tuple[Reason, ...] = ()
    reason: PersonalText | None = None


class LineProgress(Part):
    """`attention` says what a line waits for that is in `needs_attention`, or whose day has come and which
    other orders go before; `instanceIds` end by it, as was chosen."""

    line_id: str
    state: LineState
    attention: str | None = None
    instance_ids: tuple[str, ...] = ()


class OrderLineChanged(OrderEvent):
    """`order.line-changed`: the lines named are in another state now.

    `goesOnAs` names, for each instance of theirs that has moved or was replaced, the one that it is now: the
    lines wait for that one.
    """

    lines: tuple[LineProgress, ...]
    goes_on_as: dict[str, str] = Field(default_factory=dict)
