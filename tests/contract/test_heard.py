"""What a service reads of a message of another one is there, under the same name and meaning."""

from __future__ import annotations

import inspect

import pytest
from pydantic import BaseModel

from schemas import fulfillment as said_by_fulfillment
from schemas import inventory as said_by_inventory
from schemas import order as said_by_order
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
    if issubclass(model, BaseModel) and model.__module__ == module.__name__ and name != "Heard"
]


@pytest.mark.parametrize("heard", HEARD)
def test_what_is_heard_is_what_is_said(heard: type[BaseModel]) -> None:
    said = SAID[heard.__name__].model_fields
    for name, field in heard.model_fields.items():
        assert name in said, f"nobody says {name}"
        assert field.alias == said[name].alias
        assert field.is_required() == said[name].is_required()
        assert field.default == said[name].default
