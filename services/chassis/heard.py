"""What a service reads of a message of another one: the fields it acts by, as compiled structs.

Commands from outside are read strictly, by pydantic, and every wrong field is named. What our own services
wrote needs no such answer, and there is twenty times more of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from pydantic import ValidationError

from services.chassis import fields
from services.chassis.stored import adapter

UNREAD = (ValidationError, msgspec.DecodeError)
"""What `reader` raises for a message that does not fit its model."""


class Heard(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """A message of ours, or a part of one; what it says besides is passed over.

    `gc=False`: nothing that is read from JSON refers back to itself.
    """


class Reason(Heard, frozen=True):
    """Why something was refused."""

    rule: str
    message: str
    line_id: str | None = None
    field: str | None = None


def reader(model: Any) -> Callable[[bytes], Any]:
    """Reads JSON as the model: a struct, a pydantic model or a dataclass. Raises `UNREAD`."""
    if isinstance(model, type) and issubclass(model, msgspec.Struct):
        return msgspec.json.Decoder(model).decode
    validate: Callable[[bytes], Any] = adapter(model).validator.validate_json
    return validate


def unread(error: Exception) -> str:
    """Which fields cannot be read, without what they hold: it may be personal."""
    if isinstance(error, ValidationError):
        return fields.unread(error)
    _, _, place = str(error).rpartition(" - at `$")
    return f"{place.strip('.`') or 'data'} cannot be read"
