"""Fulfillment gives the check of the catalog what it keeps: field by field it must be the published entry."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from schemas import specification as published
from services.fulfillment.domain import catalog as kept

_NOT_KEPT = frozenset({"priority"})
"""What fulfillment has no use for, and no check reads."""

PAIRS = (
    (published.Specification, kept.Specification),
    (published.CharacteristicSpecification, kept.Characteristic),
    (published.Relationship, kept.Relationship),
    (published.DecompositionRule, kept.DecompositionRule),
    (published.Mapping, kept.ValueMapping),
    (published.Compatibility, kept.Compatibility),
    (published.Plan, kept.PlanSpecification),
    (published.PlannedTaskSpecification, kept.TaskSpecification),
    (published.UndoTask, kept.UndoTask),
)


@pytest.mark.parametrize(("message", "value"), PAIRS, ids=lambda each: each.__name__)
def test_what_is_kept_has_the_fields_of_what_was_published(
    message: type[BaseModel], value: type[Any]
) -> None:
    assert {field.name for field in fields(value)} == set(message.model_fields) - _NOT_KEPT
    assert {
        name: field.default for name, field in message.model_fields.items() if not field.is_required()
    } == {
        **{field.name: field.default for field in fields(value) if field.name in _optional(message)},
        **{name: message.model_fields[name].default for name in _NOT_KEPT & set(message.model_fields)},
    }


def test_every_part_is_compared() -> None:
    parts = {part for _, value in PAIRS for field in fields(value) for part in _parts(value, field.name)}
    assert parts == {value for _, value in PAIRS} - {kept.Specification}


def _optional(message: type[BaseModel]) -> set[str]:
    return {name for name, field in message.model_fields.items() if not field.is_required()}


def _parts(value: type[Any], name: str) -> set[type[Any]]:
    found, waiting = set(), [get_type_hints(value, vars(kept))[name]]
    while waiting:
        type_ = waiting.pop()
        found |= {type_} if is_dataclass(type_) and isinstance(type_, type) else set()
        waiting += get_args(type_)
    return found
