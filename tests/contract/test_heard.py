"""What a service reads of a message of another one is there, under the same name and meaning."""

from __future__ import annotations

import inspect

import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields
from pydantic import BaseModel

from schemas import fulfillment as said_by_fulfillment
from schemas import inventory as said_by_inventory
from schemas import order as said_by_order
from services.chassis.heard import Heard
from services.fulfillment import heard as heard_by_fulfillment
from services.inventory import heard as heard_by_inventory
from services.order import heard as heard_by_order

SAID = {
    name: model
    for module in (said_by_order, said_by_inventory, said_by_fulfillment)
    for name, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, BaseModel) and model.__module__ == module.__name__
}
HEARD = [
    pytest.param(model, id=f"{module.__name__.split('.')[1]}-{name}")
    for module in (heard_by_order, heard_by_inventory, heard_by_fulfillment)
    for name, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, Heard) and model.__module__ == module.__name__
]


@pytest.mark.parametrize("heard", HEARD)
def test_what_is_heard_is_what_is_said(heard: type[Heard]) -> None:
    said = SAID[heard.__name__].model_fields
    for field in fields(heard):
        assert field.name in said, f"nobody says {field.name}"
        assert field.encode_name == said[field.name].alias
        assert field.required == said[field.name].is_required()
        if not field.required:
            missing = field.default_factory() if field.default is NODEFAULT else field.default
            assert missing == said[field.name].get_default(call_default_factory=True)
