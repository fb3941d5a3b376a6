"""The words and value types that every message shares. Names here are fixed for ever."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

Action = Literal["add", "change", "move", "disconnect", "suspend", "resume", "no_change"]
LineAction = Literal["add", "change", "disconnect", "suspend", "resume", "no_change"]
Category = Literal["product", "service"]
Kind = Literal["product", "service", "resource"]
Layer = Literal["cfs", "rfs"]
TaskKind = Literal["provision", "manual", "field", "ship", "receive", "inspect", "credit"]
Side = Literal["cease", "provide"]
Cutover = Literal["make_before_break", "overlap", "break_before_make"]
Ponr = Literal["soft", "hard"]
HoldCause = Literal["hold", "cancel", "revise"]
ReturnPlan = Literal["refund", "replace", "repair"]
"""The kinds of return that a catalog entry has plans for."""
Outcome = Literal[
    "as_promised", "wrong_item", "not_defective", "damaged", "incomplete", "beyond_repair", "not_received"
]
"""What was found when the goods of a return were received or looked at, or that they never came."""

OrderState = Literal[
    "draft",
    "new",
    "acknowledged",
    "in_progress",
    "revision_in_progress",
    "assessing_cancellation",
    "cancellation_in_progress",
    "on_hold",
    "awaiting_information",
    "completed",
    "canceled",
    "rejected",
]
LineState = Literal[
    "draft",
    "new",
    "acknowledged",
    "in_progress",
    "revision_in_progress",
    "assessing_cancellation",
    "cancellation_in_progress",
    "on_hold",
    "awaiting_information",
    "completed",
    "canceled",
    "rejected",
    "scheduled",
    "needs_attention",
]
DomainOrderState = Literal[
    "draft",
    "qualified",
    "scheduled",
    "in_progress",
    "on_hold",
    "closed_complete",
    "cancellation_in_progress",
    "canceled",
]
TaskState = Literal[
    "draft",
    "open",
    "scheduled",
    "in_progress",
    "on_hold",
    "awaiting_information",
    "resolved",
    "closed_complete",
    "canceled",
]
WorkOrderState = Literal[
    "draft",
    "ready_for_dispatch",
    "assigned",
    "accepted",
    "work_in_progress",
    "closed_complete",
    "closed_incomplete",
    "canceled",
]
RiskLevel = Literal["low", "medium", "high", "critical"]
FalloutStage = Literal["classified", "assigned", "resolved", "closed"]
InstanceState = Literal[
    "installation_pending", "active", "change_pending", "inactivation_pending", "suspended", "inactive"
]
LoadedState = Literal["active", "suspended", "inactive"]
ContractState = Literal["draft", "active", "expired", "canceled"]
TermState = Literal["draft", "active", "suspended", "expired", "canceled"]
"""Of a contract line or an entitlement (CON-01)."""

AgreedType = Literal["no_change", "new", "upsell", "amend", "cancel", "renew"]
"""What a line of an order does about a contract line (CON-08)."""

_ALIASES = {"modify": "change", "delete": "disconnect", "noChange": "no_change", "no-change": "no_change"}


def _normalised(word: Any) -> Any:
    """D-13: the words of other interfaces, normalised at the edge."""
    return _ALIASES.get(word, word) if isinstance(word, str) else word


def printable(text: str) -> str:
    """For an id: what can be read and has no spaces at its ends."""
    if not text.isprintable() or text != text.strip():
        raise ValueError("an identifier has no control characters and no spaces at its ends")
    return text


def in_words(text: str) -> str:
    if not text.strip():
        raise ValueError("blanks say nothing: say it in words")
    return text


def without_separators(text: str) -> str:
    """For an id that others are made of."""
    if ":" in text or "~" in text:
        raise ValueError("':' and '~' join the parts of ids that we make: leave them out of an order id")
    return text


Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(printable)]
Reference = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(printable)]
"""An id that may be one of ours: those are made of the order's and the caller's own ids."""
OrderId = Annotated[Identifier, AfterValidator(without_separators)]
Rank = Annotated[int, Field(ge=0, le=100)]
"""How urgent something is, from 0 to 100 (ORC-05)."""
PriorityBand = Annotated[
    Literal["critical", "high", "medium", "low"], Field(description="From 80, 60, 40, and below (ORC-05).")
]
Text = Annotated[str, StringConstraints(max_length=2000)]
PERSONAL: dict[str, Any] = {"x-personal": True}
PersonalText = Annotated[Text, Field(json_schema_extra=PERSONAL)]
"""Free text that may name a person: encrypted with the account's key wherever we keep it."""
PersonalWords = Annotated[
    Text, AfterValidator(in_words), Field(json_schema_extra={**PERSONAL, "pattern": r"\S"})
]
"""The same, where something has to be said."""

Scalar = str | int | float | bool | None
Characteristics = Annotated[
    dict[Identifier, Scalar],
    Field(description="Name to value; null takes a value away. Personal ones are marked in the catalog."),
]

AnyAction = Annotated[
    Action,
    BeforeValidator(_normalised),
    WithJsonSchema({"enum": [*get_args(Action), *_ALIASES], "type": "string"}),
]
Moment = AwareDatetime


class Command(BaseModel):
    """A message from outside: strict, so a field or value that we do not know is refused by name."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class Part(BaseModel):
    """A part of our own messages: open, so that readers may be upgraded after writers."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )


class Reason(Part):
    """Why something was refused: the rule, where it bites, what is wrong and what would be right."""

    rule: str
    message: str
    line_id: str | None = None
    field: str | None = None
